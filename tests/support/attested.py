"""Agencies that sign what they publish through a source, and records as a source brings them."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from access_policies.compiling import Bundle
from access_policies.keys import AgencyKey
from access_policies.model import Policies
from hub.bootstrap import Hub
from hub.collecting import Check, Opened, Signed, Unattested
from hub.ledger import Tree
from hub.ports import Brought, Coordinates
from hub.receiving import Caller, Received, Refused, Rejected, receive
from support.partnership import EVERYONE, Partnership, raw_update
from support.signing import shipped

SIGNATURE = "iomhub-signature"
TOPIC = "pathway.custody"
_HEADER = re.compile(r"ed25519;key=([0-9a-f]{16});sig=([\w-]+)(;batch)?")


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
    lines = value.splitlines()
    sig = signing_key(agency).sign(_signed_bytes(lines, batch=len(lines) > 1))
    text = base64.urlsafe_b64encode(sig).decode().rstrip("=")
    return f"ed25519;key={public_key(agency).id};sig={text}{';batch' if len(lines) > 1 else ''}".encode()


def _signed_bytes(lines: Sequence[bytes], *, batch: bool) -> bytes:
    if not batch:
        return b"iomhub/envelope/1\0" + lines[0]
    tree = Tree()
    for line in lines:
        tree.append(hashlib.sha256(b"\0" + line).digest())
    return b"iomhub/batch/1\0" + len(lines).to_bytes(8, "big") + tree.root()


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
        headers = {SIGNATURE: header(agency, value) if signed is None else signed}
        return Brought(Coordinates(self._topic, 0, self._offset), value, headers)


def as_it_came(record: Brought) -> Opened:
    """Nothing here is sealed."""
    return Opened(record.value, sealed=False)


def checks(hub: Hub) -> Check:
    """The signature, and then every line by itself."""

    def check(value: bytes, record: Brought) -> Signed:
        found = _HEADER.fullmatch(record.headers.get(SIGNATURE, b"").decode("ascii", "replace"))
        if not found:
            raise Unattested("unsigned")
        bundle, now = hub.bundle, hub.clock.now()
        owner = _owner(bundle, found[1], now.date())
        batch = bool(found[3])
        lines = value.splitlines() if batch else [value]
        try:
            raw = base64.urlsafe_b64decode(found[2] + "==")
            Ed25519PublicKey.from_public_bytes(owner[1].raw).verify(raw, _signed_bytes(lines, batch=batch))
        except (InvalidSignature, ValueError):
            raise Unattested("bad_signature") from None
        return Signed(owner[0], [(line, _received(line, owner[0], bundle, hub)) for line in lines])

    return check


def _owner(bundle: Bundle, key_id: str, day: date) -> tuple[str, AgencyKey]:
    for agency in EVERYONE:
        for key in bundle.policies.partners[agency].keys:
            if key.id == key_id and key.use == "signing" and key.counts(day):
                return agency, key
    raise Unattested("unknown_key")


def _received(line: bytes, agency: str, bundle: Bundle, hub: Hub) -> Received | Rejected | Refused:
    try:
        return receive(line, Caller(agency, "signature"), bundle, hub.clock.now())
    except (Rejected, Refused) as refused:
        return refused
