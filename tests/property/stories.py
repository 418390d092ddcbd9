"""Random stories: what agencies publish about four people, one of whom is not on the programme, and who may be one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from hub.cases import settlement_of
from hub.identity import Identity
from hub.ports import UpdateKey
from hub.receiving import Caller, Received, receive
from property.happenings import BUNDLE
from property.helping import LIKE_THESE
from property.programming import LEFT_OUT
from property.sayings import decided, said_of
from property.wrongs import CORRECTED, CORRECTIONS, put_right
from schemas.updates import KINDS
from support import builders
from support.partnership import (
    BOTH_AREAS,
    DRUGS,
    EVERYONE,
    HOSTEL,
    HOUSING,
    OTHER_UNIT,
    POLICE,
    PRISON,
    PROBATION,
    START,
    UNIT,
    raw_update,
    who,
)

NOTHING = UpdateKey("nobody", UUID(int=999))
"""The key of an update that there is not."""


@dataclass(frozen=True)
class Event:
    """One update: who publishes it when, about whom, and about which earlier one."""

    label: int
    publisher: str
    kind: str
    person: int | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    ref: UpdateKey | None = None
    """The earlier update that it is about."""
    accepted: int = 0
    """Minutes after the start of the story."""
    lag: int = 0
    """Minutes between what happened and its publication."""
    _made: dict[str | None, Received] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def key(self) -> UpdateKey:
        """The publisher's own id follows from the label, so a story told twice has the same ids."""
        return UpdateKey(self.publisher, UUID(int=1000 + self.label))

    @property
    def settles(self) -> UpdateKey:
        """The key of the hub's own update that settles this one."""
        return settlement_of(self.key)

    def received(self, identity: Identity) -> Received:
        """The update as it comes through the door, its reference as the publisher knows it; made once."""
        ref = str(self._known_as(identity, self.ref)) if self.ref else None
        if ref not in self._made:
            self._made[ref] = self._receive(ref)
        return self._made[ref]

    def _receive(self, ref: str | None) -> Received:
        now = START + timedelta(minutes=self.accepted)
        data = dict(self.said)
        if self.person is not None:
            data["identifiers"] = who(self.person + 1)["identifiers"]
        if ref is not None:
            data[str(KINDS[self.kind].REFERS_TO)] = ref
        raw = raw_update(self.publisher, self.kind, data, self.key.update_id, now - timedelta(minutes=self.lag))
        return receive(raw, Caller(self.publisher, "a test"), BUNDLE, now)

    def _known_as(self, identity: Identity, key: UpdateKey) -> UUID:
        return key.update_id if key.publisher == self.publisher else identity.message(self.publisher, *key)


def base() -> list[Event]:
    """One person whom all seven agencies work with; one of unknown age, whose case is the other unit's, with police and
    probation; and one with the IOM unit alone; long ago.
    """
    agreed = builders.a_consent(HOSTEL, DRUGS, purposes=("accommodation", "treatment"))
    events = [
        Event(1, UNIT, "programme.cohort.decided", None, decided(0)),
        Event(2, OTHER_UNIT, "programme.cohort.decided", None, _without_birth(decided(1))),
        Event(3, UNIT, "trust.consent.given", 0, agreed),
        Event(4, UNIT, "programme.cohort.decided", None, decided(3)),
    ]
    works = [(0, agency) for agency in EVERYONE if agency != UNIT] + [(1, POLICE), (1, PROBATION)]
    for number, (person, agency) in enumerate(works):
        said = {"agency": agency, "role": "lead" if agency == PROBATION else "active", "pathways": PATHWAYS[agency]}
        unit = OTHER_UNIT if person else UNIT
        events.append(Event(10 + number, unit, "programme.agency.involved", person, said))
        events.append(Event(20 + number, agency, "trust.fact.confirmed", None, {}, events[-1].key))
    return [replace(event, accepted=-1000 + 10 * place) for place, event in enumerate(events)]


def _without_birth(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "date_of_birth"}


PATHWAYS = {HOUSING: ["accommodation"], HOSTEL: ["accommodation"], DRUGS: ["drugs_alcohol"]} | dict.fromkeys(
    (POLICE, PROBATION, PRISON, UNIT), ()
)

_people = st.sampled_from([0, 0, 0, 0, 1, 2])
_one_another = st.sampled_from([0, 0, 1, 2, 3, 3])
LINKED = "trust.identity.linked"
_names = st.sampled_from([None, None, "Fictional Testcase-1", "Somebody Else"])


OFTEN = {
    "custody.person.arrested": 8,
    "custody.person.left": 4,
    "custody.person.received": 3,
    "custody.person.released": 3,
    "custody.release.planned": 2,
    "custody.release.cancelled": 4,
    "programme.agency.involved": 4,
    "trust.fact.confirmed": 3,
    "trust.update.withdrawn": 3,
    CORRECTED: 5,
    "trust.identity.unlinked": 6,
    **dict.fromkeys((LINKED, "programme.review.called", "programme.target.set"), 4),
    **dict.fromkeys(("trust.access.opened", "trust.consent.given"), 2),
    **dict.fromkeys(("trust.access.closed", "trust.disclosure.recalled", "trust.consent.withdrawn"), 4),
}
"""How much more often than others a kind is told in a story."""

