"""Case views: one row for each fact a partner was told, with its source, author's role, time and certainty.

A view is a fold over the partner's feed, so it cannot hold what was withheld. A row costs the same however long the
history is.
"""

from functools import partial
from uuid import UUID, uuid5

from pydantic import JsonValue

from consumers.endings import ENDING, ended_by, later, moment, over_before, witnesses
from hub.ports import FactRow, Touched, ViewsUnit
from schemas.disclosures import ON_ACCESS, Disclosure
from schemas.updates import KINDS
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


def settled(fact: Fact, disclosure: Disclosure) -> Fact | None:
    """The row after an update about its message; None when it no longer stands and nothing more is told. Pure.

    What is locked only a correction, a withdrawal or a recall changes (D15).
    """
    match disclosure.kind:
        case "trust.update.corrected":
            return corrected(fact, disclosure)
        case "trust.disclosure.recalled":
            return None if disclosure.takes_back() else fact
        case "custody.release.changed":
            return changed(fact, disclosure)
        case "trust.update.withdrawn":
            return _as_it_stands(fact, disclosure)
    return fact if fact.closed else _as_it_stands(fact, disclosure)


def _as_it_stands(fact: Fact, disclosure: Disclosure) -> Fact | None:
    stands, kind = disclosure.told.get("stands"), disclosure.kind
    if stands == Stands.NO_LONGER_STANDS and not disclosure.told.keys() & {"reason", "outcome"}:
        return None
    if stands == Stands.NO_LONGER_STANDS or kind in ("trust.consent.withdrawn", "trust.consent.lapsed"):
        return fact.model_copy(update={"certainty": Certainty.WITHDRAWN})
    if stands == Stands.CONFIRMED or kind == "trust.fact.confirmed":
        return fact.model_copy(update={"certainty": Certainty.CONFIRMED})
    return fact


def corrected(fact: Fact, disclosure: Disclosure) -> Fact:
    """The row with what is right in it, and when that was said. Pure."""
    right, at = disclosure.told.get("corrected"), disclosure.told.get("occurred_at")
    return fact.put_right(right, str(at) if at else None) if isinstance(right, dict) else fact


def changed(fact: Fact, disclosure: Disclosure) -> Fact:
    """A plan as it stands by now. Who hears only that it has changed knows no more how it stands. Pure."""
    told, at = disclosure.told, disclosure.told.get("occurred_at")
    if told.keys() <= {"plan", "stands"}:
        return fact.model_copy(update={"certainty": Certainty.WITHDRAWN})
    return fact.put_right(disclosure.changes(fact.locked), str(at) if at else None)


class CaseViews:
    """Keeps one partner's facts. Idempotent: the same disclosure twice makes the same rows."""

    name = "case_views"

    def touches(self, disclosure: Disclosure) -> Touched:
        """The rows to be read before this disclosure is applied."""
        names = {fact_name(disclosure)} if _has_row_before(disclosure) else set[str]()
        names |= ended_by(disclosure) | witnesses(disclosure.kind)
        names |= {"custody"} if _came_to_nothing(disclosure) else set()
        about = _rows_about(earlier_message(disclosure) or _came_to_nothing(disclosure))
        return Touched(facts=[(disclosure.record, name) for name in names], messages=[*about, *disclosure.locks()])

    def apply(self, views: ViewsUnit, seq: int, disclosure: Disclosure) -> None:
        """Take one disclosure in."""
        for message in _rows_about(earlier_message(disclosure)):
            if row := views.fact_by_message(message):
                self._settle(views, row, disclosure)
        for message, names in disclosure.locks().items():
            if row := views.fact_by_message(message):
                views.put_fact(to_row(from_row(row).lock(names)))
        if arrest := _came_to_nothing(disclosure):
            self._clear(views, disclosure.record, arrest)
        if over := _access_over(disclosure):
            self._forget(views, disclosure.record, over)
        if _has_row(disclosure):
            self._put(views, fact_of(seq, disclosure), disclosure)

    def _put(self, views: ViewsUnit, fact: Fact, disclosure: Disclosure) -> None:
        self._end(views, fact, disclosure)
        before = _fact(views, fact.record, fact.fact) if _has_row_before(disclosure) else None
        over = over_before(fact.kind, moment(fact), partial(_fact, views, fact.record))
        if succeeds(fact, before) and not over:
            views.put_fact(to_row(fact))

    def _end(self, views: ViewsUnit, fact: Fact, disclosure: Disclosure) -> None:
        """States that are over by this do not stay, even where something later has its own row."""
        for name in ended_by(disclosure):
            earlier = _fact(views, fact.record, name)
            if earlier and succeeds(fact, earlier):
                views.drop_fact(fact.record, name)

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
        if fact is None:
            views.drop_fact(row.record, row.fact)
        else:
            views.put_fact(to_row(fact))

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
    return [message, _in_emergency(message)] if message else []


def _in_emergency(message: UUID) -> UUID:
    return uuid5(message, "access")


def _has_row(disclosure: Disclosure) -> bool:
    """Whether it is kept by itself: not what only changes how an earlier message stands."""
    if disclosure.kind in (*SETTLING, "trust.alert.acknowledged") or _came_to_nothing(disclosure):
        return False
    return disclosure.kind not in OUTCOMES or OUTCOMES[disclosure.kind] in disclosure.told


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


def to_row(fact: Fact) -> FactRow:
    """The fact as a row."""
    message = _in_emergency(fact.message_id) if ON_ACCESS in fact.told else fact.message_id
    return FactRow(fact.record, fact.fact, message, fact.seq, fact.model_dump_json().encode())


def from_row(row: FactRow) -> Fact:
    """The fact in a row."""
    return Fact.model_validate_json(row.body)
