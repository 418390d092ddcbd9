"""Handing over: lines go to the brokers, signed and sealed, and what the hub says of each comes back on the feed.

A line on one topic can overtake a line on another, so what a file says of another strand waits until the hub has
answered all before it: as over HTTP, nothing is taken in before what stands above it.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import orjson

from hub.adapters.kafka_strands import StrandTopics
from hub.answering import RECEIVED, REJECTED, one_by_one
from hub.attesting import HEADER, parts, sign_batch
from hub.kit.opening import Kit
from hub.ports import Coordinates
from hub.wrapping import SEALED_HEADER, key_id, seal_to_hub
from schemas.receipts import Receipt
from schemas.updates import KINDS

MOST_LINES, MOST_BYTES = 500, 480 * 1024
"""What one record holds at most; a single larger update goes alone."""
LATER = "the brokers have it, and its receipt is still to come: `iom-hub connect status` shows it once it is read"
NOT_SENT = "not sent: it could overtake what the hub has not answered yet. Send it again later"
_TITLE = "This breaks a rule; nothing was stored"
_NO_KIND = {"path": "type", "rule": "unknown_kind", "message": "names a kind that this kit knows, and so its topic"}
_LOOK = 1000

Result = dict[str, Any]
"""`receipt` or `problem`, as over HTTP, or `later`: a sentence."""


class _Place(NamedTuple):
    """Where a line lies."""

    record: Coordinates
    line: int


class Handing:
    """What one command hands over."""

    def __init__(
        self, kit: Kit, topics: StrandTopics, sealing: bytes, seconds: float, news: Callable[[], None]
    ) -> None:
        """`sealing` is the hub's key to seal to. The next answer is waited for up to `seconds`; `news` waits a moment
        for the feed to grow.
        """
        self._kit, self._topics, self._sealing, self._key = kit, topics, sealing, kit.home.signing()
        self._seconds, self._news = seconds, news
        self._after, _ = kit.feed.head(kit.agency)
        self._unanswered = False

    def publish(self, lines: Sequence[bytes]) -> Iterator[Result]:
        """What the hub says of each, in order.

        Raises `Barred` or `TryLater` when the brokers do not take one; what had no word yet may be sent again by any
        way, though the brokers have it: an id counts once.
        """
        for topic, run in groupby(lines, topic_of):
            if self._unanswered:
                yield from ({"later": NOT_SENT} for _ in run)
            elif topic is None:
                yield from (_problem([_NO_KIND]) for _ in run)
            else:
                yield from self._publish(topic, list(run))

    def _publish(self, topic: str, lines: Sequence[bytes]) -> Iterator[Result]:
        records = parts(lines, MOST_LINES, MOST_BYTES, _length)
        places = [place for record in records for place in self._put(topic, record)]
        said = self._answers(_Expected(places))
        self._unanswered = len(said) < len(lines)
        yield from (said.get(number, {"later": LATER}) for number in range(len(lines)))

    def _put(self, topic: str, lines: Sequence[bytes]) -> list[_Place]:
        content = b"\n".join(lines)
        headers = {HEADER: sign_batch(self._key, lines).header(), SEALED_HEADER: key_id(self._sealing)}
        record = self._topics.put(topic, seal_to_hub(self._sealing, content), headers)
        return [_Place(record, number) for number in range(len(lines))]

    def _answers(self, expected: "_Expected") -> dict[int, Result]:
        """By line, up to the first that does not come in time."""
        ends = time.monotonic() + self._seconds
        while expected.is_open and time.monotonic() < ends:
            self._news()
            for seq, said in self._kit.feed.told(self._kit.agency, self._after, _LOOK):
                self._after = seq
                if said and said.is_answer and expected.hear(said.kind, said.told):
                    ends = time.monotonic() + self._seconds
        return expected.said


class _Expected:
    """The lines that are on their way, and what the hub has said of them."""

    def __init__(self, places: Sequence[_Place]) -> None:
        self.said: dict[int, Result] = {}
        self._count = len(places)
        self._at = {place: number for number, place in enumerate(places)}

    @property
    def is_open(self) -> bool:
        """Whether anything is still to come."""
        return len(self.said) < self._count

    def hear(self, kind: str, told: Mapping[str, Any]) -> bool:
        """Whether an answer is about any of these."""
        before = len(self.said)
        for each in one_by_one([{"kind": kind, **told}]):
            self._hear(each)
        return len(self.said) > before

    def _hear(self, told: dict[str, Any]) -> None:
        """An answer names the place of its line: of an id there may be earlier ones."""
        place = _place_in(told)
        number = self._at.get(place) if place else None
        if number is not None:
            rejected = told["kind"] == REJECTED
            self.said[number] = _problem(told["problems"]) if rejected else {"receipt": _receipt(told)}


def topic_of(line: bytes) -> str | None:
    """The topic of its strand; None where it names no kind that this kit knows."""
    try:
        kind = orjson.loads(line)["type"].removeprefix("uk.iomhub.").rpartition(".")[0]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return f"pathway.{kind.partition('.')[0]}" if kind in KINDS else None


def _place_in(told: Mapping[str, Any]) -> _Place | None:
    """None where an answer is about no line."""
    if told["kind"] not in (RECEIVED, REJECTED) or "topic" not in told:
        return None
    return _Place(Coordinates(told["topic"], told["partition"], told["offset"]), told["line"])


def _receipt(told: Mapping[str, Any]) -> dict[str, Any]:
    """As it is over HTTP."""
    return {name: told[name] for name in Receipt.model_fields}


def _problem(errors: Sequence[Any]) -> Result:
    return {"problem": {"title": _TITLE, "errors": errors}}


def _length(line: bytes) -> int:
    return len(line) + len(b"\n")
