"""The house rules that a machine can keep: small files, small functions, a sentence at every door."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "access_policies", "hub", "consumers")
LONGEST_FILE = 300


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function with its lines of code: no docstring, no blank lines, no comments."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            span = lines[body[0].lineno - 1 : node.end_lineno] if body else []
            yield node.name, sum(bool(line.strip()) and not line.strip().startswith("#") for line in span)


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    """A file that outgrows its room is two rooms."""
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources(*PACKAGES, "tests", "benchmarks")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_functions_are_small() -> None:
    """The median function has about five lines, and hardly any more than thirty."""
    lengths = [length for path in sources(*PACKAGES) for _, length in functions(path)]
    assert median(lengths) <= 5
    assert sum(length > 30 for length in lengths) / len(lengths) < 0.01


def test_every_module_opens_with_a_sentence() -> None:
    """A newcomer learns from the first line what a module is for."""
    silent = [
        str(path.relative_to(ROOT))
        for path in sources(*PACKAGES, "benchmarks", "tests/support")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_test_says_what_it_proves() -> None:
    """A test's docstring is the sentence that somebody could sign."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in sources("tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []
