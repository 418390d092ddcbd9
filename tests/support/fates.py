"""What became of an update: placed, held for which reason, or discarded."""

from uuid import UUID

import orjson

from hub.ports import UpdateKey
from support.partnership import Partnership


def fate(partners: Partnership, agency: str, update_id: UUID) -> str:
    """`placed`, `held: <reason>` or `discarded`, as the store and the ledger have it."""
    key = UpdateKey(agency, update_id)
    with partners.hub.store.unit() as unit:
        if unit.content_of(key) is None:
            return "discarded"
        entry = orjson.loads(unit.entry_of(key) or b"{}")
        placed = unit.record_of(key) is not None
    return "placed" if placed else f"held: {entry['because']}"
