"""Non-interference through the API and the stream (decision 3, D29).

Two hubs with the same keys live through histories that differ only in what is withheld from one partner. Everything
that this partner can ask for over HTTP, before, meanwhile and afterwards, is equal byte for byte: feed, stream, cases,
alerts, receipts of its own, explanations, refusals.
"""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any
from uuid import UUID

import pytest

from hub.bootstrap import Hub, open_hub
from hub.settings import Settings
from hub.timers import fire_due
from support.builders import a_consent, a_missed_appointment, a_reception, a_release, a_release_plan, a_score, an_arrest
from support.builders import an_outcome
from support.http import CLOUDEVENTS, STREAM, Door
from support.partnership import (
    DRUGS,
    EVERYONE,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    START,
    UNIT,
    Partnership,
    TurnedClock,
    raw_update,
    who,
)

SEEDS = 8
LENGTH = 7
SUPPORT = (HOUSING, HOSTEL, DRUGS)
PATHWAYS = {HOUSING: ("accommodation",), HOSTEL: ("accommodation",), DRUGS: ("drugs_alcohol",)}
KNOWN = (1, 2)
STRANGER = {agency: 10 + number for number, agency in enumerate(EVERYONE)}
"""For each partner somebody with whom everybody works but this partner."""

Data = dict[str, Any]


class Repeatable:
    """The promise of `hub.ports.Entropy` for two hubs that must not differ by chance."""

    def salts(self, purpose: str, count: int) -> bytes:
        """Always the same for the same purpose."""
        return b"".join(hmac.digest(b"salt", f"{purpose}/{n}".encode(), "sha256")[:16] for n in range(count))


@dataclass
class Step:
    """One update, published in one history or in both, `minute` minutes after the start."""

    agency: str
    kind: str
    data: Data
    update_id: UUID
    minute: int
    late: int = 0
    """Minutes by which it comes after it happened."""

    def raw(self) -> bytes:
        """Its bytes."""
        at = START + timedelta(minutes=self.minute - self.late)
        return raw_update(self.agency, self.kind, self.data, self.update_id, at)


