"""Imports: what the rows of a file come to, held to all that the hub checks before anything of it is published."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import JsonValue

from access_policies.compiling import Bundle
from hub.canonical import canonical
from hub.receiving import Caller, Problem, Refused, Rejected, receive
from hub.writing import envelope
from schemas.identifiers import AgencyId
from schemas.updates import Update
from schemas.updates.programme import AgencyInvolved, CohortDecided

# Never changes: with another one, every row that was imported before would be imported again.
_NAMESPACE = UUID("0b0f6f43-7c5b-4e0e-8d53-6f0c7a526f43")
CHANGED = "was imported before with other words: what was wrong is put right by trust.update.corrected"


@dataclass(frozen=True)
class Wrong:
    """One thing to change in the file."""

    row: int
    column: str
    rule: str
    message: str


@dataclass(frozen=True)
class Draft:
    """An update that a row says. `columns` tells in which column each of its paths stands."""

    agency: AgencyId
    update_id: UUID
    kind: str
    occurred_at: datetime
    data: Mapping[str, JsonValue]
    columns: Mapping[str, str]

    @property
    def raw(self) -> bytes:
        """Its envelope: the same row gives the same bytes."""
        return envelope(
            self.agency, self.kind, self.data, update_id=self.update_id, occurred_at=self.occurred_at.astimezone(UTC)
        )

    def column(self, path: str) -> str:
        """The column of a path, or the path where the row does not say it."""
        found = [known for known in self.columns if path == known or path.startswith(f"{known}.")]
        return self.columns[max(found, key=len)] if found else path


@dataclass(frozen=True)
class Entry:
    """What one row comes to: updates, and what is wrong with them, or why it is passed over.

    Once it is checked, a row of which anything is wrong has no updates.
    """

    row: int
    drafts: tuple[Draft, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    passed_over: str | None = None


def fixed_id(*said: JsonValue) -> UUID:
    """The id of an update that is known by these words: the same for good."""
    return uuid5(_NAMESPACE, canonical([*said]).decode())


def checked(entries: Sequence[Entry], caller: Caller, bundle: Bundle, now: datetime) -> list[Entry]:
    """The same, held to everything that the hub checks of an update before it takes it in."""
    stood: dict[UUID, tuple[int, bytes]] = {}
    found = []
    for entry in entries:
        wrong = _by_column([*entry.wrong, *_found_wrong(entry, caller, bundle, now, stood)])
        found.append(replace(entry, drafts=(), wrong=wrong) if wrong else entry)
    return found


def _by_column(wrong: Sequence[Wrong]) -> tuple[Wrong, ...]:
    """The first of each column: what cannot be read would be missing too, and several updates have the same number."""
    first: dict[str, Wrong] = {}
    for each in wrong:
        first.setdefault(each.column, each)
    return tuple(first.values())


def _found_wrong(
    entry: Entry, caller: Caller, bundle: Bundle, now: datetime, stood: dict[UUID, tuple[int, bytes]]
) -> Iterator[Wrong]:
    for draft in entry.drafts:
        row, raw = stood.setdefault(draft.update_id, (entry.row, draft.raw))
        if raw != draft.raw:
            message = f"stands in row {row} too, with other words"
            yield Wrong(entry.row, draft.column("id"), "stands_twice", message)
        yield from told(entry.row, draft, _problems(draft, caller, bundle, now))


def _problems(draft: Draft, caller: Caller, bundle: Bundle, now: datetime) -> Sequence[Problem]:
    try:
        return [*_unknown(receive(draft.raw, caller, bundle, now).update, bundle)]
    except Rejected as rejected:
        return rejected.problems
    except Refused as refused:
        return [Problem("type", "may_not_publish", str(refused))]


def _unknown(update: Update, bundle: Bundle) -> Iterator[Problem]:
    """Words that nobody's rules know: the hub would take them in, and they would count for nothing."""
    cohorts = bundle.policies.vocabulary.cohorts
    if isinstance(update, CohortDecided) and update.cohort not in cohorts:
        yield Problem("data.cohort", "unknown_cohort", f"is one of: {', '.join(cohorts)}")
    if not update.names_agencies() <= bundle.policies.partners.keys():
        path = "data.agency" if isinstance(update, AgencyInvolved) else "data.recipients"
        yield Problem(path, "unknown_agency", "names an agency that is not in the register")


def told(row: int, draft: Draft, problems: Sequence[Problem]) -> Iterator[Wrong]:
    """What the hub found wrong, by the columns of the row."""
    for each in problems:
        message = CHANGED if each.rule == "already_used" else each.message
        yield Wrong(row, draft.column(each.path), each.rule, message)


def problems_in(answer: Mapping[str, Any]) -> list[Problem]:
    """The problems in an answer of the hub's."""
    errors = answer.get("errors") or [{"path": "(row)", "rule": str(answer["status"]), "message": answer["title"]}]
    return [Problem(each["path"], each["rule"], each["message"]) for each in errors]
