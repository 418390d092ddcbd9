"""A strict reader for policy files: plain mappings, lists and scalars, and the line where each stands.

YAML's conveniences are traps in a file that people sign: a second key of the same name silently wins, a bare
`no` becomes a boolean, an anchor makes one rule say what another says. All are refused, by file and line.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

Path_ = tuple[str | int, ...]
Entry = tuple[str | int, Any, str | int]
"""What stands in a mapping or a list: its key, its value, and the key under which it was written."""

LARGEST = 1_000_000
"""Bytes in one file: a hundred times what the longest kind needs."""
DEEPEST = 12
"""Levels of mappings and lists: twice what any file needs."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEANS = re.compile(r"^(y|yes|n|no|on|off)$", re.IGNORECASE)
_SCALARS: dict[str, Callable[[str], object]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:timestamp": str,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
}


class UnusablePolicies(Exception):
    """The policies cannot be used, so the hub does not start. Each problem names its file, line and remedy."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Document:
    """One policy file: its content, and the line of every key."""

    def __init__(self, path: Path, name: str) -> None:
        """Read the file at `path`; messages call it `name`. Raises `UnusablePolicies`."""
        self.name = name
        self.lines: dict[Path_, int] = {}
        self._problems: list[str] = []
        self.content = self._read(path)
        if self._problems:
            raise UnusablePolicies(self._problems)

    def line(self, path: Path_) -> int:
        """The line of the deepest part of `path` that the file holds."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path_, sentence: str) -> str:
        """A message about the part of the file at `path`."""
        return f"{self.name}:{self.line(path)}: {sentence}"

    def rewrite(self, path: Path_, entries: list[Entry]) -> None:
        """Put these entries in the place of those at `path`; each keeps the lines where it was written."""
        written = {at: line for at, line in self.lines.items() if at[: len(path)] == path and at != path}
        for key, _, before in entries:
            at_it = {at[len(path) + 1 :]: line for at, line in written.items() if at[len(path)] == before}
            self.lines |= {(*path, key, *rest): line for rest, line in at_it.items()}
        place = self.content
        for part in path:
            place = place[part]
        if isinstance(place, list):
            place[:] = [value for _, value, _ in entries]
        else:
            place.clear()
            place.update({str(key): value for key, value, _ in entries})

    def parsed(self, form: type[T]) -> T:
        """The content in this form. Raises `UnusablePolicies` with everything that does not fit it."""
        try:
            return TypeAdapter(form).validate_python(self.content)
        except ValidationError as invalid:
            raise UnusablePolicies([self._misfit(error) for error in invalid.errors()]) from invalid

    def _misfit(self, error: Any) -> str:
        path = tuple(part for part in error["loc"] if part != "[key]")
        return self.problem(path, f"{'.'.join(map(str, path))}: {_in_words(error)}")

    def _read(self, path: Path) -> Any:
        text = self._text(path)
        try:
            self._refuse_tricks(text)
            if self._problems:
                raise UnusablePolicies(self._problems)
            node = yaml.compose(text, Loader=_LOADER)
        except yaml.YAMLError as broken:
            mark = getattr(broken, "problem_mark", None)
            raise self._unusable(mark.line + 1 if mark else 1, _remedy(text, mark)) from broken
        if node is None:
            raise self._unusable(1, "this file is empty; write what it should say, if only {}")
        if not isinstance(node, yaml.MappingNode):
            raise self._unusable(1, "a policy file is a mapping of keys to values; write `key: value`")
        return self._value(node, ())

    def _text(self, path: Path) -> str:
        try:
            content = path.read_bytes()
        except OSError as broken:
            raise self._unusable(1, "there is no such file that can be read; write it") from broken
        if len(content) > LARGEST:
            raise self._unusable(1, f"this file has over {LARGEST} bytes; make it shorter")
        if content.startswith(codecs.BOM_UTF8):
            raise self._unusable(1, "a byte order mark stands before the first key; save it as UTF-8 without one")
        try:
            return content.decode()
        except UnicodeDecodeError as broken:
            line = content.count(b"\n", 0, broken.start) + 1
            raise self._unusable(line, "this is not UTF-8; save it as UTF-8") from broken

    def _unusable(self, line: int, sentence: str) -> UnusablePolicies:
        return UnusablePolicies([f"{self.name}:{line}: {sentence}"])

    def _refuse_tricks(self, text: str) -> None:
        """Anchors, aliases, tags, and deeper brackets than anybody reads; found before anything is built."""
        depth = 0
        for event in _events(text):
            line = event.start_mark.line + 1
            if getattr(event, "anchor", None):
                self._problems.append(f"{self.name}:{line}: anchors and aliases are not allowed; write it out")
            if getattr(event, "tag", None):
                self._problems.append(f"{self.name}:{line}: tags are not allowed; take {event.tag!r} out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise self._unusable(line, f"more than {DEEPEST} levels stand in each other; make it flatter")

    def _value(self, node: yaml.Node, path: Path_) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, i)) for i, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            here = (*path, key)
            if key in mapping:
                line = key_node.start_mark.line + 1
                self._problems.append(f"{self.name}:{line}: the key {key!r} stands here twice; keep one")
            self.lines[here] = key_node.start_mark.line + 1
            mapping[key] = self._value(value_node, here)
        return mapping

    def _key(self, node: Any) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._problems.append(
                f"{self.name}:{node.start_mark.line + 1}: a key is one word, not a list or mapping; name it"
            )
            return ""
        return str(self._scalar(node))

    def _scalar(self, node: Any) -> Any:
        line = node.start_mark.line + 1
        if not node.style and _BOOLEANS.match(node.value):
            self._problems.append(
                f"{self.name}:{line}: a bare {node.value!r} is read as a boolean; use true, false or quotes"
            )
        if node.tag == "tag:yaml.org,2002:null":
            self._problems.append(f"{self.name}:{line}: nothing stands here; write a value, or take the key out")
            return ""
        try:
            return _SCALARS[node.tag](node.value)
        except (KeyError, ValueError):  # another tag, or a number as only YAML writes it: 0x1F, 1:30
            self._problems.append(
                f"{self.name}:{line}: only text, whole numbers, dates, true and false stand here; use quotes for text"
            )
            return ""


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=_LOADER)


def _remedy(text: str, mark: Any) -> str:
    """What to do about a line that is no YAML; it is not shown, for an error names no value."""
    lines = text.splitlines()
    if mark and mark.line < len(lines) and "\t" in lines[mark.line]:
        return "a tab stands here; write spaces"
    return "this is not readable YAML; look at brackets, colons and the spaces at the start of the lines"


_FORMS = {
    "int": "a whole number",
    "bool": "true or false",
    "date": "a day such as 2027-05-01",
    "tuple": "a list in brackets",
    "dict": "a mapping of keys to values",
    "model": "a mapping of keys to values",
    "string": "text of the form that belongs here",
}
"""What to write, by the first word of pydantic's name for the error."""


def _in_words(error: Any) -> str:
    """What is wrong with the form of a value, and what to do; never the value."""
    match error["type"]:
        case "extra_forbidden":
            return "nobody knows this key; mend its spelling, or take it out"
        case "missing":
            return "this key is missing; add it"
        case "literal_error" | "enum":
            return f"choose from {error['ctx']['expected']}"
        case "value_error":
            return str(error["ctx"]["error"])
        case kind:
            return f"this has the wrong form; write {_FORMS.get(kind.partition('_')[0], 'what belongs here')}"
