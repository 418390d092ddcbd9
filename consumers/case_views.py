"""Case views: one row for each fact a partner was told, with its source, author's role, time and certainty.

A view is a fold over the partner's feed, so it cannot hold what was withheld. A row costs the same however long the
history is.
"""

from functools import partial
from uuid import UUID

from pydantic import JsonValue

from consumers.endings import ENDING, SOUGHT, ended_by, later, moment, over_before, taken_back, witnesses
from consumers.rows import PLACE, from_row, grows_old, in_emergency, is_over, to_row
from consumers.settling import settled
from hub.ports import FactRow, Touched, ViewsUnit
from schemas.disclosures import ON_ACCESS, Disclosure
from schemas.identifiers import AgencyId
from schemas.updates import KINDS
from schemas.updates.reaffirming import UpdateReaffirmed
from schemas.views import HEADINGS, Fact
from schemas.vocabulary import Certainty, Stands

STATES = {
    "custody.person.arrested": "custody",
    "custody.person.left": "custody",
    **ENDING,
    "programme.cohort.decided": "cohort",
    **{kind: model.STATE for kind, model in KINDS.items() if model.STATE},
    "supervision.breach.started": "breach",
    "supervision.breach.concluded": "breach",
    "programme.review.called": "review",
    "programme.review.moved": "review",
    "programme.review.concluded": "review",
    "programme.person.deselected": "cohort",
    "programme.person.rereferred": "referral",
    "programme.person.referred": "referral",
}
"""Kinds that say how something stands now: a later one takes the row of an earlier one."""

SETTLING = {
    "trust.update.confirmed": "update",
    "trust.update.withdrawn": "update",
    "trust.update.corrected": "update",
    "trust.update.reaffirmed": "update",
    "trust.disclosure.recalled": "update",
    "custody.release.changed": "plan",
    "custody.release.cancelled": "plan",
    "custody.wanted.cleared": "wanted",
    "trust.consent.withdrawn": "consent",
    "trust.consent.lapsed": "consent",
    "trust.fact.confirmed": "update",
    "supervision.staff_risk.lifted": "staff_risk",
}
"""Kinds that are about an earlier message, and the field that names it."""

LEFT = "custody.person.left"
OUTCOMES = {"custody.person.charged": "charge", "court.hearing.concluded": "outcome"}
"""What became of an arrest later, and the field without which there is nothing to keep but how the arrest stands. One
that is told has a row for each arrest: the later takes it.
"""


def fact_name(disclosure: Disclosure) -> str:
    """The name of the row: a state has one row for each person, an event one of its own, and so has what is told in
    an emergency: it stands beside the rest, and goes when the emergency ends (D13).
    """
    if ON_ACCESS in disclosure.told:
        return f"access/{disclosure.message_id}"
    if disclosure.kind in OUTCOMES and "arrest" in disclosure.told:
        return f"outcome/{disclosure.told['arrest']}"
    return STATES.get(disclosure.kind) or f"{disclosure.kind}/{disclosure.message_id}"


def fact_of(seq: int, disclosure: Disclosure) -> Fact:
    """The row that a disclosure makes. Pure."""
    told = disclosure.told
    heading = {name: told[name] for name in HEADINGS if name in told}
    return Fact(
        fact=fact_name(disclosure),
        kind=disclosure.kind,
        record=disclosure.record,
        message_id=disclosure.message_id,
        seq=seq,
        certainty=_certainty(told.get("certainty")),
        told={name: value for name, value in told.items() if name not in HEADINGS},
        **heading,
    )


def _certainty(said: JsonValue) -> Certainty | None:
    return Certainty(str(said)) if said else None


def succeeds(new: Fact, old: Fact | None) -> bool:
    """Whether `new` takes the row of `old`: the later one does; where a time was not told, the later message."""
    return old is None or later(moment(new), moment(old))


