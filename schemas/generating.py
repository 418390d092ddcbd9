"""Generating: the JSON Schema of each version of each kind, from its model. `python -m schemas.generating [--check]`.

The files in `schemas/json` are for those who publish from a system of their own: each describes the `data` of one
kind's envelope. They are generated and committed; `--check` exits 1 when they say something else than the models.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.updates import KINDS, Update, versions

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SUFFIX = ".v1.schema.json"
"""How the file of a first version ends."""
DIRECTORY = Path(__file__).parent / "json"


def schema_of(kind: str, model: type[Update]) -> dict[str, Any]:
    """The JSON Schema of the `data` of one kind of update."""
    found = model.model_json_schema(mode="validation")
    head = {
        "$schema": DIALECT,
        "$id": f"urn:iomhub:schema:{kind}:v{model.VERSION}",
        "title": model.__name__,
        "x-kind": kind,
    }
    return head | {name: value for name, value in found.items() if name not in head}


def files() -> Mapping[str, str]:
    """Every file that should be there, by name."""
    return {
        file_name(kind, version): text_of(schema_of(kind, model))
        for kind in KINDS
        for version, model in versions(KINDS[kind]).items()
    }


def file_name(kind: str, version: int) -> str:
    """The name of the file of one version."""
    return f"{kind}.v{version}.schema.json"


def text_of(schema: Mapping[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def drift(directory: Path) -> list[str]:
    """The names of files that are missing, say something else, or belong to no kind."""
    wanted = files()
    there = {path.name: path.read_text(encoding="utf-8") for path in directory.glob("*") if path.is_file()}
    return sorted(name for name in {*wanted, *there} if wanted.get(name) != there.get(name))


def write(directory: Path) -> None:
    """Make the files what they should be."""
    directory.mkdir(exist_ok=True)
    for name in drift(directory):
        text = files().get(name)
        if text is None:
            (directory / name).unlink()
        else:
            (directory / name).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str], directory: Path = DIRECTORY) -> int:
    """Write the files; with `--check`, only say which of them have drifted."""
    if "--check" not in arguments:
        write(directory)
        return 0
    drifted = drift(directory)
    for name in drifted:
        sys.stderr.write(f"{directory.name}/{name} has drifted; run `python -m schemas.generating`\n")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
