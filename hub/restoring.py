"""Restoring: a kept update as it was received, and the earlier update that it names."""

from datetime import datetime

import orjson

from hub.ports import Archive, UpdateKey, key_of
from hub.receiving import Received
from schemas.updates import parse


def restored(key: UpdateKey, content: bytes) -> Received:
    """A kept update as it was received. Raises `ValueError` or `LookupError` where its kind is no more."""
    kept = orjson.loads(content)
    raw: str = kept["raw"]
    envelope = orjson.loads(raw)
    version = int(envelope["type"].rpartition(".v")[2])
    update = parse(kept["kind"], orjson.dumps(envelope["data"]), version=version)
    at, attested = datetime.fromisoformat(envelope["time"]), kept["attested"]
    subject = key_of(attested["subject"]) if "subject" in attested else None
    return Received(raw.encode(), key, kept["kind"], at, update, attested, subject)


def target_of(archive: Archive, received: Received) -> UpdateKey | None:
    """The update meant: the publisher's own by its id, or one that it was told by message id."""
    said, publisher = received.update.refers_to(), received.key.publisher
    if received.target or said is None:
        return received.target
    own = UpdateKey(publisher, said)
    return own if archive.record_of(own) else archive.update_by_message(publisher, said)
