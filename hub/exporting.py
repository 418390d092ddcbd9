"""Exporting: what a partner was told, in the forms that its own systems take in, so that nobody types it twice (IX7).

It sees feed records as they were told and nothing else: there is no second filter, and none is needed. Pure; the
command line, the HTTP door and a partner's own kit share it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from schemas.disclosures import ANSWERS, STRUCTURE
from schemas.identifiers import AgencyId, Identifiers
from schemas.updates import KINDS
from schemas.updates.base import ENVELOPE_FIELDS, Update

IDENTIFIERS = tuple(Identifiers.model_fields)
EVERY = tuple(name for name in Update.fields() if name != "identifiers")
"""The fields that an update of any kind has; each has its column."""
COLUMNS = ("seq", "message_id", "kind", "record", *EVERY, *IDENTIFIERS, "about", "details")
"""The columns of every CSV, whatever kinds there are: what only some kinds have lies in `details`, as JSON."""
CONTACT_COLUMNS = (
    "contact_type",
    "contact_date",
    "contact_time",
    *IDENTIFIERS,
    "person",
    "notes",
    "message_id",
    "about",
)

T = TypeVar("T", bound=BaseModel)
_OWN_WORDS = frozenset({*STRUCTURE, *ENVELOPE_FIELDS, "seq", "about", "on_access"})
_FIELDS = _OWN_WORDS.union(*(model.fields() for model in KINDS.values()))
_FORMULA = re.compile(r"(^\s*|[;\t]\s*)(?=[=+\-@＝＋－＠])")  # noqa: RUF001  # the wide forms are read as the narrow ones


class UnusableMapping(Exception):
    """The partner's own file does not say what to export: it names what to change in it."""


class Told(NamedTuple):
    """One feed record: its number, and the elements that are still there, by name."""

    seq: int
    values: Mapping[str, JsonValue]

    @property
    def kind(self) -> str:
        """Empty where the elements were dropped."""
        return str(self.values.get("kind", ""))

    def value(self, path: str) -> JsonValue:
        """What was told under this name; `identifiers.crn` looks within. None where nothing was."""
        found: Any = {**self.values, "seq": self.seq, "about": self.about()}
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found  # type: ignore[no-any-return]  # JSON all the way down

    def about(self) -> JsonValue:
        """The message that told of the earlier update which this one is about."""
        model = KINDS.get(self.kind)
        return self.values.get(model.REFERS_TO) if model and model.REFERS_TO else None


class FieldMapping(BaseModel):
    """A partner's names for what it takes in: `fields` has ours under each of theirs; `kinds`, if any, are all that it
    wants.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: dict[str, str] = Field(min_length=1)
    kinds: tuple[str, ...] = ()

    def wants(self, told: Told) -> bool:
        """Whether the partner takes in this kind."""
        return bool(told.values) and (not self.kinds or told.kind in self.kinds)

    def named(self, told: Told) -> dict[str, JsonValue]:
        """One record in the partner's words; what was not told is null."""
        return {theirs: told.value(ours) for theirs, ours in self.fields.items()}


class ContactCodes(BaseModel):
    """Which contact type of the probation system each kind is entered as. The partnership's own table, never ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    codes: dict[str, str] = Field(min_length=1)


def field_mapping(text: str) -> FieldMapping:
    """A mapping from YAML or JSON. Raises `UnusableMapping`."""
    found = _read(FieldMapping, text)
    wrong = [ours for ours in found.fields.values() if ours.partition(".")[0] not in _FIELDS]
    _refuse_unknown([*wrong, *_unknown_kinds(found.kinds)])
    return found


def contact_codes(text: str) -> ContactCodes:
    """A table of codes from YAML or JSON. Raises `UnusableMapping`."""
    found = _read(ContactCodes, text)
    _refuse_unknown(_unknown_kinds(found.codes))
    return found


def _read(form: type[T], text: str) -> T:
    try:
        return form.model_validate(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506  # `No` is a name, not false
    except yaml.YAMLError:
        raise UnusableMapping("the mapping is neither YAML nor JSON") from None
    except ValidationError as invalid:
        places = (".".join(map(str, error["loc"])) or "the whole" for error in invalid.errors())
        raise UnusableMapping(f"the mapping breaks its form at {', '.join(places)}") from None


def _unknown_kinds(kinds: Iterable[str]) -> list[str]:
    return [kind for kind in kinds if kind not in KINDS]


def _refuse_unknown(names: Sequence[str]) -> None:
    if names:
        raise UnusableMapping(f"the mapping names what no update has: {', '.join(names)}")


def as_json(records: Iterable[Told], mapping: FieldMapping | None = None) -> bytes:
    """All of them as one JSON object; with a mapping, in the partner's own words."""
    if mapping:
        found = [mapping.named(told) for told in records if mapping.wants(told)]
    else:
        found = [{"seq": told.seq, **told.values} for told in records]
    return orjson.dumps({"records": found}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_csv(records: Iterable[Told], mapping: FieldMapping | None = None) -> bytes:
    """One row for each feed record, so that no number is missing; a dropped one is a row with its number alone. With a
    mapping: the partner's columns, and a row for each record that it wants.
    """
    if mapping:
        rows = (mapping.named(told) for told in records if mapping.wants(told))
        return _table(tuple(mapping.fields), rows)
    return _table(COLUMNS, map(_row, records))


def _row(told: Told) -> dict[str, JsonValue]:
    shown = {*COLUMNS, *STRUCTURE, "identifiers"}
    rest = {name: value for name, value in told.values.items() if name not in shown}
    within = {name: told.value(f"identifiers.{name}") for name in IDENTIFIERS}
    return {name: told.value(name) for name in COLUMNS} | within | {"details": rest or None}


def as_contacts(records: Iterable[Told], table: ContactCodes, agency: AgencyId, after: int = 0) -> bytes:
    """What others told, as rows to enter into the probation system.

    `records` are the whole feed and `after` is what was entered before: a correction, or the end of what was entered,
    has no code of its own and takes that of the contact that it follows. What the agency published itself is in its
    own system already.
    """
    return _table(CONTACT_COLUMNS, (row for seq, row in _contacts(records, table, agency) if seq > after))


def _contacts(
    records: Iterable[Told], table: ContactCodes, agency: AgencyId
) -> Iterator[tuple[int, dict[str, JsonValue]]]:
    entered = dict[JsonValue, str]()
    for told in records:
        code = table.codes.get(told.kind) or entered.get(told.about())
        if code and told.values.get("source") != agency and not told.kind.startswith(ANSWERS):
            entered[told.values["message_id"]] = code
            yield told.seq, _contact(told, code)


def _contact(told: Told, code: str) -> dict[str, JsonValue]:
    date, _, time = str(told.value("occurred_at") or "").partition("T")
    within = {name: told.value(f"identifiers.{name}") for name in IDENTIFIERS}
    when = {"contact_date": date, "contact_time": time[:5]}
    named = {name: told.value(name) for name in ("person", "message_id", "about")}
    return {"contact_type": code, "notes": _notes(told), **when, **within, **named}


def _notes(told: Told) -> str:
    """What was told, as somebody may paste it: a line that says what this is, and one for each field."""
    model, passed = KINDS.get(told.kind), {*STRUCTURE, "identifiers", "person", "occurred_at", "source"}
    passed |= {model.REFERS_TO} if model and model.REFERS_TO else set()
    lines = [f"{name}: {_cell(value)}" for name, value in told.values.items() if name not in passed]
    return "\n".join([f"{told.kind} from {_cell(told.value('source')) or 'a partner'}", *lines])


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, JsonValue]]) -> bytes:
    """RFC 4180 in UTF-8."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(map(_safe, columns))
    table.writerows([_safe(_cell(row[name])) for name in columns] for row in rows)
    return written.getvalue().encode()


def _cell(value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before what would begin one, also behind what
    some countries' spreadsheets take for the end of a cell.
    """
    return _FORMULA.sub(r"\1'", text)
