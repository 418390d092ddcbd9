"""Pairs of histories that differ only in what is withheld from one partner, made by chance."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from hub.identity import Identity
from support import builders as b
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
    raw_update,
    who,
)

LENGTH = 5
"""Minutes that a history lasts."""

SUPPORT = (HOUSING, HOSTEL, DRUGS)
KNOWN = (1, 2)
"""People with whom everybody works."""
STRANGER = {agency: 10 + number for number, agency in enumerate(EVERYONE)}
"""For each partner somebody with whom everybody works but this partner."""
NOBODY = 900
"""From here on nobody is on the programme."""

Data = dict[str, Any]
Make = Callable[[Random], Data]


@dataclass(frozen=True)
class Step:
    """One update, `minute` minutes after the start; it had happened `late` minutes before."""

    agency: str
    kind: str
    data: Data
    update_id: UUID
    minute: int
    late: int = 0
    confirms: UUID | None = None
    """The IOM unit's update that this one confirms."""

    def raw(self, identity: Identity) -> bytes:
        """Its bytes."""
        at, data = START + timedelta(minutes=self.minute - self.late), self.data
        if self.confirms:
            data = data | {"update": str(identity.message(self.agency, UNIT, self.confirms))}
        return raw_update(self.agency, self.kind, data, self.update_id, at)


def person(number: int) -> Data:
    """Whom an update is about."""
    return {"identifiers": who(number)["identifiers"]}


def an_id(random: Random) -> UUID:
    """An update's id, the same in every run."""
    return UUID(int=random.getrandbits(128), version=4)


def word(random: Random) -> str:
    """Some text."""
    return f"word {random.randrange(10**6)}"


def _arrest(random: Random) -> Data:
    return b.an_arrest(alleged_offence=word(random), officer=word(random), intelligence=word(random))


def _plan(random: Random) -> Data:
    return b.a_release_plan(address=word(random), licence=[word(random)], prescribing=word(random))


def _released(random: Random) -> Data:
    return b.a_release(reason=random.choice(["conditional", "early"]), prison=word(random))


def _received(random: Random) -> Data:
    return b.a_reception(reason=random.choice(["new_custody", "transfer"]), prison=word(random))


WITHHELD: dict[str, dict[str, Make]] = {
    "custody.person.arrested": {
        **dict.fromkeys(SUPPORT, _arrest),
        PROBATION: lambda r: b.an_arrest(drug_test=r.choice(["positive", "negative", "refused"])),
        UNIT: lambda r: b.an_arrest(drug_test=r.choice(["positive", "refused"]), intelligence=word(r)),
        PRISON: _arrest,
    },
    "custody.release.planned": {
        **dict.fromkeys((HOUSING, HOSTEL), _plan),
        DRUGS: lambda r: b.a_release_plan(licence=[word(r)], exclusion_zones=[word(r)]),
        UNIT: lambda r: b.a_release_plan(prescribing=word(r), exclusion_zones=[word(r)]),
        PROBATION: lambda r: b.a_release_plan(prescribing=word(r)),
        POLICE: lambda r: b.a_release_plan(prescribing=word(r), housing_need=r.choice(["nowhere", "returns_home"])),
    },
    "custody.person.released": {
        **dict.fromkeys((HOUSING, HOSTEL), _released),
        DRUGS: lambda r: b.a_release(reason=r.choice(["conditional", "bail", "early"])),
    },
    "custody.person.received": {
        **dict.fromkeys((HOUSING, HOSTEL), _received),
        DRUGS: lambda r: b.a_reception(reason=r.choice(["new_custody", "transfer"])),
    },
    "custody.person.left": {
        **dict.fromkeys(SUPPORT, lambda r: {"outcome": r.choice(["charged", "bailed"]), "charge": word(r)}),
        PRISON: lambda r: {"outcome": r.choice(["no_further_action", "charged"])},
    },
}
"""Events of each kind, with chance in the fields that are withheld from a partner."""

PLAIN: dict[str, Callable[[], Data]] = {
    "custody.person.arrested": b.an_arrest,
    "custody.release.planned": b.a_release_plan,
    "custody.person.released": b.a_release,
    "custody.person.received": b.a_reception,
}


def common(random: Random) -> list[Step]:
    """What happens in both histories, to people whom everybody works with; some of it comes late."""
    steps = []
    for minute in range(1, LENGTH + 1):
        kind, update_id = random.choice([*PLAIN]), an_id(random)
        agency = POLICE if kind == "custody.person.arrested" else PRISON
        data, late = person(random.choice(KNOWN)) | PLAIN[kind](), random.choice([0, 0, 30, 600])
        steps.append(Step(agency, kind, data, update_id, minute, late))
        if agency == POLICE:
            left = b.an_outcome(update_id, random.choice(["charged", "remanded"]))
            steps.append(Step(POLICE, "custody.person.left", left, an_id(random), minute))
    return steps


def varied(step: Step, partner: str, random: Random) -> Step:
    """The same, with chance in the fields that are withheld from the partner."""
    change = WITHHELD[step.kind].get(partner) if step.agency != partner else None
    if change is None or step.data.get("outcome") == "remanded":
        return step
    return replace(step, data=step.data | change(random))


