"""Registering: the agencies' keys of every bundle that was in force: what was signed long ago still verifies."""

from collections.abc import Iterable, Iterator, Mapping

from access_policies.bundling import reopen
from access_policies.keys import AgencyKey
from access_policies.model import Partner
from access_policies.reading import UnusablePolicies
from access_policies.signing import raw_content
from hub.attesting import holds
from hub.ports import BundleRow
from schemas.identifiers import AgencyId


class Registers:
    """Whose keys there ever were. A key's name follows from its bytes, so none can stand for another."""

    def __init__(self, bundles: Iterable[BundleRow | None]) -> None:
        """`bundles` are the kept policies; one that does not open names no keys."""
        self._keys = {key.id: key.raw for bundle in bundles if bundle for key in _keys(bundle)}

    def vouch(self, raw: bytes, attested: Mapping[str, str]) -> bool:
        """Whether what was signed is still what was signed; what a token attested needs no key."""
        if attested.get("by") != "signature":
            return True
        return holds(raw, attested, self._keys.get(attested.get("key", ""), b""))


def agencies(bundles: Iterable[BundleRow | None]) -> set[AgencyId]:
    """Every agency that was ever in the register, as far as these bundles open."""
    return {agency for bundle in bundles if bundle for agency in _partners(bundle)}


def _keys(bundle: BundleRow) -> Iterator[AgencyKey]:
    for partner in _partners(bundle).values():
        yield from partner.keys


def _partners(bundle: BundleRow) -> Mapping[AgencyId, Partner]:
    try:
        return reopen(raw_content(bundle.signed)).policies.partners
    except UnusablePolicies:
        return {}
