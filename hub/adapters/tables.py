"""The tables. Every column says what it holds: content and identifiers only ever sealed or blind.

Narrow tables lie in their primary key alone (`sqlite_with_rowid=False`): one page to write where there were two.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
)

metadata = MetaData()


class Id(LargeBinary):
    """A UUID as its 16 bytes, in every database alike."""

    def coerce_compared_value(self, op: object, value: object) -> "Id":  # noqa: ARG002  # SQLAlchemy's signature
        """A UUID beside such a column is bound as one, too."""
        return self

    def bind_processor(self, dialect: object) -> Any:  # noqa: ARG002  # SQLAlchemy's signature
        """On its way in."""
        return lambda value: value.bytes if value is not None else None

    def result_processor(self, dialect: object, coltype: object) -> Any:  # noqa: ARG002  # SQLAlchemy's signature
        """On its way out."""
        return lambda value: UUID(bytes=bytes(value)) if value is not None else None


SEALED = "sealed content"
BLIND = "blind index"
OPAQUE = "opaque id of the hub's own"
SENDER_ID = "opaque id of the publisher's own"
AGENCY = "agency"
NUMBER = "number that counts"
TIME = "time of the hub's clock"
DAY = "day on which a partner said something itself"
HASH = "salted or keyed hash"
CLASS = "name of a class of data"
KEY = "wrapped key"
NOTE = "public signed note"
SETTING = "setting of the store"
POLICIES = "signed policies"

_ROW_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""In SQLite a whole-number primary key of this type is the row's own number and needs no index."""


def _column(name: str, form: Any, holds: str, **more: Any) -> Column[Any]:
    return Column(name, form, info={"holds": holds}, nullable=more.pop("nullable", False), **more)


def _agency(name: str, **more: Any) -> Column[Any]:
    return _column(name, String(63), AGENCY, **more)


