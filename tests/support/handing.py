"""A case that changes hands, told in sentences: which agency says what, and what counts of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from access_policies.compiling import Bundle
from access_policies.loading import load
from hub.facts import Facts, fold
from hub.standing import Standing, standing
from property.shaping import sample
from schemas.identifiers import AgencyId
from schemas.updates import Update, parse
from schemas.updates.programme import CaseTransferred
from support.builders import a_consent
from support.partnership import (
    HOUSING,
    OTHER_HOUSING,
    OTHER_TEAM,
    OTHER_UNIT,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    who,
)

BUNDLE = Bundle(load())
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
THIRD = "third-iom-unit"
"""A unit that the shipped register does not have."""
AGENCIES = {
    "upper": UNIT,
    "lower": OTHER_UNIT,
    "police": POLICE,
    "probation": PROBATION,
    "prison": PRISON,
    "housing": HOUSING,
    "other-housing": OTHER_HOUSING,
    "other-team": OTHER_TEAM,
}
SHORT = {agency: name for name, agency in AGENCIES.items()}
BEGUN = "upper decides, upper names police, police confirms it, upper names housing, housing confirms it"
LED = "upper lets probation lead, probation confirms it"
INVOLVED, TRANSFERRED = "programme.agency.involved", "programme.case.transferred"

Said = tuple[str, AgencyId, datetime, Update, str | None, datetime]
"""By its key: who says when what about which earlier one, and when the hub hears it."""


class Story:
    """The upper unit put somebody on the programme; the police, probation as its lead, and the council work the case.
    Each sentence is heard a minute after the one before, and is dated so, unless it says otherwise.
    """

    def __init__(self, sentences: str) -> None:
        self.said: list[Said] = []
        for sentence in f"{BEGUN}, {LED}, {sentences}".split(", "):
            if sentence != "nothing":
                self._tell(*sentence.split())

    def _tell(self, by: str, verb: str, *rest: str) -> None:
        long_ago = rest[-2:] == ("long", "ago")
        rest, heard = rest[:-2] if long_ago else rest, NOON + timedelta(minutes=len(self.said))
        at = heard - timedelta(days=1) if long_ago else heard
        kind, says = VERBS[verb]
        target = self._target(*rest) if verb in ("confirms", "withdraws", "lifts") else None
        update = _update(kind, says(AGENCIES[by], rest))
        self.said.append((f"{AGENCIES[by]}/{len(self.said)}", AGENCIES[by], at, update, target, heard))

    def _target(self, which: str) -> str:
        """What is meant: the last claim, that before a transfer, the decision, or the very last word."""
        claims = [said for said in self.said if said[4] is None]
        that = [said for said in claims if not isinstance(said[3], CaseTransferred)]
        return {"decision": claims[0], "that": that[-1], "word": self.said[-1]}.get(which, claims[-1])[0]

    def facts(self, order: Sequence[int] = ()) -> Facts:
        """What the hub knows after it."""
        facts = Facts()
        for key, by, at, update, target, heard in [self.said[each] for each in order or range(len(self.said))]:
            fold(facts, key, by, at, update, target, heard)
        return facts

    @property
    def now(self) -> Standing:
        """What counts today."""
        return count(self.facts())


def count(facts: Facts, bundle: Bundle = BUNDLE) -> Standing:
    """What counts an hour later."""
    return standing(facts, bundle, date(1990, 1, 1), NOON + timedelta(hours=1))


def at_work(found: Standing) -> set[str]:
    """Who works the case, by short names."""
    return {SHORT[agency] for agency in found.involvement if found.works(agency)}


def rows(table: str) -> list[list[str]]:
    """The rows of a table."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[2:]]


Says = Callable[[AgencyId, tuple[str, ...]], dict[str, Any]]


def _transfer(by: AgencyId, rest: tuple[str, ...]) -> dict[str, Any]:
    before = OTHER_UNIT if by == OTHER_UNIT and rest != ("it",) else UNIT
    after = {"back": UNIT, "on": THIRD, "police": POLICE}.get(rest[0], OTHER_UNIT)
    return {"from_agency": before, "to_agency": after, "role": "active", "reason": "area_changed"}


def _nothing(_: AgencyId, __: tuple[str, ...]) -> dict[str, Any]:
    return {}


VERBS: Mapping[str, tuple[str, Says]] = {
    "decides": ("programme.cohort.decided", lambda by, _: who() | {"cohort": "Fixed" if by == UNIT else "Flex"}),
    "claims": (INVOLVED, lambda by, _: {"agency": by, "role": "active"}),
    "names": (INVOLVED, lambda _, rest: {"agency": AGENCIES[rest[0]], "role": "active"}),
    "lets": (INVOLVED, lambda _, rest: {"agency": AGENCIES[rest[0]], "role": "lead"}),
    "ends": ("programme.agency.withdrew", lambda _, rest: {"agency": AGENCIES[rest[0]]}),
    "hands": (TRANSFERRED, _transfer),
    "takes": (TRANSFERRED, _transfer),
    "deselects": ("programme.person.deselected", _nothing),
    "closes": ("trust.restriction.set", lambda _, rest: {"open_to": [AGENCIES[each] for each in rest]}),
    "lifts": ("trust.restriction.lifted", _nothing),
    "agrees": ("trust.consent.given", lambda by, _: a_consent(by)),
    "opens": ("trust.access.opened", _nothing),
    "confirms": ("trust.fact.confirmed", lambda *_: {"update": str(UUID(int=0))}),
    "withdraws": ("trust.update.withdrawn", _nothing),
}


def _update(kind: str, said: dict[str, Any]) -> Update:
    return parse(kind, orjson.dumps(sample(kind) | said))