def person(number: int) -> Data:
    """Whom an update is about."""
    return {"identifiers": who(number)["identifiers"]}


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which two people are known to everybody, and one for each partner to everybody but it."""
    home = tmp_path_factory.mktemp("beginning") / "home"
    partners = Partnership(home)
    for number in (*KNOWN, *STRANGER.values()):
        somebody = partners.person(number)
        partners.publish(PROBATION, "trust.consent.given", somebody | a_consent(HOSTEL))
        partners.publish(PROBATION, "trust.consent.given", somebody | a_consent(DRUGS, purposes=("treatment",)))
        for agency in EVERYONE:
            if STRANGER[agency] != number and agency != UNIT:
                partners.involve(somebody, agency, PATHWAYS.get(agency, ()))
    partners.hub.catch_up()
    partners.hub.close()
    return home


WITHHELD: dict[str, dict[str, Callable[[Random], Data]]] = {
    "custody.person.arrested": {
        **dict.fromkeys(SUPPORT, lambda r: an_arrest(alleged_offence=_word(r), officer=_word(r), intelligence=_word(r))),
        PROBATION: lambda r: an_arrest(drug_test=r.choice(["positive", "negative", "refused"])),
        UNIT: lambda r: an_arrest(drug_test=r.choice(["positive", "refused"]), intelligence=_word(r)),
        PRISON: lambda r: an_arrest(station=_word(r), alleged_offence=_word(r)),
    },
    "custody.release.planned": {
        **dict.fromkeys((HOUSING, HOSTEL), lambda r: a_release_plan(address=_word(r), licence=[_word(r)], prescribing=_word(r))),
        DRUGS: lambda r: a_release_plan(licence=[_word(r)], exclusion_zones=[_word(r)]),
        UNIT: lambda r: a_release_plan(prescribing=_word(r), exclusion_zones=[_word(r)]),
        PROBATION: lambda r: a_release_plan(prescribing=_word(r)),
        POLICE: lambda r: a_release_plan(prescribing=_word(r), housing_need=r.choice(["nowhere", "returns_home"])),
    },
    "custody.person.released": {
        **dict.fromkeys((HOUSING, HOSTEL), lambda r: a_release(reason=r.choice(["conditional", "early"]), prison=_word(r))),
        DRUGS: lambda r: a_release(reason=r.choice(["conditional", "bail", "early"])),
    },
    "custody.person.received": {
        **dict.fromkeys((HOUSING, HOSTEL), lambda r: a_reception(reason=r.choice(["new_custody", "transfer"]), prison=_word(r))),
        DRUGS: lambda r: a_reception(reason=r.choice(["new_custody", "transfer"])),
    },
}
"""Told events, by kind and partner, with chance in the fields that are withheld from it."""

PUBLISHER = {"custody.person.arrested": POLICE}


def _word(random: Random) -> str:
    return f"word {random.randrange(10**6)}"


def common(partner: str, random: Random) -> list[Step]:
    """What happens in both histories, to people whom the partner knows."""
    steps = []
    for minute in range(1, LENGTH + 1):
        kind = random.choice([*WITHHELD])
        make = {"custody.person.arrested": an_arrest, "custody.release.planned": a_release_plan}
        plain = make | {"custody.person.released": a_release, "custody.person.received": a_reception}
        somebody, late = person(random.choice(KNOWN)), random.choice([0, 0, 30, 600])
        update_id = UUID(int=random.getrandbits(128))
        steps.append(Step(PUBLISHER.get(kind, PRISON), kind, somebody | plain[kind](), update_id, minute, late))
        if kind == "custody.person.arrested" and random.random() < 0.5:
            left = an_outcome(update_id, random.choice(["no_further_action", "charged", "remanded"]))
            steps.append(Step(POLICE, "custody.person.left", left, UUID(int=random.getrandbits(128)), minute))
    return steps


def varied(steps: list[Step], partner: str, random: Random) -> list[Step]:
    """The same, with chance in the fields that are withheld from the partner."""
    found = []
    for step in steps:
        change = WITHHELD.get(step.kind, {}).get(partner) if step.agency != partner else None
        data = step.data | {"identifiers": step.data["identifiers"], **change(random)} if change else step.data
        found.append(Step(step.agency, step.kind, data, step.update_id, step.minute, step.late))
    return found


@dataclass
class Hidden:
    """Makes updates that are withheld from one partner, for one history."""

    partner: str
    random: Random
    minute: int
    arrests: list[UUID] = field(default_factory=list)
    brand_new: int = 100

    def step(self, agency: str, kind: str, data: Data) -> Step:
        """One update under an id of its own."""
        return Step(agency, kind, data, UUID(int=self.random.getrandbits(128)), self.minute, self.random.choice([0, 90]))

    def other(self, *agencies: str) -> str:
        """One of these, but never the partner."""
        return self.random.choice([each for each in agencies if each != self.partner])

    def of_a_stranger(self) -> Step:
        """Something about somebody whom the partner does not work with."""
        somebody = person(STRANGER[self.partner])
        kinds: list[tuple[str, str, Data]] = [
            (POLICE, "custody.person.arrested", an_arrest(alleged_offence=_word(self.random))),
            (PRISON, "custody.person.received", a_reception()),
            (PRISON, "custody.person.released", a_release()),
            (PRISON, "custody.release.planned", a_release_plan()),
            (PROBATION, "supervision.appointment.missed", a_missed_appointment()),
            (UNIT, "programme.risk.reassessed", a_score(self.random.randrange(64))),
        ]
        agency, kind, data = self.random.choice([each for each in kinds if each[0] != self.partner])
        return self.step(agency, kind, somebody | data)

    def of_somebody_new(self) -> Step:
        """Somebody comes onto the programme."""
        self.brand_new += 1
        decision = {"cohort": "Free", "statutory": False, "decided_by": "A Coordinator"}
        return self.step(UNIT, "programme.cohort.decided", who(self.brand_new) | decision)

    def restricted(self) -> Step:
        """Something restricted about somebody whom the partner works with."""
        somebody = person(self.random.choice(KNOWN)) | {"handling": "restricted"}
        if self.partner == PRISON or self.random.random() < 0.5:
            return self.step(PROBATION, "supervision.appointment.missed", somebody | a_missed_appointment())
        return self.step(POLICE, "custody.person.arrested", somebody | an_arrest())

    def of_a_kind_not_told(self) -> Step:
        """A kind that is not this partner's, about somebody whom it works with."""
        somebody = person(self.random.choice(KNOWN))
        if self.partner in SUPPORT and self.random.random() < 0.5:
            return self.step(UNIT, "programme.risk.reassessed", somebody | a_score(self.random.randrange(64)))
        named = self.other(HOSTEL, DRUGS, HOUSING)
        return self.step(PROBATION, "trust.consent.given", somebody | a_consent(named, purposes=("supervision",)))

    def involvement(self) -> Step:
        """Another agency is said to work a case."""
        named = self.other(*SUPPORT, PRISON)
        claim = {"agency": named, "role": self.random.choice(["referred", "active"]), "pathways": ["ete"]}
        return self.step(UNIT, "programme.agency.involved", person(self.random.choice(KNOWN)) | claim)

    def held(self) -> Step:
        """Something that nobody can place."""
        agency = self.other(PROBATION, HOUSING, PRISON)
        claim = {"agency": agency, "role": "active"}
        return self.step(agency, "programme.agency.involved", person(900 + self.random.randrange(99)) | claim)

    def discarded(self) -> Step:
        """Something from a custody suite or a prison about nobody on the programme."""
        if self.other(POLICE, PRISON) == POLICE:
            return self.step(POLICE, "custody.person.arrested", person(999) | an_arrest())
        return self.step(PRISON, "custody.person.received", person(999) | a_reception())

    def any(self) -> Step:
        """One of all these that is withheld from this partner."""
        makers = [self.held, self.discarded]
        if self.partner != UNIT:
            makers += [self.of_a_stranger] * 3 + [self.of_somebody_new, self.of_a_kind_not_told, self.involvement]
        if self.partner not in (POLICE, PROBATION):
            makers.append(self.restricted)
        return self.random.choice(makers)()


def hidden(partner: str, random: Random) -> Iterator[Step]:
    """What happens in one history beside the other, a few things each minute, and in no minute too much."""
    for minute in range(1, LENGTH + 1):
        maker = Hidden(partner, random, minute, brand_new=100 + 10 * minute)
        for _ in range(random.randrange(4)):
            yield maker.any()
