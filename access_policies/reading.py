"""A strict reader for policy files: plain mappings, lists and scalars, and the line where each stands.

YAML's conveniences are traps in a file that people sign: a second key of the same name silently wins, a bare
`no` becomes a boolean, an anchor makes one rule say what another says. All are refused, by file and line.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

Path_ = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEANS = re.compile(r"^(y|yes|n|no|on|off)$", re.IGNORECASE)
_SCALARS: dict[str, Callable[[str], object]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:timestamp": str,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
}
_COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


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

    def _read(self, path: Path) -> Any:
        try:
            text = path.read_text(encoding="utf-8")
            self._refuse_anchors(text)
            if self._problems:
                raise UnusablePolicies(self._problems)
            node = yaml.compose(text, Loader=_LOADER)
            if not isinstance(node, yaml.MappingNode):
                raise UnusablePolicies([f"{self.name}:1: a policy file is a mapping of keys to values"])
            return self._value(node, ())
        except (yaml.YAMLError, UnicodeDecodeError, OSError, RecursionError) as broken:
            mark = getattr(broken, "problem_mark", None)
            where = mark.line + 1 if mark else 1
            raise UnusablePolicies([f"{self.name}:{where}: this is not a readable YAML file; mend it"]) from broken

    def _refuse_anchors(self, text: str) -> None:
        for event in _events(text):
            if getattr(event, "anchor", None):
                line = event.start_mark.line + 1
                self._problems.append(f"{self.name}:{line}: anchors and aliases are not allowed; write it out")

    def _value(self, node: yaml.Node, path: Path_) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if not isinstance(node, yaml.ScalarNode) and node.tag not in _COLLECTIONS:
            self._problems.append(
                f"{self.name}:{node.start_mark.line + 1}: tags are not allowed; take {node.tag!r} out"
            )
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
            self._problems.append(f"{self.name}:{node.start_mark.line + 1}: a key is one word, not a list or mapping")
            return ""
        return str(self._scalar(node))

    def _scalar(self, node: Any) -> Any:
        line = node.start_mark.line + 1
        if not node.style and _BOOLEANS.match(node.value):
            self._problems.append(
                f"{self.name}:{line}: a bare {node.value!r} is read as a boolean; use true, false or quotes"
            )
        try:
            return _SCALARS[node.tag](node.value)
        except (KeyError, ValueError):  # another tag, or a number as only YAML writes it: 0x1F, 1:30
            self._problems.append(f"{self.name}:{line}: only text, whole numbers, true, false and dates may stand here")
            return ""


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=_LOADER)
