"""Closing: some time after a partner stopped being told of a case, its hosted view of it closes. Silently (D15)."""

from pydantic import JsonValue

from access_policies.compiling import Bundle
from hub import ledger
from hub.belonging import ended_by
from hub.cases import Case
from hub.claims import CohortClaim
from hub.gathering import Gathering
from hub.identity import Identity
from hub.numbering import Entry, number
from hub.ports import Clock, Entropy, Timer, Unit
from schemas.identifiers import AgencyId


def close(unit: Unit, timer: Timer, bundle: Bundle, identity: Identity, clock: Clock, entropy: Entropy) -> None:
    """Close the views that what the timer looks back at has ended, where it still stands. Nobody is told.

    A crash before the commit fires the timer again, and closing twice is closing once.
    """
    case = Gathering.of(unit, bundle, clock.now(), [timer.record_id]).cases[timer.record_id]
    if agencies := sorted(ended(case, str(timer.subject), bundle)):
        record: dict[str, JsonValue] = {"verb": "closing", "because": str(timer.subject), "views": [*agencies]}
        record["record"] = str(case.record_id)
        leaf, opening = ledger.leaf(clock.now(), entropy.salts(f"closing/{timer.update_id}", 1), record)
        number(unit, [Entry(leaf, opening, case.record_id)], identity)
        heads = {agency: seq for agency, (seq, _) in unit.lock_counter().heads.items()}
        case.loses_sight(agencies)
        case.save(unit)
        unit.close_views({agency: identity.record(agency, case.record_id) for agency in agencies}, heads)


def ended(case: Case, subject: str, bundle: Bundle) -> set[AgencyId]:
    """The partners to which the case is closed because of this update: none where a later word opened it again, or
    ended it later, so that it keeps a time of its own.
    """
    standing, shut_out = case.standing, _shut_out(case, subject, bundle)
    if parted := {agency for agency, by in case.facts.parted.items() if by == subject}:
        return shut_out | {agency for agency in parted if not standing.works(agency)}
    claim = case.facts.involvement.get(subject)
    if ended := [claim] if claim else ended_by(standing.backers.units, case.facts, subject):
        return {each.agency for each in ended if standing.involvement.get(each.agency) == each}
    if standing.left and subject == case.own.gone:
        working = {agency for agency in standing.involvement if standing.works(agency)}
        return working - _keep_it(standing.left, standing.home, bundle)
    return shut_out


def _shut_out(case: Case, subject: str, bundle: Bundle) -> set[AgencyId]:
    """Those to whom the case is closed by a restriction that this update set in it, or brought to it from another
    record, as long as it stands and holds here.
    """
    meant = [key for key, by in case.facts.shut_by.items() if by == subject]
    meant += [subject] if subject in case.facts.restrictions else []
    standing = [case.standing.restrictions[key] for key in meant if key in case.standing.restrictions]
    return {agency for agency in bundle.policies.partners for claim in standing if agency not in claim.open_to}


def _keep_it(left: CohortClaim, keep: frozenset[AgencyId], bundle: Bundle) -> frozenset[AgencyId]:
    """Whose view of somebody who left the programme stays open: the home unit's, which decided so, and probation's
    where the law keeps the person with it (requirement SR27).
    """
    return keep | bundle.agencies_of_kind("probation") if left.statutory else keep
