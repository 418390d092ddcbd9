"""Answering: an agency that publishes through a source gets no response, so the hub's word stands on its own feed.

An answer says what the response over HTTP would: a receipt, or what to change. It hangs on nothing that the hub knows
of a person: the same for an update that was placed, held, discarded or had come before (D26). It is about nobody, so it
lies under the id of the feed itself where other records have a person's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from pydantic import JsonValue

from access_policies.compiling import NOTHING, Bundle
from hub import ledger
from hub.canonical import canonical
from hub.chains import SALT_BYTES, commitment, root_of
from hub.disclosing import ENVELOPE, Box, Draft, box_place
from hub.identity import Identity
from hub.numbering import Entry
from hub.placing import HUB
from hub.ports import Arrival, Coordinates, Entropy, FeedRow, Unit, UpdateKey
from hub.receiving import Problem, Received, Refused, Rejected, strict_json
from schemas.disclosures import ANSWERS, Disclosure
from schemas.identifiers import AgencyId
from schemas.receipts import Receipt

RECEIVED, REJECTED = f"{ANSWERS}update.received", f"{ANSWERS}update.rejected"
ALL_RECEIVED = f"{ANSWERS}updates.received"
"""The receipts of lines that stand beside each other, where there are several."""
WAITING = f"{ANSWERS}held.waiting"
Result = Receipt | Rejected | Refused
T = TypeVar("T")
Answered = tuple["Line", "Result"]


class Line(NamedTuple):
    """One update as a source brought it: whose it is by its signature, where it lay, and what receiving made of it."""

    agency: AgencyId
    place: Coordinates
    number: int
    """Which line of its record, from 0."""
    raw: bytes
    outcome: Received | Rejected | Refused


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record of which nobody knows whose it is, or whose agency takes no part: it is answered to nobody."""

    place: Coordinates
    digest: bytes
    """SHA-256 of its bytes: all that is kept of them."""
    rule: str


class Page(NamedTuple):
    """To whom is said that something urgent waits: of what kind it is and how long it has waited, and nothing else."""

    agency: AgencyId
    key: UpdateKey
    kind: str
    minutes: int

    def told(self) -> dict[str, JsonValue]:
        """The whole of it."""
        return {"of_kind": self.kind, "minutes": self.minutes}


def page_of(identity: Identity, agency: AgencyId, key: UpdateKey) -> UpdateKey:
    """Under which key a page stands: an agency is paged once of what waits."""
    return UpdateKey(HUB, identity.answer(agency, canonical({"held": str(key)}), b""))


def result(arrival: Arrival, earlier: Arrival | None) -> Result:
    """What its publisher hears of an update that was received now, or `earlier` under the same id."""
    kept = earlier or arrival
    if kept.fingerprint != arrival.fingerprint:
        return Rejected([Problem("id", "already_used", "was used for another update; choose a new one")])
    return receipt(kept)


def receipt(kept: Arrival) -> Receipt:
    """Receipt v1: the same for placed, held, discarded and repeated updates."""
    return Receipt(id=kept.key.update_id, fingerprint=kept.fingerprint.hex(), received_at=kept.received_at)


def runs(answered: Sequence[Answered]) -> Iterator[list[Answered]]:
    """What one answer is about, in the order of lines: the receipts that stand beside each other in a record, or one
    line that is rejected.
    """
    for (_, received), run in groupby(answered, lambda each: (each[0].place, isinstance(each[1], Receipt))):
        lines = [*run]
        yield from [lines] if received else ([each] for each in lines)


