"""Publishing: what the agency says goes to the hub signed with the agency's own key."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from hub.answering import one_by_one
from hub.attesting import HEADER, MOST_LINES, sign_batch, split
from hub.kit.opening import Kit


def publish(kit: Kit, content: bytes) -> Iterator[dict[str, Any]]:
    """Publish lines, one update each, in order. For each what the hub says: `receipt` or `problem`.

    Raises `TryLater`, `Barred` or `HubRefused`; what was answered before that is published, and may be sent again.
    """
    lines, key = split(content), kit.home.signing()
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
