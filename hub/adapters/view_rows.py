"""Rows of partners' views on their way in and out of the tables, sealed row by row."""

import hmac
from datetime import date
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from hub.adapters.database import DatabaseUnit
from hub.ports import AlertRow, FactRow
from hub.sealing import DataKeys, Sealer, scope
from schemas.identifiers import AgencyId

FactKey = tuple[UUID, bytes]
_NAMES = 4096
"""How many are remembered: those of the kinds come again and again."""


def _blind(key: bytes, fact: str) -> bytes:
    return hmac.digest(key, fact.encode(), "sha256")[:16]


class Rows:
    """Rows of one partner's view on their way in and out of the tables."""

    def __init__(self, agency: AgencyId, sealer: Sealer, blind_key: bytes) -> None:
        """`blind_key` hides the names of facts, which would tell what is known of somebody."""
        self.agency, self._sealer = agency, sealer
        self.blind = lru_cache(_NAMES)(partial(_blind, blind_key))
        """What stands for the name of a fact."""

    def fact_key(self, record: UUID, fact: str) -> FactKey:
        """A fact's primary key beside the agency."""
        return record, self.blind(fact)

    def fact_row(self, unit: DatabaseUnit, row: FactRow) -> dict[str, Any]:
        """A fact, sealed."""
        record, blind = self.fact_key(row.record, row.fact)
        content = row.fact.encode() + b"\0" + row.body
        return {
            "agency": self.agency,
            "record": record,
            "fact": blind,
            "message_id": row.message_id,
            "seq": row.seq,
            "content": unit.seal(self._owner(record), "view", content, self._fact_place(record, blind)),
            "said_on": row.said_on.toordinal() if row.said_on else None,
        }

    def fact(self, keys: DataKeys, row: Any) -> FactRow:
        """A fact, opened."""
        sealed_in = scope(self._owner(row.record), "view")
        content = self._sealer.open(keys, sealed_in, row.content, self._fact_place(row.record, row.fact))
        name, _, body = content.partition(b"\0")
        said_on = date.fromordinal(row.said_on) if row.said_on else None
        return FactRow(row.record, name.decode(), row.message_id, row.seq, body, said_on)

    def alert_row(self, unit: DatabaseUnit, row: AlertRow) -> dict[str, Any]:
        """An alert, sealed."""
        return {
            "agency": self.agency,
            "alert_id": row.alert_id,
            "record": row.record,
            "seq": row.seq,
            "acknowledged": row.acknowledged,
            "content": unit.seal(self._owner(row.record), "view", row.body, self._alert_place(row.alert_id)),
        }

    def alert(self, keys: DataKeys, row: Any) -> AlertRow:
        """An alert, opened."""
        sealed_in = scope(self._owner(row.record), "view")
        body = self._sealer.open(keys, sealed_in, row.content, self._alert_place(row.alert_id))
        return AlertRow(row.alert_id, row.record, row.seq, row.acknowledged, body)

    def _owner(self, record: UUID) -> str:
        return f"{self.agency}/{record}"

    def _fact_place(self, record: UUID, blind: bytes) -> str:
        return f"view_facts/{self.agency}/{record}/{blind.hex()}"

    def _alert_place(self, alert_id: UUID) -> str:
        return f"view_alerts/{self.agency}/{alert_id}"