FOLLOWS = 20
"""And how often, where nothing else is said, what becomes of an earlier update that is in the story."""


ABOUT_NONE = ("trust.consent.withdrawn", "custody.person.charged", "court.hearing.concluded")
"""Kinds that may be about an earlier update, or about none."""


@st.composite
def events(
    draw: st.DrawFn,
    label: int,
    earlier: list[Event],
    accepted: int,
    *,
    not_by: str | None = None,
    of: Collection[str] | None = None,
) -> Event:
    """One more update in a story, of any kind (of these), by anybody (or anybody but one, who may then bring a new
    person in).
    """
    choices = _choices(earlier, not_by)
    kind = draw(st.sampled_from(choices if of is None else _evenly({*choices} & {*of})))
    by = [agency for agency in _may_publish(kind) if agency != not_by]
    publisher, said = draw(st.sampled_from(by)), draw(said_of(kind, (0, 1, 2) if not_by else (0, 1)))
    people = _one_another if any(event.kind == LINKED for event in earlier) else _people
    person = None if kind == "programme.cohort.decided" else draw(people)
    if kind != "programme.cohort.decided" and (name := draw(_names)):
        said = {**said, "person": name}
    ref = None
    if KINDS[kind].REFERS_TO and (kind not in ABOUT_NONE or draw(st.booleans())):
        target = draw(st.sampled_from([*_targets(kind, earlier)[-8:], None]))
        ref = target.key if target else NOTHING
        if target and kind == CORRECTED and target.kind in CORRECTIONS:
            said = {**said, **draw(put_right(target.kind))}
        if target and target.publisher in by and draw(st.sampled_from([True, True, False])):
            publisher = target.publisher
        person = draw(st.sampled_from([None, None, person]))
    return Event(label, publisher, kind, person, said, ref, accepted, draw(st.sampled_from([0, 0, 1, 30, 2000])))


def _choices(earlier: list[Event], not_by: str | None) -> list[str]:
    """The kinds that somebody may publish now, those that are often told more than once."""
    told = KINDS.keys() - LIKE_THESE - LEFT_OUT
    some = [kind for kind in sorted(told) if set(_may_publish(kind)) - {not_by} and _makes_sense(kind, earlier)]
    return [kind for kind in some for _ in range(OFTEN.get(kind, FOLLOWS if KINDS[kind].REFERS_TO_KINDS else 1))]


def _evenly(kinds: set[str]) -> list[str]:
    """Each as often as the others; what needs an earlier one is possible less often, so it comes more often."""
    return [kind for kind in sorted(kinds) for _ in range(4 if KINDS[kind].REFERS_TO_KINDS else 1)]


def _may_publish(kind: str) -> list[str]:
    reviewer = ("trust.concern.disclosed", UNIT)
    return [agency for agency in BOTH_AREAS if BUNDLE.may_publish(agency, kind) and (kind, agency) != reviewer]


def _makes_sense(kind: str, earlier: list[Event]) -> bool:
    return not (KINDS[kind].REFERS_TO_KINDS or kind == CORRECTED) or bool(_targets(kind, earlier))


def _targets(kind: str, earlier: list[Event]) -> list[Event]:
    """What an update of this kind may be about, and now and then something of a wrong kind."""
    fit = frozenset(CORRECTIONS) if kind == CORRECTED else KINDS[kind].REFERS_TO_KINDS
    found = [event for event in earlier if not fit or event.kind in fit]
    return [*found[:1], *earlier[-1:], *found] if found else []


def _link(label: int, by: str, person: int, other: int) -> Event:
    said = {"further": who(other + 1)["identifiers"], "ground": "documents", "decided_by": "An Officer"}
    return Event(label, by, LINKED, person, {**said, "handling": "normal"})


JOINS = [
    _link(80, UNIT, 0, 1),
    _link(81, PROBATION, 1, 0),
    *2 * [_link(82, UNIT, 0, 3)],
    *2 * [_link(83, UNIT, 3, 0)],
]
"""How a story may begin with two people who are one: the IOM unit says so, or who leads both cases."""
JOINED = [True, False, False, False]
"""How many stories do."""


@st.composite
def stories(draw: st.DrawFn, at_least: int = 1, at_most: int = 7, *, joined: bool = True) -> list[Event]:
    """A story in the world of `base`; twenty minutes lie between two updates, so timers fire in between. Now and then
    it begins with two people who are one, unless it is to be without.
    """
    told, begun = base(), len(base())
    if joined and draw(st.sampled_from(JOINED)):
        told.append(draw(st.sampled_from(JOINS)))
    for number in range(draw(st.integers(at_least, at_most))):
        told.append(draw(events(100 + number, told, 20 * number + 10)))
    return told[begun:]
