"""What is left after the faults, counted: in the ledger, on the feeds, on the topics, in the kits and in the views."""

import time
from collections import Counter
from collections.abc import Iterable
from itertools import chain, pairwise
from uuid import UUID

from faults.load import ARREST, MISSED, Sent
from faults.machines import KITS, Machine
from hub.adapters.feeds import StoreFeed
from hub.answering import RECEIVED, one_by_one
from hub.chains import FeedRecord
from hub.kit.opening import open_kit
from hub.ports import TryLater
from support.carrying import on_topic, unwrapper
from support.kits import held
from support.partnership import POLICE, PROBATION

_DRAINED = 240.0
_ALL = 1_000_000


class Result:
    """Each count should be 0, but those of what was done."""

    def __init__(self, machine: Machine, kafka: Sent, http: Sent) -> None:
        """Everything is at rest: the processes have ended."""
        self._machine = machine
        self._sent = {POLICE: kafka, PROBATION: http}
        self._hub = machine.partners.hub
        self.feeds = {agency: self._hub.feed.read(agency, 0, _ALL) for agency in KITS}
        self.told = {agency: [each.values() for each in feed] for agency, feed in self.feeds.items()}

    @property
    def published(self) -> int:
        """How many updates were acknowledged."""
        return sum(len(ids) for sent in self._sent.values() for ids in sent.values())

    def rows(self) -> dict[str, int]:
        """What went wrong, by its kind."""
        return {
            "acknowledged updates that a partner was not told of": self._lost(),
            "updates that a partner was told of twice": self._twice(),
            "updates out of order, by case and partner": self._disordered(),
            "receipts on the police's feed missing or double": self._receipts(),
            "problems in ledger and chains": len(self._hub.verify().problems),
            "records on topics that differ from the feed": self._on_topics(),
            "records in kits that differ from the feed": self._in_kits(),
            "alerts missing or double, hosted and in kits": self._alerts(),
            "facts that differ between hosted views and kits": self._facts(),
        }

    def _messages(self, agency: str) -> dict[str, list[list[str]]]:
        """For each publisher and person the messages under which an agency should have been told, in their order."""
        named = self._hub.identity.message
        return {
            publisher: [[str(named(agency, publisher, UUID(each))) for each in ids] for ids in sent.values()]
            for publisher, sent in self._sent.items()
        }

    def _expected(self, agency: str) -> Counter[str]:
        return Counter(chain.from_iterable(chain.from_iterable(self._messages(agency).values())))

    def _heard(self, agency: str) -> Counter[str]:
        return Counter(each["message_id"] for each in self.told[agency] if each["kind"] in (ARREST, MISSED))

    def _lost(self) -> int:
        return sum((self._expected(agency) - self._heard(agency)).total() for agency in KITS)

    def _twice(self) -> int:
        return sum(count - 1 for agency in KITS for count in self._heard(agency).values())

    def _disordered(self) -> int:
        return sum(_steps_back(own, self.told[agency]) for agency in KITS for own in self._each_person(agency))

    def _each_person(self, agency: str) -> Iterable[list[str]]:
        return chain.from_iterable(self._messages(agency).values())

    def _receipts(self) -> int:
        heard = Counter(each["id"] for each in one_by_one(self.told[POLICE]) if each["kind"] == RECEIVED)
        expected = Counter(chain.from_iterable(self._sent[POLICE].values()))
        return (heard - expected).total() + (expected - heard).total()

    def _on_topics(self) -> int:
        return sum(self._on_topic(agency) for agency in KITS)

    def _on_topic(self, agency: str) -> int:
        """Records may be repeated there; the first of each sequence counts, and repeats must be the same."""
        values = on_topic(self._machine.kafka.bootstrap, self._hub.identity.topic(agency))
        kit = unwrapper(self._machine.partners, agency)
        records = [kit.unwrap(each).record for each in values]
        first = {record.header.seq: record for record in reversed(records)}
        differing = sum(first[record.header.seq].header != record.header for record in records)
        return differing + _differences([first[seq] for seq in sorted(first)], self.feeds[agency])

    def _in_kits(self) -> int:
        return sum(_differences(self._kit_feed(agency), self.feeds[agency]) for agency in KITS)

    def _kit_feed(self, agency: str) -> list[FeedRecord]:
        kit = open_kit(self._machine.homes[agency])
        try:
            return list(kit.feed.read(agency, 0, _ALL))
        finally:
            kit.close()

    def _alerts(self) -> int:
        wrong = 0
        for agency in KITS:
            expected = {each["message_id"] for each in self.told[agency] if each["kind"] == ARREST}
            for alerts in (self._hosted(agency)["alerts"], self._kept(agency)["alerts"]):
                ids = Counter(str(row[0]) for row in alerts)
                ours = Counter({name: count for name, count in ids.items() if name in expected})
                wrong += (ours - Counter(expected)).total() + (Counter(expected) - ours).total()
        return wrong

    def _facts(self) -> int:
        return sum(self._hosted(agency) != self._kept(agency) for agency in KITS)

    def _hosted(self, agency: str) -> dict[str, object]:
        return held(self._hub.hosted[agency].views)

    def _kept(self, agency: str) -> dict[str, object]:
        kit = open_kit(self._machine.homes[agency])
        try:
            return held(kit.hosted.views)
        finally:
            kit.close()


def _steps_back(own: list[str], told: list[dict[str, object]]) -> int:
    """How often one person's updates were told in another order than they were published in."""
    place = {message: number for number, message in enumerate(own)}
    heard = [place[str(each["message_id"])] for each in told if each.get("message_id") in place]
    return sum(later < earlier for earlier, later in pairwise(heard))


def _differences(found: list[FeedRecord], feed: list[FeedRecord]) -> int:
    differing = sum(one.header != other.header for one, other in zip(found, feed, strict=False))
    return differing + abs(len(found) - len(feed))


def drained(machine: Machine, kafka: Sent) -> bool:
    """Wait until the hub has answered everything and each kit and topic has it; False when that takes too long."""
    ends = time.monotonic() + _DRAINED
    while time.monotonic() < ends:
        try:
            if _at_rest(machine, kafka):
                return True
        except TryLater:
            pass
        time.sleep(1)
    return False


def _at_rest(machine: Machine, kafka: Sent) -> bool:
    hub = machine.partners.hub
    answered = one_by_one(machine.partners.told(POLICE))
    if len({each["id"] for each in answered if each["kind"] == RECEIVED}) < sum(map(len, kafka.values())):
        return False
    return all(_has_all(machine, agency, hub.feed.head(agency)[0]) for agency in KITS)


def _has_all(machine: Machine, agency: str, head: int) -> bool:
    hub, kit = machine.partners.hub, open_kit(machine.homes[agency], beside=True)
    try:
        feed: StoreFeed = kit.feed
        folded = [kit.hosted.views.position("hosted"), hub.hosted[agency].views.position("hosted")]
        return feed.head(agency)[0] == head and folded == [head, head]
    finally:
        kit.close()
