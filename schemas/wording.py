"""The form of a field in a few words, from its JSON Schema: what somebody types who publishes it."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_FORMATS = {"uuid": "an id (UUID)", "date": "a day", "date-time": "a moment with its zone"}
_PLAIN = {"boolean": "yes or no", "number": "a number", "object": "an object", "null": "nothing"}


def form_of(said: Schema, names: Mapping[str, Schema]) -> str:
    """The form in words; `names` are the schemas that a reference may mean."""
    if "$ref" in said:
        return form_of(names[said["$ref"].rpartition("/")[2]], names)
    if "anyOf" in said:
        return " or ".join(form_of(each, names) for each in said["anyOf"] if each.get("type") != "null")
    if "enum" in said or "const" in said:
        return "one of " + ", ".join(f"`{each}`" for each in said.get("enum", [said.get("const")]))
    return _of_type(said, names)


def _of_type(said: Schema, names: Mapping[str, Schema]) -> str:
    kind = said.get("type", "")
    if kind == "array":
        return f"a list of: {form_of(said.get('items', {}), names)}"
    if kind == "object" and "properties" in said:
        return "an object of " + ", ".join(f"`{name}`" for name in said["properties"])
    if kind == "string":
        return _FORMATS.get(said.get("format", ""), "text" + _bounds(said, "minLength", "maxLength", " characters"))
    if kind == "integer":
        return "a whole number" + _bounds(said, "minimum", "maximum", "")
    return str(_PLAIN.get(kind, "any JSON"))


def _bounds(said: Schema, low: str, high: str, unit: str) -> str:
    """Within which bounds; a least length of one is nothing to mention."""
    least, most = said.get(low), said.get(high)
    if most is None:
        return f", at least {least}{unit}" if least else ""
    return f", {least} to {most}{unit}" if least and not unit else f", at most {most}{unit}"
