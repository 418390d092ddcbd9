"""Vouching: which agency stands behind signed updates, by the register in force, and may it say such a thing.

Whatever does not fit (an unknown key, one that has ended, another agency's, bytes that were changed) looks the same.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from access_policies.compiling import Bundle
from access_policies.keys import AgencyKey
from hub.attesting import Signature, Unattested, attested, parse, split
from hub.receiving import NOT_ATTESTED, Caller, Received, Refused, Rejected, Voucher, receive
from schemas.identifiers import AgencyId


class Signed(NamedTuple):
    """A record whose signature verifies: whose it is, and what receiving made of each of its lines."""

    agency: AgencyId
    lines: Sequence[tuple[bytes, Received | Rejected | Refused]]


def vouchers(header: str, lines: Sequence[bytes], agency: AgencyId, bundle: Bundle, day: date) -> list[Voucher]:
    """For each line the voucher of the agency that published it. Raises `Refused`: why is not said."""
    try:
        signature = parse(header)
        owner, key = _owner(signature, bundle, day)
        found = [Voucher(key, kept) for kept in attested(signature, key.raw, lines)]
    except Unattested:
        raise Refused(NOT_ATTESTED) from None
    if owner != agency:
        raise Refused(NOT_ATTESTED)
    return found


def signed_lines(value: bytes, header: str | None, bundle: Bundle, now: datetime) -> Signed:
    """A broker's record, of which nobody knows who wrote it but by its signature. Raises `Unattested`."""
    signature = parse(header)
    agency, key = _owner(signature, bundle, now.date())
    lines = split(value) if signature.batch else [value]
    kept = attested(signature, key.raw, lines)
    caller = Caller(agency, f"key {key.id}")
    return Signed(
        agency,
        [(line, _received(line, caller, bundle, now, Voucher(key, k))) for line, k in zip(lines, kept, strict=True)],
    )


def _owner(signature: Signature, bundle: Bundle, day: date) -> tuple[AgencyId, AgencyKey]:
    for agency, partner in bundle.policies.partners.items():
        for key in partner.keys:
            if key.id == signature.key and key.use == "signing" and key.counts(day):
                return agency, key
    raise Unattested("unknown_key")


def _received(
    line: bytes, caller: Caller, bundle: Bundle, now: datetime, voucher: Voucher
) -> Received | Rejected | Refused:
    try:
        return receive(line, caller, bundle, now, voucher)
    except (Rejected, Refused) as refused:
        return refused
