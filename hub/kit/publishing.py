"""Publishing: what the agency says goes to the hub signed with the agency's own key, by one way or another."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import orjson

from hub.answering import one_by_one
from hub.attesting import HEADER, MOST_LINES, sign_batch, split
from hub.kit.handing import Handing, Result
from hub.kit.home import NotSetUp
from hub.kit.opening import Kit, inbound_key, outlets, strands
from hub.kit.reading import Ending, Reading
from hub.kit.ways import Over
from hub.ports import Barred, TryLater

_MOMENT = 0.3


class Publishing:
    """What one command publishes. Unless one way is asked for, the brokers are the first choice where the kit has any,
    and the hub itself the second.
    """

    def __init__(self, kit: Kit, over: Over | None, seconds: float, say: Callable[[str], None]) -> None:
        """The next answer through the brokers is waited for up to `seconds`. `say` hears when another way is taken."""
        if over is Over.KAFKA and kit.pinned.kafka is None:
            raise NotSetUp("kit.yaml names no brokers: `iom-hub connect setup … --kafka host:port,…`")
        self._kit, self._over, self._seconds, self._say = kit, over, seconds, say
        self._goes_over_kafka = over is not Over.HTTP and kit.pinned.kafka is not None
        self._open: list[Any] = []
        self._handing: Handing | None = None

    def publish(self, content: bytes) -> Iterator[Result]:
        """Publish lines, one update each, in order. For each what the hub says: `receipt` or `problem`; through the
        brokers, where it has not said so yet, `later`.

        Raises `TryLater`, `Barred` or `HubRefused`; whatever there was no word of may be sent again.
        """
        lines, answered = split(content), 0
        if self._goes_over_kafka:
            try:
                for result in self._handed(lines):
                    yield result
                    answered += 1
            except (Barred, TryLater) as failure:
                self._turn_to_http(failure)
        # what the brokers may have comes to the hub twice then: an id counts once
        yield from over_http(self._kit, lines[answered:])

    def _handed(self, lines: Sequence[bytes]) -> Iterator[Result]:
        if self._handing is None:
            sealing, topics = inbound_key(self._kit), strands(self._kit)
            self._open.append(topics)
            self._handing = Handing(self._kit, topics, sealing, self._seconds, self._news())
        return self._handing.publish(lines)

    def _turn_to_http(self, failure: Exception) -> None:
        """Once, for all that follows. Raises what has failed where no other way may be taken."""
        if self._over is Over.KAFKA or not self._kit.hub.has_token:
            raise failure
        self._say(f"{failure}. Publishing over HTTP instead")
        self._goes_over_kafka = False

    def _news(self) -> Callable[[], None]:
        """Whoever has the kit alone reads; beside one that runs it is enough to wait."""
        if self._kit.beside:
            return lambda: time.sleep(_MOMENT)
        ways = outlets(self._kit)
        self._open.extend(ways)
        reading = Reading(self._kit, ways, self._say, Ending())

        def read() -> None:
            with suppress(Barred, TryLater):
                reading.step(_MOMENT)
                return
            time.sleep(_MOMENT)

        return read

    def close(self) -> None:
        """Release everything but the kit."""
        for each in self._open:
            each.close()


def over_http(kit: Kit, lines: Sequence[bytes]) -> Iterator[Result]:
    """For each line what the hub says at once."""
    key = kit.home.signing()
    for start in range(0, len(lines), MOST_LINES):
        chunk = lines[start : start + MOST_LINES]
        headers = {HEADER: sign_batch(key, chunk).header()}
        answer = kit.hub.publish(b"\n".join(chunk), "application/x-ndjson", headers)
        yield from (orjson.loads(line) for line in answer.content.splitlines())


def as_lines(content: bytes) -> bytes:
    """A file with one update as a line; a file with lines as it is."""
    try:
        orjson.loads(content)
    except ValueError:
        return content
    return b" ".join(content.splitlines())


def answers(kit: Kit, most: int) -> Sequence[tuple[int, dict[str, Any]]]:
    """The last answers on the agency's own feed, each with its sequence."""
    seq, _ = kit.feed.head(kit.agency)
    told = kit.feed.told(kit.agency, max(0, seq - _LOOK_BACK), _LOOK_BACK)
    said = ((number, {"kind": each.kind, **each.told}) for number, each in told if each and each.is_answer)
    return [(number, each) for number, values in said for each in one_by_one([values])][-most:]


def in_words(said: dict[str, Any]) -> str:
    """One of them, in a line."""
    if "problems" in said:
        return f"{said.get('id', '?')} rejected: " + "; ".join(f"{e['path']} {e['message']}" for e in said["problems"])
    if "of_kind" in said:
        return f"{said['of_kind']} has waited {said['minutes']} minutes to be placed: see `iom-hub held list`"
    return f"{said.get('id', '?')} received {said.get('received_at', '')}"


_LOOK_BACK = 1000
