"""Compatibility: a version that was released means the same for ever. `python -m schemas.compatibility [--release]`.

Each file in `schemas/released` is a promise: what it accepted is still accepted, and no value of a field that it had is
one that it would not have accepted (full, transitive). All that a version may gain is a field that nobody has to send.
Anything else is a new version of the kind (docs/adr/0030-a-released-version-is-kept.md).
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.generating import file_name, schema_of, text_of
from schemas.updates import KINDS, Update, versions

RELEASED = Path(__file__).parent / "released"
Schema = Mapping[str, Any]

_WORDS = frozenset({"$schema", "$id", "$defs", "title", "description", "examples", "x-kind"})
"""What says nothing of which data are accepted."""


def breaks(released: Schema, today: Schema) -> list[str]:
    """What today's schema does to data of the released one that it may not: where, and what."""
    return list(_differences("data", _plain(released, released), _plain(today, today)))


def _plain(node: Any, whole: Schema) -> Any:
    """The same schema without its words, references resolved, lists whose order says nothing in order."""
    if isinstance(node, list):
        return [_plain(each, whole) for each in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node:
        rest = {name: said for name, said in node.items() if name != "$ref"}
        return _plain({**whole["$defs"][node["$ref"].rpartition("/")[2]], **rest}, whole)
    found = {name: _plain(said, whole) for name, said in node.items() if name not in _WORDS}
    if "properties" in node:
        found["properties"] = {name: _plain(said, whole) for name, said in node["properties"].items()}
    return found | {name: sorted(found[name], key=str) for name in ("enum", "required") if name in found}


def _differences(path: str, before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _within(path, before, after)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            yield from _differences(path, one, other)
    elif before != after:
        yield f"{path}: {_short(before)} became {_short(after)}"


def _within(path: str, before: Schema, after: Schema) -> Iterator[str]:
    """Of an object's fields all stay, and new ones are optional; whatever else is said stays as it is."""
    old, new = before.get("properties", {}), after.get("properties", {})
    required = set(after.get("required", ()))
    for name in old:
        if name in new:
            yield from _differences(f"{path}.{name}", old[name], new[name])
        else:
            yield f"{path}.{name} is gone"
    yield from (f"{path}.{name} is new and must be sent" for name in new if name not in old and name in required)
    for name in sorted({*before, *after} - {"properties", "required"}):
        yield from _differences(path, before.get(name), after.get(name))
    for name in sorted({*before.get("required", ())} ^ {each for each in required if each in old}):
        yield f"{path}.{name} {'must' if name in required else 'need not'} be sent now"


def _short(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False)[:80]


def findings(directory: Path = RELEASED, kinds: Mapping[str, type[Update]] = KINDS) -> list[str]:
    """Every promise that is not kept."""
    return [f"{path.name}: {what}" for path in sorted(directory.glob("*.json")) for what in _kept(path, kinds)]


def _kept(path: Path, kinds: Mapping[str, type[Update]]) -> Iterator[str]:
    released = json.loads(path.read_text(encoding="utf-8"))
    kind, _, version = path.name.removesuffix(".schema.json").rpartition(".v")
    model = versions(kinds[kind]).get(int(version)) if kind in kinds else None
    if model is None:
        yield "this version is read no more"
    else:
        yield from breaks(released, schema_of(kind, model))


def release(directory: Path = RELEASED, kinds: Mapping[str, type[Update]] = KINDS) -> list[str]:
    """Promise every version that is not promised yet; their names. What was released is never written again."""
    directory.mkdir(exist_ok=True)
    all_of_them = ((kind, number, model) for kind in kinds for number, model in versions(kinds[kind]).items())
    fresh = {file_name(kind, number): schema_of(kind, model) for kind, number, model in all_of_them}
    fresh = {name: schema for name, schema in fresh.items() if not (directory / name).exists()}
    for name, schema in fresh.items():
        (directory / name).write_text(text_of(schema), encoding="utf-8")
    return sorted(fresh)


def main(arguments: Sequence[str], directory: Path = RELEASED) -> int:
    """Check; with `--release`, promise what is new as well. Returns the exit code."""
    broken = findings(directory)
    for finding in broken:
        sys.stderr.write(f"{finding}; make it a new version of the kind\n")
    if "--release" in arguments and not broken:
        release(directory)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
