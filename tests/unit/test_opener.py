"""What was sealed to the hub, opened on its way in."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from structlog.testing import capture_logs

from hub.attesting import Unattested
from hub.collecting import opener
from hub.ports import Brought, Coordinates
from hub.wrapping import SEALED_HEADER, key_id, seal_to_hub

OWN, LOST = X25519PrivateKey.from_private_bytes(bytes(31) + b"1"), X25519PrivateKey.from_private_bytes(bytes(31) + b"2")
RAW = b'{"fictional": true}'


def sealed_to(key: X25519PrivateKey) -> Brought:
    """A record as a source brings it."""
    public = key.public_key().public_bytes_raw()
    headers = {SEALED_HEADER: key_id(public).encode()}
    return Brought(Coordinates("pathway.custody", 0, 7), seal_to_hub(public, RAW), headers)


def opened(record: Brought) -> tuple[bytes, bool]:
    """By a hub that has one key."""
    found = opener(lambda: {key_id(OWN.public_key().public_bytes_raw()): OWN})(record)
    return found.value, found.sealed


def test_what_is_sealed_is_opened() -> None:
    """What was sealed to the hub's own key opens, and counts as sealed; what was not sealed does not."""
    assert opened(sealed_to(OWN)) == (RAW, True)
    assert opened(Brought(Coordinates("pathway.custody", 0, 8), RAW, {})) == (RAW, False)


def test_a_missing_key_is_named() -> None:
    """A record that is sealed to a key which the hub has lost is refused loudly, and the log names the key."""
    record = sealed_to(LOST)
    with capture_logs() as logs, pytest.raises(Unattested, match=r"^sealed_to_unknown_key$"):
        opened(record)
    [said] = logs
    assert (said["event"], said["log_level"]) == ("key_missing", "error")
    assert key_id(LOST.public_key().public_bytes_raw()) in said["problem"]


@pytest.mark.parametrize(
    "harm", [lambda v: v[:-1], lambda v: bytes([v[0] ^ 1]) + v[1:], lambda v: v[:0], lambda v: v + b"x"]
)
def test_what_was_harmed_does_not_open(harm: object) -> None:
    """A record that was cut, changed, emptied or made longer is refused under another rule."""
    record = sealed_to(OWN)
    harmed = record._replace(value=harm(record.value))  # type: ignore[operator]  # a function of bytes
    with pytest.raises(Unattested, match=r"^does_not_open$"):
        opened(harmed)
