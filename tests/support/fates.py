"""What became of an update: placed, held for which reason, or discarded."""

from uuid import UUID

import orjson

from hub.ports import UpdateKey
from support.partnership import Partnership


def fate(partners: Partnership, agency: str, update_id: UUID) -> str:
    """`placed`, `held: <reason>` or `discarded`, as the store and the ledger have it."""
    key = UpdateKey(agency, update_id)
    with partners.hub.archive() as archive:
        entered, placed = archive.entry_of(key), archive.record_of(key) is not None
    if entered is None:
        return "discarded"
    return "placed" if placed else f"held: {orjson.loads(entered.record)['because']}"
