"""What the tests prove: `docs/reference/requirements.md` and `duties.md`, from their marks.

`python tests/support/requiring.py` writes them; with `--check` it says what is out of date, or is claimed and not so.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SAID = ROOT / "docs/requirements.yaml"
PAGES = {
    "requirements": ("requirement", ROOT / "docs/reference/requirements.md"),
    "duties": ("duty", ROOT / "docs/reference/duties.md"),
}
_HEADS = {
    "requirements": """\
# What the hub is asked for, and where it is proved

The needs of the programme that this part of the hub answers, by their ids, and the tests that carry the mark
`requirement`.""",
    "duties": """\
# What the hub owes, and where it is proved

The duties to the people it is about and to those who rely on it, by their ids, and the tests that carry the mark
`duty`.""",
}
_NOTE = "This page is generated from docs/requirements.yaml and the tests: `make docs` writes it.\n"

Proofs = dict[str, Counter[str]]
"""By id the files of tests that prove it, and how many tests there do."""


@dataclass(frozen=True)
class Wanted:
    """One id: what it asks for, and why no test proves it yet."""

    id: str
    says: str
    not_yet: str

    def row(self, proofs: Proofs) -> str:
        """Its line of the table."""
        files = [f"[{name}](../../{name}) ({count})" for name, count in sorted(proofs.get(self.id, {}).items())]
        return f"| {self.id} | {self.says} | {'<br>'.join(files) or f'Not yet. {self.not_yet}'} |"

    def wrong(self, proofs: Proofs) -> str | None:
        """It is proved, or says why it is not."""
        if self.id in proofs and self.not_yet:
            return f"{self.id} is proved, and docs/requirements.yaml still says why not yet"
        if self.id not in proofs and not self.not_yet:
            return f"no test proves {self.id}; mark the one that does, or say in docs/requirements.yaml why not yet"
        return None


def proofs(mark: str) -> Proofs:
    """Every test that carries this mark."""
    found: Proofs = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for each in _marked(ast.parse(file.read_text(encoding="utf-8")), mark):
            found.setdefault(each, Counter())[str(file.relative_to(ROOT))] += 1
    return found


def _marked(tree: ast.Module, mark: str) -> Iterator[str]:
    """The ids in the marks on functions, on parameters and on whole modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == mark:
            yield from (each.value for each in node.args if isinstance(each, ast.Constant))


def page(name: str, groups: dict[str, dict[str, str]], not_yet: dict[str, str]) -> tuple[str, list[str]]:
    """One page, and everything that is wrong with it."""
    found = proofs(PAGES[name][0])
    parts, wrong = [_HEADS[name], "", _NOTE], []
    known = set[str]()
    for title, ids in groups.items():
        wanted = [Wanted(each, says, not_yet.get(each, "")) for each, says in ids.items()]
        known |= ids.keys()
        parts += [
            f"## {title}\n",
            "| id | what | proved by |",
            "|---|---|---|",
            *(each.row(found) for each in wanted),
            "",
        ]
        wrong += filter(None, (each.wrong(found) for each in wanted))
    others = sorted(found.keys() - known)
    if others and name == "requirements":
        parts += ["## Proved beside these\n", ", ".join(others) + "."]
    elif others:
        wrong.append(f"tests name what docs/requirements.yaml does not: {', '.join(others)}")
    return "\n".join(parts).rstrip() + "\n", wrong


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    said = yaml.safe_load(SAID.read_text(encoding="utf-8"))
    wrong = []
    for name, (_, file) in PAGES.items():
        text, found = page(name, said[name], said["not_yet"])
        wrong += found
        if "--check" not in arguments:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            wrong.append(f"out of date: {file.relative_to(ROOT)}; run `make docs`")
    sys.stdout.writelines(f"{each}\n" for each in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