revisions = Table(
    "alembic_version",
    metadata,
    _column("version_num", String(32), SETTING),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""As alembic makes it."""

meta = Table(
    "meta",
    metadata,
    _column("name", String(40), SETTING, primary_key=True),
    _column("value", LargeBinary, SETTING),
)

received = Table(
    "received",
    metadata,
    _agency("publisher", primary_key=True),
    _column("update_id", Id(), SENDER_ID, primary_key=True),
    _column("fingerprint", LargeBinary, HASH),
    _column("received_at", BigInteger, TIME),
    sqlite_with_rowid=False,
)

persons = Table(
    "persons",
    metadata,
    _column("record_id", Id(), OPAQUE, primary_key=True),
    _column("identity", LargeBinary, SEALED),
    _column("facts", LargeBinary, SEALED),
)

identifiers = Table(
    "identifiers",
    metadata,
    _column("blind", LargeBinary, BLIND, primary_key=True),
    _column("form", String(8), CLASS),
    _column("record_id", Id(), OPAQUE),
    sqlite_with_rowid=False,
)

joined = Table(
    "joined",
    metadata,
    _column("record_id", Id(), OPAQUE, primary_key=True),
    _column("other", Id(), OPAQUE, primary_key=True),
    sqlite_with_rowid=False,
)

aliases = Table(
    "aliases",
    metadata,
    _agency("agency", primary_key=True),
    _column("alias", Id(), OPAQUE, primary_key=True),
    _column("record_id", Id(), OPAQUE),
    sqlite_with_rowid=False,
)

updates = Table(
    "updates",
    metadata,
    _agency("publisher", primary_key=True),
    _column("update_id", Id(), SENDER_ID, primary_key=True),
    _column("record_id", Id(), OPAQUE, nullable=True),
    _column("entry", BigInteger, NUMBER),
    _column("content", LargeBinary, SEALED),
)

held = Table(
    "held",
    metadata,
    _agency("publisher", primary_key=True),
    _column("update_id", Id(), SENDER_ID, primary_key=True),
    _column("awaits", Id(), SENDER_ID),
    _column("urgent", Boolean, NUMBER),
    Index("held_by_awaited", "publisher", "awaits"),
)

feed = Table(
    "feed",
    metadata,
    _agency("recipient", primary_key=True),
    _column("seq", BigInteger, NUMBER, primary_key=True, autoincrement=False),
    _column("message_id", Id(), OPAQUE),
    _agency("publisher"),
    _column("update_id", Id(), SENDER_ID),
    _column("record_id", Id(), OPAQUE),
    _column("prev", LargeBinary, HASH),
    _column("root", LargeBinary, HASH),
    _column("commitments", LargeBinary, HASH),
    _column("boxes", LargeBinary, SEALED),
    _column("entry", BigInteger, NUMBER),
    Index("feed_by_message", "recipient", "message_id"),
)

consented = Table(
    "consented",
    metadata,
    _column("record_id", Id(), OPAQUE, primary_key=True),
    _agency("recipient", primary_key=True),
    _column("message_id", Id(), OPAQUE, primary_key=True),
    _column("root", LargeBinary, HASH, primary_key=True),
    sqlite_with_rowid=False,
)

ledger = Table(
    "ledger",
    metadata,
    _column("number", _ROW_NUMBER, NUMBER, primary_key=True, autoincrement=False),
    _column("time", BigInteger, TIME),
    _column("commitment", LargeBinary, HASH),
    _column("hash", LargeBinary, HASH),
    _column("record_id", Id(), OPAQUE, nullable=True),
    _column("opening", LargeBinary, SEALED),
)

counter = Table(
    "counter",
    metadata,
    _column("id", Integer, NUMBER, primary_key=True, autoincrement=False),
    _column("leaves", BigInteger, NUMBER),
    _column("edge", LargeBinary, HASH),
    _column("heads", LargeBinary, HASH),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    _column("size", _ROW_NUMBER, NUMBER, primary_key=True, autoincrement=False),
    _column("root", LargeBinary, HASH),
    _column("note", String, NOTE),
)

bundles = Table(
    "bundles",
    metadata,
    _column("version", _ROW_NUMBER, NUMBER, primary_key=True, autoincrement=False),
    _column("digest", String(64), POLICIES, index=True),
    _column("effective_from", BigInteger, POLICIES),
    _column("signed", String, POLICIES),
)

timers = Table(
    "timers",
    metadata,
    _column("update_id", Id(), OPAQUE, primary_key=True),
    _column("due_at", BigInteger, TIME, index=True),
    _agency("subject_publisher"),
    _column("subject_id", Id(), SENDER_ID),
    _column("record_id", Id(), OPAQUE),
)

postponed = Table(
    "postponed",
    metadata,
    _column("agreement", String(63), SETTING, primary_key=True),
    _agency("recipient", primary_key=True),
    _agency("publisher", primary_key=True),
    _column("update_id", Id(), SENDER_ID, primary_key=True),
    _column("record_id", Id(), OPAQUE),
    sqlite_with_rowid=False,
)

continuations = Table(
    "continuations",
    metadata,
    _column("agreement", String(63), SETTING, primary_key=True),
    _column("made_at", BigInteger, TIME),
    _column("until", String(10), SETTING),
)

data_keys = Table(
    "data_keys",
    metadata,
    _column("scope", String(120), OPAQUE, primary_key=True),
    _column("wrapped", LargeBinary, KEY),
)

view_facts = Table(
    "view_facts",
    metadata,
    _agency("agency", primary_key=True),
    _column("record", Id(), OPAQUE, primary_key=True),
    _column("fact", LargeBinary, BLIND, primary_key=True),
    _column("message_id", Id(), OPAQUE),
    _column("seq", BigInteger, NUMBER),
    _column("content", LargeBinary, SEALED),
    _column("said_on", BigInteger, DAY, nullable=True),
    Index("view_facts_by_message", "agency", "message_id"),
)
_SAID = view_facts.c.said_on.is_not(None)
Index("view_facts_by_age", *view_facts.c["agency", "fact", "said_on"], sqlite_where=_SAID, postgresql_where=_SAID)

view_alerts = Table(
    "view_alerts",
    metadata,
    _agency("agency", primary_key=True),
    _column("alert_id", Id(), OPAQUE, primary_key=True),
    _column("record", Id(), OPAQUE),
    _column("seq", BigInteger, NUMBER),
    _column("acknowledged", Boolean, NUMBER),
    _column("content", LargeBinary, SEALED),
    Index("view_alerts_by_seq", "agency", "seq"),
    Index("view_alerts_by_record", "agency", "record"),
)

view_closings = Table(
    "view_closings",
    metadata,
    _agency("agency", primary_key=True),
    _column("record", Id(), OPAQUE, primary_key=True),
    _column("seq", BigInteger, NUMBER),
    sqlite_with_rowid=False,
)

view_positions = Table(
    "view_positions",
    metadata,
    _agency("agency", primary_key=True),
    _column("consumer", String(40), SETTING, primary_key=True),
    _column("seq", BigInteger, NUMBER),
    sqlite_with_rowid=False,
)

carried = Table(
    "carried",
    metadata,
    _agency("recipient", primary_key=True),
    _column("channel", String(40), SETTING, primary_key=True),
    _column("seq", BigInteger, NUMBER),
    sqlite_with_rowid=False,
)
