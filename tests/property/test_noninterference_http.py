"""Non-interference through the API and the stream (decision 3, D29).

Two hubs with the same keys live through histories that differ only in what is withheld from one partner. Everything
that this partner can ask for over HTTP, meanwhile and afterwards, is equal byte for byte: feed, stream, cases, alerts,
receipts of its own publications, explanations, refusals.
"""

import hmac
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from hub.bootstrap import Hub, open_hub
from hub.settings import Settings
from hub.timers import fire_due
from property.two_histories import KNOWN, LENGTH, NOBODY, STRANGER, Step, a_pair, person
from support.builders import a_consent
from support.http import CLOUDEVENTS, LINES, STREAM, Door
from support.partnership import (
    DRUGS,
    EVERYONE,
    HOSTEL,
    HOUSING,
    PROBATION,
    START,
    UNIT,
    Partnership,
    TurnedClock,
    raw_update,
)
from support.signing import govern

SEEDS = dict.fromkeys(EVERYONE, 6) | dict.fromkeys((HOUSING, HOSTEL, DRUGS), 9)
"""Pairs for each partner: 51 in all, most for those from whom most is withheld."""
PATHWAYS = {HOUSING: ("accommodation",), HOSTEL: ("accommodation",), DRUGS: ("drugs_alcohol",)}
OWN = UUID("6f0c4f0e-6d51-4a3c-9a3e-000000000000")

Prey = list[tuple[str, UUID]]
"""Updates of which the partner was told nothing: their publishers and ids."""

Trace = list[tuple[str, int, Any, bytes]]


class Repeatable:
    """The promise of `hub.ports.Entropy`, for two hubs that must not differ by chance."""

    def salts(self, purpose: str, count: int) -> bytes:
        """Always the same for the same purpose."""
        return b"".join(hmac.digest(b"salt", f"{purpose}/{n}".encode(), "sha256")[:16] for n in range(count))


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which some people are known to everybody, and one for each partner to everybody but it."""
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


class Partner:
    """One partner's program: asks for everything it can, and keeps every answer."""

    def __init__(self, door: Door, name: str, others: Prey) -> None:
        """`others` happened in either history; the partner tries to find out which."""
        self.door, self.hub, self.name, self._others = door, door.hub, name, others
        self.trace: Trace = []

    def ask(self, method: str, path: str, content: bytes = b"", **headers: str) -> httpx.Response:
        """One request, and its answer kept."""
        said = self.door.agency(self.name).headers() | {"Content-Type": CLOUDEVENTS} | headers
        answer = self.door.request(method, path, headers=said, content=content, documented=False)
        self.trace.append((f"{method} {path}", answer.status_code, answer.headers.raw, answer.content))
        return answer

    def stream(self, after: int, count: int) -> None:
        """The stream, from a sequence on, as long as there should be something."""
        headers = self.door.agency(self.name).headers() | {"Accept": STREAM}
        found = self.door.stream(f"/v1/feed?after={after}", headers, count, seconds=1 if count else 0.02)
        self.trace.append((f"stream after {after}", found.status, sorted(found.headers.items()), found.body))

    def publish(self, minute: int) -> None:
        """Claims about whomever: somebody known, a stranger, somebody who may be new, nobody; the last ones twice."""
        for number in (KNOWN[0], STRANGER[self.name], 100 + minute, NOBODY + minute):
            update_id = uuid5(OWN, f"{minute} {number}")
            claim = person(number) | {"agency": self.name, "role": "referred"}
            at = START + timedelta(minutes=minute)
            raw = raw_update(self.name, "programme.agency.involved", claim, update_id, at)
            self.ask("POST", "/v1/updates", raw)
            self.ask("GET", f"/v1/receipts/{update_id}")
        lines = b"\n".join([raw, raw[:-9], raw.replace(b"referred", b"active")])
        self.ask("POST", "/v1/updates", lines, **{"Content-Type": LINES})

    def read_everything(self) -> None:
        """Every way out."""
        page = self.ask("GET", "/v1/feed?limit=1000").json()
        last = page["head"]["seq"]
        self.ask("GET", f"/v1/feed?after={last - 2}&limit=1")
        self.ask("GET", f"/v1/feed?after={last}&wait=0.02")
        self.stream(0, last)
        self.stream(last, 0)
        for line in self.ask("GET", "/v1/cases").json()["cases"][:3]:
            self.ask("GET", f"/v1/cases/{line['record']}")
        for alert in self.ask("GET", "/v1/alerts?open=false").json()["alerts"][:3]:
            self.ask("GET", f"/v1/alerts/{alert['alert_id']}")
            self.ask("GET", f"/v1/policies/explanations/{alert['alert_id']}")
        for path in ("/v1/ledger/verdict", f"/v1/cases/{OWN}", "/health", "/v1/cases/words"):
            self.ask("GET", path)
        if alerts := self.ask("GET", "/v1/alerts").json()["alerts"]:
            self.ask("POST", f"/v1/alerts/{alerts[-1]['alert_id']}/acknowledgement")

    def glance(self) -> None:
        """What a partner looks at again and again."""
        for path in ("/v1/feed?limit=1000", "/v1/cases", "/v1/alerts"):
            self.ask("GET", path)

    def pry(self) -> None:
        """Try every id under which something may have happened that the partner was not told."""
        for agency, update_id in self._others:
            message = self.hub.identity.message(self.name, agency, update_id)
            self.ask("GET", f"/v1/receipts/{update_id}")
            self.ask("GET", f"/v1/policies/explanations/{message}")
            self.ask("GET", f"/v1/alerts/{message}")
            self.ask("POST", f"/v1/alerts/{message}/acknowledgement")
            self.ask("GET", f"/v1/policies/decisions/{agency}/{update_id}")


