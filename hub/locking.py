"""Locking: when a consent ends, whoever was told something on it hears once what it may use no more (D15)."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import JsonValue

from access_policies.compiling import Bundle
from access_policies.words import holds
from hub.cases import Case
from hub.identity import Identity
from hub.ports import UpdateKey
from hub.recollecting import Recollection
from schemas.identifiers import AgencyId

Locks = dict[AgencyId, list[tuple[UpdateKey, list[str]]]]
"""For each partner the messages, and the fields of each, that rested on what has ended."""


def locks(case: Case, at: datetime, target: UpdateKey | None, past: Recollection, bundle: Bundle) -> Locks:
    """What no consent carries any longer, of what the recipients of the ended one were told and still hold.

    What rests on another ground, or on another consent that lasts, is left alone. A consent may have told of another
    record that is, or was, of the same case.
    """
    recipients, found = _recipients(case, at, target), Locks()
    for record in (case, *case.others):
        for agency, key in past.resting(record.record_id):
            if agency in recipients:
                ended = set(_without_consent(record, agency, bundle))
                because = past.disclosed(key)[agency].because
                if fields := sorted(field for field, clauses in because.items() if clauses <= ended):
                    found.setdefault(agency, []).append((key, fields))
    return found


def _recipients(case: Case, at: datetime, target: UpdateKey | None) -> frozenset[AgencyId]:
    """Whom the consents that end here were for."""
    consents = case.facts.consents
    if target is not None:
        return frozenset(consents[str(target)].recipients) if str(target) in consents else frozenset()
    every = (claim for record in (case, *case.others) for claim in record.facts.consents.values())
    return frozenset(agency for claim in every if claim.at <= at for agency in claim.recipients)


def _without_consent(case: Case, agency: AgencyId, bundle: Bundle) -> Iterator[str]:
    """The clauses that told because the person agreed, where no consent now says so."""
    situation = case.situations.get(agency)
    for name in bundle.clauses_on_consent():
        agreed = bundle.words.condition({"consent": bundle.policies.clauses[name].when["consent"]})
        if situation and not holds(agreed, situation.known):
            yield name


def notice(locked: list[tuple[UpdateKey, list[str]]], agency: AgencyId, identity: Identity) -> dict[str, JsonValue]:
    """The one notice, in the recipient's own message ids."""
    return {
        "locked": [{"message": str(identity.message(agency, *key)), "fields": list(names)} for key, names in locked]
    }