class Hidden:
    """Makes updates that are withheld from one partner, for one minute of one history."""

    def __init__(self, partner: str, random: Random, minute: int) -> None:
        self.partner, self.random, self.minute = partner, random, minute

    def some(self) -> list[Step]:
        """Whatever is withheld from this partner."""
        makers = [self.held, self.discarded]
        if self.partner != UNIT:
            makers += [self.of_a_stranger, self.of_a_stranger, self.of_somebody_new, self.consent, self.involvement]
        if self.partner not in (POLICE, PROBATION):
            makers.append(self.restricted)
        if self.partner in SUPPORT:
            makers.append(self.score)
        return self.random.choice(makers)()

    def of_a_stranger(self) -> list[Step]:
        """Something about somebody whom the partner does not work with."""
        kinds: list[tuple[str, str, Data]] = [
            (POLICE, "custody.person.arrested", _arrest(self.random)),
            (PRISON, "custody.person.received", b.a_reception()),
            (PRISON, "custody.person.released", b.a_release()),
            (PRISON, "custody.release.planned", b.a_release_plan()),
            (PROBATION, "supervision.appointment.missed", b.a_missed_appointment()),
            (UNIT, "programme.risk.reassessed", b.a_score(self.random.randrange(64))),
        ]
        agency, kind, data = self.random.choice([each for each in kinds if each[0] != self.partner])
        return [self._step(agency, kind, person(STRANGER[self.partner]) | data)]

    def of_somebody_new(self) -> list[Step]:
        """Somebody comes onto the programme."""
        decision = {"cohort": "Free", "statutory": False, "decided_by": "A Coordinator"}
        return [self._step(UNIT, "programme.cohort.decided", who(100 + self.minute) | decision)]

    def restricted(self) -> list[Step]:
        """Something restricted about somebody whom the partner works with."""
        somebody = person(self.random.choice(KNOWN)) | {"handling": "restricted"}
        if self.random.random() < 0.5:
            return [self._step(PROBATION, "supervision.appointment.missed", somebody | b.a_missed_appointment())]
        return [self._step(POLICE, "custody.person.arrested", somebody | b.an_arrest())]

    def score(self) -> list[Step]:
        """A score of somebody whom the partner supports."""
        score = b.a_score(self.random.randrange(64))
        return [self._step(UNIT, "programme.risk.reassessed", person(self.random.choice(KNOWN)) | score)]

    def consent(self) -> list[Step]:
        """A known person agrees that another partner may be told."""
        given = b.a_consent(self._other(*SUPPORT), purposes=("supervision", "treatment"))
        somebody = person(self.random.choice(KNOWN))
        return [self._step(self._other(PROBATION, HOUSING), "trust.consent.given", somebody | given)]

    def involvement(self) -> list[Step]:
        """Another agency works a known person's case otherwise from now on, and says so."""
        named = self._other(*SUPPORT, PRISON)
        pathways = self.random.choice([[], ["ete"], ["drugs_alcohol", "accommodation"]])
        claim = {"agency": named, "role": self.random.choice(["none", "active"]), "pathways": pathways}
        claimed = self._step(UNIT, "programme.agency.involved", person(self.random.choice(KNOWN)) | claim)
        confirmed = self._step(named, "trust.fact.confirmed", {})
        return [claimed, replace(confirmed, confirms=claimed.update_id)]

    def held(self) -> list[Step]:
        """Something that nobody can place."""
        agency = self._other(PROBATION, HOUSING, PRISON)
        claim = {"agency": agency, "role": "active"}
        return [self._step(agency, "programme.agency.involved", person(NOBODY + self.minute) | claim)]

    def discarded(self) -> list[Step]:
        """Something from a custody suite or a prison about nobody on the programme."""
        if self._other(POLICE, PRISON) == POLICE:
            return [self._step(POLICE, "custody.person.arrested", person(NOBODY) | b.an_arrest())]
        return [self._step(PRISON, "custody.person.received", person(NOBODY) | b.a_reception())]

    def _step(self, agency: str, kind: str, data: Data) -> Step:
        return Step(agency, kind, data, an_id(self.random), self.minute, self.random.choice([0, 90]))

    def _other(self, *agencies: str) -> str:
        """One of these, but never the partner."""
        return self.random.choice([each for each in agencies if each != self.partner])


def a_pair(partner: str, seed: int) -> tuple[list[Step], list[Step]]:
    """Two histories: the common part in one order, each with withheld fields and withheld updates of its own."""
    shared = common(Random(f"{partner} {seed}"))
    return _one(partner, shared, Random(f"{partner} {seed} a")), _one(partner, shared, Random(f"{partner} {seed} b"))


def _one(partner: str, shared: list[Step], random: Random) -> list[Step]:
    steps = []
    for minute in range(1, LENGTH + 1):
        here = [varied(step, partner, random) for step in shared if step.minute == minute]
        for _ in range(random.randrange(4)):
            place = random.randrange(len(here) + 1)
            here[place:place] = Hidden(partner, random, minute).some()
        steps += here
    return steps
