"""Eight writers at once on twenty cases: nothing is lost, nothing changes places, and no consent outlives its end.

Every writer notes when each call began and when it was acknowledged. What the store then holds must be explained by
these times, whatever the order in which the writers came.
"""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from contract.places import Place, a_case, evidence, on_the_feed, on_the_ledger, problems, received
from hub.accepting import Result
from hub.ports import UpdateKey
from hub.receiving import Received
from schemas.receipts import Receipt
from support.builders import a_consent, a_missed_appointment, a_score, an_arrest
from support.partnership import EVERYONE, HOSTEL, HOUSING, POLICE, PROBATION, UNIT, Partnership

WRITERS, CASES, TURNS = 8, 20, 96

GIVEN, WITHDRAWN, ARREST = "trust.consent.given", "trust.consent.withdrawn", "custody.person.arrested"
SCORE, MISSED = "programme.risk.reassessed", "supervision.appointment.missed"

TOLD = {
    ARREST: {POLICE, PROBATION, UNIT, HOUSING},
    SCORE: {POLICE, PROBATION, UNIT},
    MISSED: {POLICE, PROBATION, UNIT},
    GIVEN: {UNIT, HOSTEL},
    WITHDRAWN: {UNIT},
}
"""Whose feeds each kind belongs on; the hostel's arrests depend on the consent of the moment."""

Door = Callable[[Received], Result]


class Call(NamedTuple):
    """One acknowledged update: about whom, and between which two moments the hub made up its mind."""

    key: UpdateKey
    kind: str
    case: int
    began: float
    ended: float
    consent: UUID | None = None
    """The consent that it gives or ends."""

    def before(self, other: "Call") -> bool:
        """Whether it was acknowledged before the other began."""
        return self.ended < other.began


@dataclass
class Writer:
    """One thread that publishes turn after turn, and gives and ends consents of its own."""

    partners: Partnership
    door: Door
    people: Sequence[dict[str, Any]]
    choose: random.Random
    standing: list[tuple[int, UUID]]
    """Consents that it may end: the case, and the update that gave it."""
    calls: list[Call]

    def run(self) -> None:
        """Take every turn: mostly arrests, and a consent given or ended at every fourth."""
        for turn in range(TURNS):
            case = self.choose.randrange(CASES)
            if turn % 4 == 0:
                self.give(case)
            elif turn % 4 == 2:
                self.end(*self.standing.pop(self.choose.randrange(len(self.standing))))
            else:
                self.tell(case, turn)

    def give(self, case: int) -> None:
        """Give a consent that some later turn ends."""
        call = self.call(UNIT, GIVEN, case, a_consent(HOSTEL))
        self.standing.append((case, call.key.update_id))

    def end(self, case: int, consent: UUID) -> None:
        """End a consent, and at once report an arrest that must not rest on it."""
        self.call(UNIT, WITHDRAWN, case, {"consent": str(consent)}, consent)
        self.call(POLICE, ARREST, case, an_arrest())

    def tell(self, case: int, turn: int) -> None:
        """Publish something that happened."""
        publisher, kind, data = (
            (POLICE, ARREST, an_arrest()), (UNIT, SCORE, a_score()), (PROBATION, MISSED, a_missed_appointment())
        )[turn % 3]  # fmt: skip
        self.call(publisher, kind, case, data)

    def call(self, publisher: str, kind: str, case: int, data: dict[str, Any], consent: UUID | None = None) -> Call:
        """Publish, and note the moments before and after."""
        update = received(self.partners, publisher, kind, {**self.people[case], **data})
        began = time.monotonic()
        result = self.door(update)
        ended = time.monotonic()
        assert isinstance(result, Receipt)
        given = update.key.update_id if kind == GIVEN else consent
        self.calls.append(Call(update.key, kind, case, began, ended, given))
        return self.calls[-1]


def one_by_one(partners: Partnership) -> Door:
    """Each writer commits for itself."""
    return lambda update: partners.hub.acceptor.accept([update])[0]


def grouped(partners: Partnership) -> Door:
    """All writers share the commits."""
    return lambda update: partners.hub.commits.submit([update])[0].result(timeout=60)


class Story(NamedTuple):
    """What eight writers did, and the hub they did it to."""

    partners: Partnership
    people: Sequence[dict[str, Any]]
    calls: list[Call]


