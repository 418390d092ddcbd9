"""Presenting: what the facts say of the present, and what of it a partner is shown that keeps no history (D1)."""

from datetime import date

from hub.claims import CustodyClaim, ShownState, StateClaim, custody_order, order
from hub.facts import Facts, changes_of, dead
from schemas.identifiers import AgencyId
from schemas.updates import KINDS
from schemas.updates.custody import Died


def current(facts: Facts, today: date) -> dict[str, list[str]]:
    """For each state, the updates that may say how it stands, the latest first (D14).

    What was taken back, ended or cancelled, or whose day has passed, says nothing of the present. Its end reaches
    whoever was told of it (`inherits`), so leaving it out tells nobody more than telling both would.
    """
    gone = over(facts)
    claims: dict[str, StateClaim] = {**facts.states, **facts.custody}
    found: dict[str, list[str]] = {}
    for key in sorted(claims, key=lambda each: order(claims[each], each), reverse=True):
        until = _until(facts, key, claims[key])
        if key not in gone and (until is None or until >= today):
            found.setdefault(_state(facts, key, claims[key]), []).append(key)
    return found


def said_again(facts: Facts, target: str) -> list[str]:
    """The words that an update still stands, the latest first, without those that were taken back."""
    of_it = [key for key, claim in facts.reaffirmed.items() if claim.state == target and key not in facts.withdrawn]
    return sorted(of_it, key=lambda each: order(facts.reaffirmed[each], each), reverse=True)


def _state(facts: Facts, key: str, claim: StateClaim) -> str:
    """Which state it speaks of: several kinds may say one."""
    return "custody" if key in facts.custody else claim.state or KINDS[claim.kind].STATE or claim.kind


def over(facts: Facts) -> set[str]:
    """What was taken back, ended or cancelled, and what was said of an arrest that came to nothing at court (D1)."""
    ends = {by: target for by, target in facts.ends.items() if by not in facts.withdrawn}
    cleared = {arrest for by, arrest in facts.outcomes.items() if by in ends}
    said_of_it = {by for by, arrest in ends.items() if arrest in cleared}
    return facts.withdrawn | set(ends.values()) | said_of_it | {k for k in facts.states if _came_about(facts, k)}


def _came_about(facts: Facts, key: str) -> bool:
    """Whether nobody is sought any more: a recall ends when a prison has the person, and death ends all (D3, D5)."""
    claim = facts.states[key]
    state = KINDS[claim.kind].STATE
    ending = (c for each, c in facts.custody.items() if each not in facts.withdrawn and state in KINDS[c.kind].ENDS)
    return any(c.at >= claim.at for c in ending) or (state in Died.ENDS and dead(facts))


def _until(facts: Facts, key: str, claim: StateClaim) -> date | None:
    """The last day on which it says something of the present, as it stands by now."""
    days = [day for each in changes_of(facts, key) if (day := facts.changes[each].release_on)]
    return days[-1] if days else claim.until


def show(facts: Facts, agency: AgencyId, key: str, claim: CustodyClaim, ends: str | None) -> str | None:
    """Show `agency` this movement as the present state. Returns the key of the movement that is over for it:
    the one shown before, or this one when it came late; none where it is told once more. What it `ends` it follows,
    whatever the times.
    """
    before, now = facts.shown.get(agency), ShownState(claim=claim, key=key)
    if before and before.key != ends and custody_order(before.claim, before.key) > custody_order(claim, key):
        return key
    facts.shown[agency] = now
    return before.key if before and before.key != key else None


def hide(facts: Facts, agency: AgencyId, *keys: str) -> str | None:
    """Stop showing a movement that no longer stands. Returns the key that was shown, if it is one of these."""
    before = facts.shown.get(agency)
    if before is None or before.key not in keys:
        return None
    del facts.shown[agency]
    return before.key


def movements_of(facts: Facts, arrest: str) -> tuple[str, ...]:
    """The arrest, and how it is said to have ended."""
    return (arrest, *(by for by, target in facts.ends.items() if target == arrest and by not in facts.outcomes))


def is_shown(facts: Facts, agency: AgencyId, *keys: str) -> bool:
    """Whether `agency` is shown one of these movements."""
    return (shown := facts.shown.get(agency)) is not None and shown.key in keys


def outcomes_beside(facts: Facts, over: str) -> list[str]:
    """What else was said of the arrest that this movement is or ended."""
    arrest = facts.ends.get(over, over)
    return sorted(by for by, target in facts.outcomes.items() if target == arrest)


def undone(facts: Facts, key: str) -> bool:
    """Whether a release was undone: a later movement says that the person is in prison, and not by recall."""
    claim = facts.custody.get(key)
    if claim is None or claim.place != "free":
        return False
    standing_ones = (c for each, c in facts.custody.items() if each not in facts.withdrawn)
    later = (c for c in standing_ones if c.at >= claim.at and c.place == "prison")
    return any(not c.after_recall for c in later)
