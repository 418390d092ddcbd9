"""The stream: every record as it comes, over a real socket, for as long as its reader may read."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from integration.scene import Scene
from support import signing as policies
from support.http import PROBLEM, STREAM, events_in, serving
from support.partnership import PROBATION
from support.signing import signed

SOON = 1.0
"""Seconds within which a record has come."""


def head_of(scene: Scene) -> int:
    """The last sequence of probation's feed."""
    return int(scene.agency(PROBATION).get("/v1/feed").json()["head"]["seq"])


class Reader:
    """Reads a stream over a real socket."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._client = httpx.Client(timeout=httpx.Timeout(10))
        request = self._client.build_request("GET", f"{url}/v1/feed", headers=headers | {"Accept": STREAM})
        self.response = self._client.send(request, stream=True)
        self._chunks, self._body = self.response.iter_raw(), b""

    def until(self, count: int) -> list[int]:
        """The sequences of the first `count` events, as they come."""
        while len(events_in(self._body)) < count:
            self._body += next(self._chunks)
        return [int(event.id) for event in events_in(self._body)]

    def rest(self) -> list[int]:
        """The sequences of all events, once the hub has ended the stream."""
        self._body += b"".join(self._chunks)
        return [int(event.id) for event in events_in(self._body)]

    def close(self) -> None:
        """Go away."""
        self.response.close()
        self._client.close()


@contextmanager
def reading(url: str, headers: dict[str, str], **more: str) -> Iterator[Reader]:
    """A reader of the stream, who goes away in the end."""
    reader = Reader(url, headers | more)
    try:
        yield reader
    finally:
        reader.close()


@pytest.mark.requirement("IX3")
def test_a_stream_delivers_what_there_is_and_what_comes(scene: Scene) -> None:
    """A stream gives every record there is and then each as it comes, within a second, equal to the page's."""
    already = head_of(scene)
    with serving(scene.p.hub) as url, reading(url, scene.agency(PROBATION).headers()) as reader:
        assert reader.until(already) == list(range(1, already + 1))
        for more in (1, 2):
            scene.arrested()
            started = time.monotonic()
            assert reader.until(already + more)[-1] == already + more
            assert time.monotonic() - started < SOON
        streamed = [event.data for event in events_in(reader._body)]
    assert streamed == scene.agency(PROBATION).get("/v1/feed").json()["records"]


@pytest.mark.requirement("IX3")
def test_a_stream_resumes_without_gap_or_repetition(scene: Scene) -> None:
    """A reader that is cut off again and again, while records come, has each record once and in order."""
    seen: list[int] = []
    with serving(scene.p.hub) as url:
        for _ in range(5):
            scene.arrested()
            more = {"Last-Event-ID": str(seen[-1])} if seen else {}
            with reading(url, scene.agency(PROBATION).headers(), **more) as reader:
                seen += reader.until(1)
        last = head_of(scene)
        with reading(url, scene.agency(PROBATION).headers(), **{"Last-Event-ID": str(seen[-1])}) as reader:
            seen += reader.until(last - len(seen))
    assert seen == list(range(1, last + 1))


def test_last_event_id_beats_the_query(scene: Scene) -> None:
    """A reader that reconnects by itself sends both; what it has seen last counts, be it nothing."""
    last = head_of(scene)
    resumed = scene.agency(PROBATION).stream(1, {"Last-Event-ID": str(last - 1)}, after=0)
    assert [event.id for event in resumed.events] == [str(last)]
    anew = scene.agency(PROBATION).stream(last, {"Last-Event-ID": "0"}, after=last)
    assert [event.id for event in anew.events] == [str(each) for each in range(1, last + 1)]


def test_a_stream_needs_a_token(scene: Scene) -> None:
    """Without a token, or with one that may not read, there is a problem and no stream."""
    for headers, status in (({}, 401), (scene.agency(PROBATION, "publish").headers(), 403)):
        answer = scene.door.stream("/v1/feed", headers | {"Accept": STREAM}, 1)
        assert (answer.status, answer.headers["content-type"]) == (status, PROBLEM)
        assert answer.ended


def suspended(scene: Scene) -> None:
    """The policies now say that probation is suspended."""
    scene.p.governed_by(signed(2, policies.suspended(PROBATION)))


def stale(scene: Scene) -> None:
    """The reader's token has ended."""
    scene.p.clock.turn(minutes=16)


@pytest.mark.duty("D29")
@pytest.mark.parametrize(("happens", "more"), [(suspended, 0), (stale, 1)])
def test_a_stream_ends_when_its_reader_may_no_longer_read(
    scene: Scene, happens: Callable[[Scene], None], more: int
) -> None:
    """Once the agency is suspended, or the token has ended, the stream ends: what comes afterwards is not told, and to
    a suspended agency nothing comes.
    """
    already = head_of(scene)
    with serving(scene.p.hub) as url, reading(url, scene.agency(PROBATION).headers()) as reader:
        assert len(reader.until(already)) == already
        happens(scene)
        scene.arrested()
        assert len(reader.rest()) == already
    assert len(scene.p.told(PROBATION)) == already + more