@pytest.fixture(params=[one_by_one, grouped], ids=["accept", "group commit"])
def story(request: pytest.FixtureRequest, place: Place) -> Story:
    """Eight writers and twenty cases; in every second case the consent has ended before they begin."""
    partners = place.open()
    people, consents = zip(*(a_case(partners, number) for number in range(1, CASES + 1)), strict=True)
    past, standing = _opening(partners, people, consents)
    door = request.param(partners)
    writers = [
        Writer(partners, door, people, random.Random(seed), standing[seed::WRITERS], []) for seed in range(WRITERS)
    ]
    together(writer.run for writer in writers)
    return Story(partners, people, past + [call for writer in writers for call in writer.calls])


def _opening(
    partners: Partnership, people: Sequence[dict[str, Any]], consents: Sequence[UUID]
) -> tuple[list[Call], list[tuple[int, UUID]]]:
    """What was called before the story begins, and the consents that still stand."""
    calls, standing = [], []
    for case, consent in enumerate(consents):
        calls.append(Call(UpdateKey(UNIT, consent), GIVEN, case, 0.0, 0.0, consent))
        if case % 2:
            standing.append((case, consent))
        else:
            ended = partners.publish(UNIT, WITHDRAWN, {**people[case], "consent": str(consent)})
            calls.append(Call(UpdateKey(UNIT, ended), WITHDRAWN, case, 1.0, 1.0, consent))
    return calls, standing


def together(tasks: Any) -> None:
    """Run the tasks at the same time; the first failure of any is the test's."""
    failures: list[BaseException] = []

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as failure:  # noqa: BLE001  # it is raised again below
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_eight_writers(story: Story) -> None:
    """Of what eight writers were acknowledged nothing is lost, nothing is told twice, and each feed keeps the ledger's
    order; the consent of the moment decides what the hostel hears; and everything verifies.
    """
    assert len(story.calls) >= 600
    nothing_is_lost(story)
    nothing_changes_places(story)
    acknowledged_order_holds(story)
    consent_decides(story)
    assert problems(story.partners) == []


def nothing_is_lost(story: Story) -> None:
    """Each acknowledged update is in the ledger once, and once on every feed it belongs on."""
    assert {call.key for call in story.calls} <= on_the_ledger(story.partners).keys()
    for recipient in EVERYONE:
        times = Counter(on_the_feed(story.partners, recipient))
        for call in story.calls:
            if (recipient, call.kind) != (HOSTEL, ARREST):
                assert times[call.key] == (recipient in TOLD[call.kind]), (recipient, call.kind)


def nothing_changes_places(story: Story) -> None:
    """For every partner the order of its feed is the order of the ledger."""
    for recipient in EVERYONE:
        with evidence(story.partners) as kept:
            places = [record.entry for record in kept.records(recipient) if record]
        assert places == sorted(places)


def acknowledged_order_holds(story: Story) -> None:
    """What was acknowledged before something else began stands before it in the ledger."""
    index, latest = on_the_ledger(story.partners), -1
    ended = sorted(story.calls, key=lambda call: call.ended)
    for call in sorted(story.calls, key=lambda call: call.began):
        while ended and ended[0].before(call):
            latest = max(latest, index[ended.pop(0).key])
        assert index[call.key] > latest


def consent_decides(story: Story) -> None:
    """The hostel hears of an arrest while a consent stands for certain, and not once every consent has ended."""
    told = set(on_the_feed(story.partners, HOSTEL))
    outcome: Counter[str] = Counter()
    given, ends = defaultdict(list), {call.consent: call for call in story.calls if call.kind == WITHDRAWN}
    for call in story.calls:
        if call.kind == GIVEN:
            given[call.case].append(call)
    for arrest in (call for call in story.calls if call.kind == ARREST):
        said = _consent_at(arrest, [(consent, ends.get(consent.consent)) for consent in given[arrest.case]])
        outcome[said] += 1
        assert said == "open" or (arrest.key in told) == (said == "stands"), said
    assert min(outcome["stands"], outcome["ended"]) >= 50


def _consent_at(arrest: Call, consents: list[tuple[Call, Call | None]]) -> str:
    """What the times say of the consents in force when the hub decided on an arrest."""
    if any(given.before(arrest) and not (end and end.began < arrest.ended) for given, end in consents):
        return "stands"
    possible = any(given.began < arrest.ended and not (end and end.before(arrest)) for given, end in consents)
    return "open" if possible else "ended"