class CaseViews:
    """Keeps one partner's facts. Idempotent: the same disclosure twice makes the same rows."""

    name = "case_views"

    def touches(self, disclosure: Disclosure) -> Touched:
        """The rows to be read before this disclosure is applied."""
        names = {fact_name(disclosure)} if _has_row_before(disclosure) else set[str]()
        names |= ended_by(disclosure) | witnesses(disclosure.kind)
        names |= {"custody"} if _came_to_nothing(disclosure) else set()
        names |= SOUGHT if taken_back(disclosure) else set()
        names |= {*PLACE} if _says_itself(disclosure) or names & {*PLACE} else set()
        about = _rows_about(earlier_message(disclosure) or _came_to_nothing(disclosure))
        return Touched(facts=[(disclosure.record, name) for name in names], messages=[*about, *disclosure.locks()])

    def apply(self, views: ViewsUnit, seq: int, disclosure: Disclosure) -> None:
        """Take one disclosure in."""
        for message in _rows_about(earlier_message(disclosure)):
            if row := views.fact_by_message(message):
                self._settle(views, row, disclosure)
        for message, names in disclosure.locks().items():
            if row := views.fact_by_message(message):
                self._keep(views, from_row(row).lock(names), disclosure.recipient)
        if arrest := _came_to_nothing(disclosure):
            self._clear(views, disclosure.record, arrest)
        if ending := taken_back(disclosure):
            self._resume(views, disclosure, ending)
        if over := _access_over(disclosure):
            self._forget(views, disclosure.record, over)
        if _has_row(disclosure):
            self._put(views, fact_of(seq, disclosure), disclosure)

    def _put(self, views: ViewsUnit, fact: Fact, disclosure: Disclosure) -> None:
        self._end(views, fact, disclosure)
        before = _fact(views, fact.record, fact.fact) if _has_row_before(disclosure) else None
        over = over_before(fact.kind, moment(fact), partial(_fact, views, fact.record))
        if succeeds(fact, before):
            self._keep(views, fact.end(over), disclosure.recipient)

    def _end(self, views: ViewsUnit, fact: Fact, disclosure: Disclosure) -> None:
        """States that are over by this are shown no longer, even where something later has its own row."""
        for name in ended_by(disclosure):
            earlier = _fact(views, fact.record, name)
            if earlier and succeeds(fact, earlier):
                self._keep(views, earlier.end([fact.message_id]), disclosure.recipient)

    def _resume(self, views: ViewsUnit, disclosure: Disclosure, ending: UUID) -> None:
        """What ended these states was taken back."""
        for name in SOUGHT:
            fact = _fact(views, disclosure.record, name)
            if fact and ending in fact.over:
                self._keep(views, fact.resume(ending), disclosure.recipient)

    def _clear(self, views: ViewsUnit, record: UUID, arrest: UUID) -> None:
        """Of an arrest that came to nothing neither the arrest stays nor how it ended."""
        for message in _rows_about(arrest):
            if row := views.fact_by_message(message):
                views.drop_fact(row.record, row.fact)
        row = views.fact(record, "custody")
        if row and from_row(row).told.get("arrest") == str(arrest):
            views.drop_fact(record, "custody")

    def _settle(self, views: ViewsUnit, row: FactRow, disclosure: Disclosure) -> None:
        fact = settled(from_row(row), disclosure)
        if fact is not None:
            self._keep(views, fact, disclosure.recipient)
            return
        over = row.fact in PLACE and self._is_over(views, row.record)
        views.drop_fact(row.record, row.fact)
        self._reckon(views, row, disclosure.recipient, over=over)

    def _keep(self, views: ViewsUnit, fact: Fact, partner: AgencyId) -> None:
        """With the day from which its age counts, if it is this partner's own word and the case goes on."""
        over = (grows_old(fact, partner) or fact.fact in PLACE) and self._is_over(views, fact.record)
        row = to_row(fact, partner, over=over)
        views.put_fact(row)
        self._reckon(views, row, partner, over=over)

    def _is_over(self, views: ViewsUnit, record: UUID) -> bool:
        return is_over(from_row(row) for name in PLACE if (row := views.fact(record, name)))

    def _reckon(self, views: ViewsUnit, changed: FactRow, partner: AgencyId, *, over: bool) -> None:
        """Whether the case goes on may have changed with this row: `over` says how it was before. Of one that does not,
        nothing has such a day (D5).
        """
        if changed.fact not in PLACE or (now := self._is_over(views, changed.record)) == over:
            return
        for row in views.facts_of(changed.record):
            reckoned = to_row(from_row(row), partner, over=now)
            if reckoned.said_on != row.said_on:
                views.put_fact(reckoned)

    def _forget(self, views: ViewsUnit, record: UUID, access: str) -> None:
        for row in views.facts_of(record):
            if from_row(row).told.get(ON_ACCESS) == access:
                views.drop_fact(record, row.fact)


def _fact(views: ViewsUnit, record: UUID, name: str) -> Fact | None:
    row = views.fact(record, name)
    return from_row(row) if row else None


def _access_over(disclosure: Disclosure) -> str | None:
    """The message of the opening that ends with this disclosure: closed, or taken back."""
    if disclosure.kind == "trust.access.closed":
        return str(disclosure.told.get("access"))
    if disclosure.kind == "trust.update.withdrawn":
        return str(disclosure.told.get("update"))
    return None


def _rows_about(message: UUID | None) -> list[UUID]:
    """The messages under which rows of an earlier one lie: its own, and what was told of it in an emergency."""
    return [message, in_emergency(message)] if message else []


def _has_row(disclosure: Disclosure) -> bool:
    """Whether it is kept by itself: not what only changes how an earlier message stands."""
    if disclosure.kind in (*SETTLING, "trust.alert.acknowledged") or _came_to_nothing(disclosure):
        return False
    return disclosure.kind not in OUTCOMES or OUTCOMES[disclosure.kind] in disclosure.told


def _says_itself(disclosure: Disclosure) -> bool:
    """Whether it is the partner's own word for how something stands."""
    ageing = disclosure.kind == UpdateReaffirmed.KIND or disclosure.kind in UpdateReaffirmed.REFERS_TO_KINDS
    return ageing and disclosure.told.get("source") == disclosure.recipient


def _has_row_before(disclosure: Disclosure) -> bool:
    """Whether an earlier message may have the row that it would have."""
    return disclosure.kind in (*STATES, *OUTCOMES)


def _came_to_nothing(disclosure: Disclosure) -> UUID | None:
    """The message of an arrest that came to nothing: it leaves nothing in the view of those who are not told the
    outcome (D1).
    """
    told = disclosure.told
    over = told.get("stands") == Stands.NO_LONGER_STANDS and "outcome" not in told
    return UUID(str(told["arrest"])) if over and disclosure.kind in (LEFT, *OUTCOMES) else None


def earlier_message(disclosure: Disclosure) -> UUID | None:
    """The earlier message that a settling update is about."""
    about = "arrest" if disclosure.kind in OUTCOMES else SETTLING.get(disclosure.kind, "")
    said = disclosure.told.get(about)
    return UUID(str(said)) if said else None
