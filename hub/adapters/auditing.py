"""Auditing: a store is checked against itself and its signatures where no hub runs."""

from collections.abc import Callable
from contextlib import closing

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from hub.adapters.evidence import StoreEvidence
from hub.adapters.store import DatabaseStore
from hub.identity import Identity
from hub.ports import Evidence, KeyStore
from hub.recording import signing_key
from hub.sealing import Sealer
from hub.verifying import Verdict, Verifier

Counted = Callable[[int], None]


class Unfinished:
    """A store whose rows are not committed yet, as the transaction that makes it sees them."""

    def __init__(self, connection: Connection, keys: KeyStore) -> None:
        """The connection stays its owner's."""
        self.sealer, self._connection = Sealer(keys), connection

    def snapshot(self) -> Connection:
        """The same transaction."""
        return self._connection


def audit(store: DatabaseStore, keys: KeyStore, progress: Counted) -> Verdict:
    """What `iom-hub ledger verify` checks."""
    with closing(StoreEvidence(store)) as evidence:
        return _verdict(evidence, keys, progress)


def audit_unfinished(connection: Connection, keys: KeyStore, progress: Counted) -> Verdict:
    """The same, before it is committed; the transaction stays open."""
    return _verdict(StoreEvidence(Unfinished(connection, keys)), keys, progress)


def _verdict(evidence: Evidence, keys: KeyStore, progress: Counted) -> Verdict:
    key: Ed25519PublicKey = signing_key(keys).public_key()
    return Verifier(evidence, Identity(keys.derive("identity")), key, progress).verify()
