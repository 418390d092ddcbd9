"""Settling: what an update about an earlier message makes of the fact that stands on it. Pure."""

from schemas.disclosures import Disclosure
from schemas.updates.reaffirming import UpdateReaffirmed
from schemas.views import Fact
from schemas.vocabulary import Certainty, Stands


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
    if kind == "trust.fact.confirmed":
        fact = _confirmed(fact, disclosure)
    if stands == Stands.CONFIRMED or kind == "trust.fact.confirmed":
        return fact.model_copy(update={"certainty": Certainty.CONFIRMED})
    return _confirmed(fact, disclosure) if kind == UpdateReaffirmed.KIND else fact


def _confirmed(fact: Fact, disclosure: Disclosure) -> Fact:
    """Somebody stands behind it: from then on it is as old as that. What the hub settles by time confirms nothing."""
    at = disclosure.told.get("occurred_at")
    return fact.confirm(str(at) if at else None)


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