def one_by_one(values: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What records of a feed say, each receipt by itself, as an answer to one line has it."""
    for each in values:
        if each.get("kind") == ALL_RECEIVED:
            shared = {name: value for name, value in each.items() if name != "receipts"}
            yield from ({**shared, **receipt, "kind": RECEIVED} for receipt in each["receipts"])
        else:
            yield each


def answers(key: UpdateKey) -> UUID | None:
    """The message id of the answer that stands under this key; None where it is an update's."""
    return key.update_id if key.publisher == HUB else None


def where(place: Coordinates, number: int = 0) -> dict[str, JsonValue]:
    """Where something lay at its source, in words."""
    return {**place._asdict(), "line": number}


class Answering:
    """Within one unit of work: what was answered before, and the answers to the rest."""

    def __init__(self, unit: Unit, bundle: Bundle, identity: Identity, entropy: Entropy, now: datetime) -> None:
        """`bundle` is the one by which the unit decides."""
        self._unit, self._bundle, self._now = unit, bundle, now
        self._identity, self._entropy = identity, entropy

    def unanswered(self, lines: Sequence[Line]) -> list[Line]:
        """Those that were not dealt with in an earlier unit. Each is claimed for this one: what comes again after a
        crash, or reaches two processes at once, has one effect.
        """
        return self._claimed(lines, [self._message(line) for line in lines], [line.raw for line in lines])

    def unentered(self, refusals: Sequence[Refusal]) -> list[Refusal]:
        """The same for what is refused."""
        digests = [each.digest for each in refusals]
        names = [self._identity.answer(HUB, canonical(where(each.place)), each.digest) for each in refusals]
        return self._claimed(refusals, names, digests)

    def _claimed(self, items: Sequence[T], names: Sequence[UUID], raws: Sequence[bytes]) -> list[T]:
        arrivals = [
            Arrival(UpdateKey(HUB, name), self._identity.fingerprint(raw), self._now)
            for name, raw in zip(names, raws, strict=True)
        ]
        return [item for item, earlier in zip(items, self._unit.receive(arrivals), strict=True) if earlier is None]

    def _message(self, line: Line) -> UUID:
        return self._identity.answer(line.agency, canonical(where(line.place, line.number)), line.raw)

    def takes_part(self, agency: AgencyId) -> bool:
        """Whether the agency is answered: it is in the register, and not suspended."""
        partner = self._bundle.policies.partners.get(agency)
        return partner is not None and not partner.suspended

    def answer(self, run: Sequence[Answered]) -> Entry:
        """The answer to a run of lines: a feed record, and the ledger entry without which none may be told. It is named
        after the first of them.
        """
        (line, _), (kind, told) = run[0], _told(run)
        return self._said(line.agency, self._message(line), kind, told, where(line.place, line.number))

    def page(self, page: Page) -> Entry | None:
        """That something waits, and its ledger entry, which alone says what; None where it was said before."""
        key = page_of(self._identity, page.agency, page.key)
        if self._unit.receive([Arrival(key, self._identity.fingerprint(b""), self._now)]) != [None]:
            return None
        return self._said(page.agency, key.update_id, WAITING, page.told(), {"waits": str(page.key)})

    def _said(
        self,
        agency: AgencyId,
        message: UUID,
        kind: str,
        told: dict[str, JsonValue],
        record: dict[str, JsonValue],
    ) -> Entry:
        nobody = self._identity.feed(agency)
        draft = self._draft(Disclosure(agency, message, kind, self._bundle.digest, nobody, told))
        answered: list[JsonValue] = [[str(draft.row.key), draft.row.root.hex()]]
        more: dict[str, JsonValue] = {"agency": agency, "kind": kind, "answered": answered}
        return self._entry("answer", record | more | {"bundle": self._bundle.digest}, [draft])

    def refuse(self, refusal: Refusal) -> Entry:
        """What the ledger says of a record that was refused: where it lay and its digest, no word of it."""
        record = where(refusal.place) | {"because": refusal.rule, "digest": refusal.digest.hex()}
        return self._entry("refusal", record, [])

    def _entry(self, verb: str, record: dict[str, JsonValue], drafts: Sequence[Draft]) -> Entry:
        return Entry(*ledger.leaf(self._now, self._entropy.salts(verb, 1), record | {"verb": verb}), None, drafts)

    def _draft(self, disclosure: Disclosure) -> Draft:
        recipient, message, elements = disclosure.recipient, disclosure.message_id, disclosure.elements()
        salts, box, commitments = self._entropy.salts(str(message), len(elements)), Box(), []
        for place, (name, value) in enumerate(elements):
            salt = salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
            commitments.append(commitment(salt, name, canonical(value)))
            box.add(place, name, salt, value)
        lies = box_place(recipient, message) + ENVELOPE
        row = FeedRow(
            recipient=recipient,
            seq=0,
            message_id=message,
            key=UpdateKey(HUB, message),
            record_id=disclosure.record,
            prev=b"",
            root=root_of(commitments),
            commitments=tuple(commitments),
            boxes={ENVELOPE: self._unit.seal(disclosure.record, ENVELOPE, box.content(), lies)},
        )
        return Draft(disclosure, NOTHING, row)


def _told(run: Sequence[Answered]) -> tuple[str, dict[str, JsonValue]]:
    """The kind of the answer, and what it says: the receipts, or path and rule of what to change, never a value."""
    receipts = [(line, result.model_dump(mode="json")) for line, result in run if isinstance(result, Receipt)]
    if len(receipts) == 1:
        [(line, receipt)] = receipts
        return RECEIVED, receipt | where(line.place, line.number)
    if receipts:
        beside: list[JsonValue] = [receipt | {"line": line.number} for line, receipt in receipts]
        return ALL_RECEIVED, {**run[0][0].place._asdict(), "receipts": beside}
    [(line, result)] = run
    found = result.problems if isinstance(result, Rejected) else [Problem("(envelope)", "refused", str(result))]
    problems: list[JsonValue] = [{"path": each.path, "rule": each.rule, "message": each.message} for each in found]
    named = _named(line)
    return REJECTED, ({"id": named} if named else {}) | where(line.place, line.number) | {"problems": problems}


def _named(line: Line) -> str | None:
    """The update's id, where it can be read: its publisher's own word, so that it finds what it sent."""
    if isinstance(line.outcome, Received):
        return str(line.outcome.key.update_id)
    try:
        return str(UUID(strict_json(line.raw)["id"]))
    except (Rejected, KeyError, ValueError, TypeError, AttributeError):
        return None
