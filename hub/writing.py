"""Writing: the envelope of an update as any publisher writes it (CloudEvents 1.0, structured JSON)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import JsonValue

from schemas.identifiers import AgencyId
from schemas.updates import KINDS


def envelope(
    agency: AgencyId, kind: str, data: Mapping[str, JsonValue], *, update_id: UUID, occurred_at: datetime
) -> bytes:
    """The raw bytes of one update. Only opaque ids stand in the attributes; the person is in `data`."""
    attributes = {
        "specversion": "1.0",
        "id": str(update_id),
        "source": f"urn:iomhub:agency:{agency}",
        "type": f"uk.iomhub.{kind}.v{KINDS[kind].VERSION if kind in KINDS else 1}",
        "time": occurred_at,
        "datacontenttype": "application/json",
    }
    return JSONFormat().write(CloudEvent(attributes, dict(data)))
