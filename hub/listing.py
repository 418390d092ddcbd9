"""Listing: which kind of update sets which fact, who may publish it, and whether that lets its publisher know more.

The page is made from this table, the policies and the fold; a property test holds the table to what folding the sample
of each kind does, and to what its publisher is told before and after somebody confirms it (D12).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from access_policies.model import Policies
from access_policies.rendering import NOTE, table, title
from schemas.updates import KINDS


class Widens(StrEnum):
    """Whether an update lets its own publisher know more of the case."""

    NO = "no"
    CONFIRMED = "yes, once confirmed"
    ALONE = "yes, by itself"


@dataclass(frozen=True)
class Effect:
    """What updates of one kind do to the facts."""

    facts: tuple[str, ...]
    """The parts of `Facts` that change."""
    widens: Widens = Widens.NO
    counts: str = "by itself"
    """What must be so before it counts, for those who sign."""


_ITS_WORD = "once the home unit or the case lead stands behind it beside the publisher"

EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "custody.person.arrested": Effect(("custody",)),
        "custody.person.left": Effect(("custody", "ends", "settled")),
        "custody.person.received": Effect(("custody",)),
        "custody.person.released": Effect(("custody",)),
        "custody.release.planned": Effect(("states",)),
        "custody.release.cancelled": Effect(("ends",)),
        "custody.release.changed": Effect(("changes",)),
        "custody.person.charged": Effect(("outcomes", "settled")),
        "custody.wanted.cleared": Effect(("ends",)),
        "custody.person.died": Effect(("deaths", "states")),
        "court.hearing.listed": Effect(("states",)),
        "court.hearing.concluded": Effect(("ends", "outcomes", "settled")),
        "programme.cohort.decided": Effect(
            ("cohorts", "heard", "states"),
            Widens.ALONE,
            "by itself: a unit alone puts people on the programme, and leads the case; where the case is another's, "
            "once that one has placed it",
        ),
        "programme.agency.involved": Effect(("heard", "involvement"), Widens.CONFIRMED, _ITS_WORD),
        "programme.agency.withdrew": Effect(
            ("heard", "involvement"), counts="by itself, from the agency, the home unit or the case lead"
        ),
        "trust.consent.given": Effect(
            ("consents",),
            Widens.CONFIRMED,
            "for others by itself; for its publisher once the home unit or the case lead confirms it",
        ),
        "trust.consent.withdrawn": Effect(("ended", "ended_before")),
        "trust.restriction.set": Effect(("restrictions",)),
        "trust.restriction.lifted": Effect(
            ("heard", "liftings"),
            Widens.CONFIRMED,
            "from who set it, the home unit or the case lead; one to whom it opens the case needs a second of these",
        ),
        "trust.fact.confirmed": Effect(("confirmations", "heard")),
        "trust.update.confirmed": Effect(("settled",), counts="by itself; the hub alone says so"),
        "trust.update.withdrawn": Effect(("withdrawn", "settled"), counts="by itself, from who said it"),
        "trust.concern.disclosed": Effect(
            ("concerns",), counts="by itself, for those it names but its publisher, until its time is over"
        ),
        "trust.access.opened": Effect(
            ("accesses",),
            Widens.ALONE,
            "by itself, for what an emergency clause lists, until its time is over; somebody else reviews it (D13)",
        ),
        "trust.access.closed": Effect(("closed",)),
        "programme.review.called": Effect(("reviews", "states")),
        "programme.review.moved": Effect(("ends",)),
        "programme.review.concluded": Effect(("ends",)),
        "programme.case.transferred": Effect(
            ("heard", "transfers"),
            Widens.CONFIRMED,
            "by itself from the home unit or the case lead, for another agency; else "
            + _ITS_WORD
            + "; from one unit to "
            "another, from the home unit alone or once it confirms it",
        ),
        "programme.person.deselected": Effect(
            ("deselections", "heard"), counts="by itself: the home unit alone decides it"
        ),
        "trust.identity.linked": Effect(
            ("heard", "links"),
            counts="once the home unit or the case lead says or confirms it, for two records in both cases; a "
            "restriction of either holds for both at once",
        ),
        "trust.identity.unlinked": Effect(("unlinked",), counts="by itself, at once"),
        "trust.alert.acknowledged": Effect(("acknowledged",)),
        "trust.update.corrected": Effect(("corrections",)),
        "trust.disclosure.recalled": Effect(("recalls",)),
        "trust.update.reaffirmed": Effect(("reaffirmed",)),
        "accommodation.referral.made": Effect(
            ("consents",), counts="by itself, for the authority that the person chose and for this referral only"
        ),
        "accommodation.tenancy.put_at_risk": Effect(("states",)),
        "accommodation.placement.limited": Effect(
            ("limits",), counts="by itself, for what a placement check answers, until its last day is over (D10)"
        ),
        **{kind: Effect(("states",)) for kind, model in KINDS.items() if model.STATE},
        "supervision.breach.started": Effect(("states",)),
        "supervision.breach.concluded": Effect(("ends", "settled")),
        "supervision.staff_risk.set": Effect(("states",), counts="by itself, until its time is over or it is lifted"),
        "supervision.staff_risk.lifted": Effect(("ends", "settled"), counts="by itself, from who set it; or the hub"),
    }
)
"""By kind; a kind that is not here sets no fact."""


def facts_page(policies: Policies) -> str:
    """The page `facts.md`."""
    rows = [_row(policies, kind) for kind in KINDS]
    head = ["kind", "sets", "published by", "lets its publisher know more", "counts"]
    return NOTE + _OPENING + "\n".join(table(head, rows)) + "\n"


_OPENING = """# Which update sets which fact

Decisions rest on facts, and facts on what agencies publish. An update that would let its own publisher know more of a
case counts only once somebody else stands behind it (D12). There are two exceptions: the IOM unit decides who is on the
programme, and in an emergency an agency can break the glass, which is reviewed (D13).

The *home unit* of a case is the one that first put the person on the programme, or to which the case was handed since.
No other unit's word counts in it.

"""


def _row(policies: Policies, kind: str) -> list[str]:
    effect, publishers = EFFECTS.get(kind), ", ".join(map(title, policies.kinds[kind].publishers))
    if effect is None:
        return [kind, "–", publishers, Widens.NO.value, "–"]
    facts = ", ".join(f"`{name}`" for name in effect.facts)
    return [kind, facts, publishers, effect.widens.value, effect.counts]