def lived(beginning: Path, home: Path, partner: str, steps: list[Step], others: Prey) -> tuple[Trace, int]:
    """What the partner heard in a hub with this history, and how much all partners together did."""
    copytree(beginning, home)
    clock = TurnedClock(START)
    hub = open_hub(Settings(home=govern(home)), clock=clock, entropy=Repeatable())
    try:
        with Door(hub) as door:
            asking = Partner(door, partner, others)
            for minute in range(1, LENGTH + 1):
                clock.turn(minutes=1)
                for step in (each for each in steps if each.minute == minute):
                    publish(hub, step)
                hub.catch_up()
                if minute == LENGTH // 2:
                    asking.publish(minute)
                    asking.glance()
            settle(hub, clock)
            asking.pry()
            asking.read_everything()
            return asking.trace, sum(hub.feed.head(agency)[0] for agency in EVERYONE)
    finally:
        hub.close()


def publish(hub: Hub, step: Step) -> None:
    """A step of another partner, or of this one by another door; what is refused is refused in either history."""
    hub.publish(step.agency, step.raw(hub.identity), sub="a system")


def settle(hub: Hub, clock: TurnedClock) -> None:
    """An hour later everything provisional is settled."""
    clock.turn(hours=1)
    while fire_due(hub.acceptor):
        pass
    hub.recorder.checkpoint()
    hub.catch_up()


def differences(one: Trace, other: Trace) -> Iterator[str]:
    """The requests whose answers differ."""
    for first, second in zip(one, other, strict=False):
        if first != second:
            yield f"{first[0]}: {first[1]} {first[3][:2000]!r} / {second[0]}: {second[1]} {second[3][:2000]!r}"
    if len(one) != len(other):
        yield f"{len(one)} and {len(other)} answers"


@pytest.mark.duty("D29")
@pytest.mark.requirement("TR1")
@pytest.mark.parametrize("partner", EVERYONE)
def test_what_is_withheld_moves_nothing_that_a_partner_can_ask_for(
    beginning: Path, tmp_path: Path, partner: str
) -> None:
    """Several pairs of histories for each partner: every answer to it is equal, though much else differs."""
    answers = told = apart = 0
    for seed in range(SEEDS[partner]):
        one, other = a_pair(partner, seed)
        others = sorted({*map(_key, one)} ^ {*map(_key, other)})[:3]
        trace, all_told = lived(beginning, tmp_path / f"{seed}-one", partner, one, others)
        trace_other, all_told_other = lived(beginning, tmp_path / f"{seed}-other", partner, other, others)
        assert next(differences(trace, trace_other), None) is None
        answers += len(trace)
        told += sum(status == 200 for _, status, _, _ in trace)
        apart += all_told != all_told_other
    assert apart >= SEEDS[partner] // 2, "the histories hardly differ"
    assert min(told, answers - told) > SEEDS[partner] * 10, "the partner hardly asked, or was hardly ever refused"


def _key(step: Step) -> tuple[str, UUID]:
    return step.agency, step.update_id


def about_a_known(step: Step) -> bool:
    """Whether the step is about somebody whom everybody works with."""
    return any(step.data.get("identifiers") == person(number)["identifiers"] for number in KNOWN)


@pytest.mark.parametrize("kind", ["custody.person.released", "custody.release.planned"])
def test_the_comparison_can_fail(beginning: Path, tmp_path: Path, kind: str) -> None:
    """Two histories of which one has a told update more do not give the partner equal answers."""
    pairs = (a_pair(HOUSING, seed)[0] for seed in range(SEEDS[HOUSING]))
    one = next(steps for steps in pairs if any(each.kind == kind and about_a_known(each) for each in steps))
    less = [step for step in one if step.kind != kind]
    trace, _ = lived(beginning, tmp_path / "one", HOUSING, one, [])
    without, _ = lived(beginning, tmp_path / "without", HOUSING, less, [])
    assert next(differences(trace, without), None)
