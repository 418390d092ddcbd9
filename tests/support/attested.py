"""Agencies that sign what they publish through a source, and records as a source brings them."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access_policies.keys import AgencyKey
from access_policies.model import Policies
from hub.attesting import HEADER, sign_batch, sign_envelope, split
from hub.bootstrap import Hub
from hub.collecting import Check, Opened
from hub.ports import Brought, Coordinates
from hub.vouching import Signed, signed_lines
from support.partnership import Partnership, raw_update
from support.signing import shipped

TOPIC = "pathway.custody"


@cache
def signing_key(agency: str) -> Ed25519PrivateKey:
    """The key of a fake agency, always the same."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(agency.encode()).digest())


def public_key(agency: str) -> AgencyKey:
    """As the register has it."""
    raw = signing_key(agency).public_key().public_bytes_raw()
    public = base64.b64encode(raw).decode()
    return AgencyKey(use="signing", public=public, since=date(2020, 1, 1), until=date(2040, 1, 1))


@cache
def with_keys(suspended: tuple[str, ...] = (), seals: tuple[str, ...] = ()) -> Policies:
    """The shipped policies, in which every agency has a key; some are suspended, some must seal."""
    partners = {
        name: each.model_copy(
            update={"keys": (public_key(name),), "suspended": name in suspended, "seals": name in seals}
        )
        for name, each in shipped().partners.items()
    }
    return shipped().model_copy(update={"partners": partners})


def header(agency: str, value: bytes) -> bytes:
    """The signature of one envelope, or of a batch, by an agency."""
    lines = split(value)
    key = signing_key(agency)
    made = sign_batch(key, lines) if len(lines) > 1 else sign_envelope(key, value)
    return made.header().encode()


class Post:
    """Writes records as agencies would send them, one place after the other."""

    def __init__(self, partners: Partnership, topic: str = TOPIC) -> None:
        """With the partnership's clock."""
        self._partners, self._topic, self._offset = partners, topic, -1

    def raw(self, agency: str, kind: str, data: Mapping[str, Any], update_id: UUID | None = None) -> bytes:
        """The bytes of one update."""
        return raw_update(agency, kind, data, update_id or uuid4(), self._partners.clock.now())

    def record(self, agency: str, *lines: bytes, signed: bytes | None = None) -> Brought:
        """The next record: these lines, signed by the agency, or with another signature."""
        value = b"\n".join(lines)
        self._offset += 1
        headers = {HEADER: header(agency, value) if signed is None else signed}
        return Brought(Coordinates(self._topic, 0, self._offset), value, headers)


def as_it_came(record: Brought) -> Opened:
    """Nothing here is sealed."""
    return Opened(record.value, sealed=False)


def checks(hub: Hub) -> Check:
    """The signature, and then every line by itself."""

    def check(value: bytes, record: Brought) -> Signed:
        said = record.headers.get(HEADER, b"").decode("ascii", "replace")
        return signed_lines(value, said, hub.bundle, hub.clock.now())

    return check
