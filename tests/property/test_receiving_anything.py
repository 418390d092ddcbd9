"""Whatever bytes come to the front door, they are received or refused, and nothing else ever happens."""

import json
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.receiving import Caller, Refused, Rejected, receive
from property.happenings import BUNDLE
from schemas import generating
from schemas.updates import KINDS
from support.partnership import POLICE, PROBATION, START, UNIT

EXAMPLES = Path(generating.__file__).parent / "examples"


@cache
def samples() -> list[bytes]:
    """The samples of every kind."""
    return [(EXAMPLES / f"{kind}.v1.json").read_bytes() for kind in sorted(KINDS)]


def problems(raw: bytes, agency: str) -> int:
    """How many problems a refusal names; any other error is an error here."""
    try:
        receive(raw, Caller(agency, "a test"), BUNDLE, START)
    except Rejected as rejected:
        return len(rejected.problems)
    except Refused:
        return 1
    return 0


@given(st.binary(max_size=400))
@settings(max_examples=400)
def test_any_bytes_are_refused(raw: bytes) -> None:
    """Bytes that are no update are refused with at least one problem, whatever they are."""
    assert problems(raw, POLICE) > 0


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=800)
def test_a_spoilt_sample_is_received_or_refused(draws: st.DataObject) -> None:
    """A sample with any value in any place, and any bytes cut out or put in, fails in no other way."""
    said = json.loads(draws.draw(st.sampled_from(samples())))
    where = said if draws.draw(st.booleans()) else said["data"]
    where[draws.draw(st.sampled_from(sorted(where)) | st.text(max_size=8))] = draws.draw(_values)
    raw = json.dumps(said).encode()
    cut = draws.draw(st.integers(0, len(raw)))
    put = draws.draw(st.sampled_from([b"", b"", b"", b'"', b"\\", b"}", b"\x00", b"\xff"]))
    spoilt = raw[:cut] + put + raw[cut + draws.draw(st.integers(0, 2)) * bool(put) :]
    for agency in (POLICE, PROBATION, UNIT):
        assert problems(spoilt, agency) >= 0
