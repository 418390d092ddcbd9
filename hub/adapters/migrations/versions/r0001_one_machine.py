"""The store of one machine, until then called format 2: one hub, one feed for each partner, a ledger, hosted views."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, length: int | None = 63, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False, **more)


def _bytes(name: str, *, nullable: bool = False, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary, nullable=nullable, **more)


def _number(name: str, kind: Any = sa.BigInteger, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, autoincrement=False, **more)


_KEY: dict[str, Any] = {"primary_key": True}
_NARROW: dict[str, Any] = {"sqlite_with_rowid": False}


def upgrade() -> None:
    """Make all of it."""
    op.create_table("meta", _text("name", 40, **_KEY), _bytes("value"))
    _publishing()
    _telling()
    _proving()
    _waiting()
    _showing()


def _publishing() -> None:
    op.create_table(
        "received",
        _text("publisher", **_KEY),
        _bytes("update_id", **_KEY),
        _bytes("fingerprint"),
        _number("received_at"),
        **_NARROW,
    )
    op.create_table("persons", _bytes("record_id", **_KEY), _bytes("identity"), _bytes("facts"))
    op.create_table("identifiers", _bytes("blind", **_KEY), _text("form", 8), _bytes("record_id"), **_NARROW)
    op.create_table("aliases", _text("agency", **_KEY), _bytes("alias", **_KEY), _bytes("record_id"), **_NARROW)
    op.create_table(
        "updates",
        _text("publisher", **_KEY),
        _bytes("update_id", **_KEY),
        _bytes("record_id", nullable=True),
        _number("entry"),
        _bytes("content"),
    )


def _telling() -> None:
    op.create_table(
        "feed",
        _text("recipient", **_KEY),
        _number("seq", **_KEY),
        _bytes("message_id"),
        _text("publisher"),
        _bytes("update_id"),
        _bytes("record_id"),
        _bytes("prev"),
        _bytes("root"),
        _bytes("commitments"),
        _bytes("boxes"),
        _number("entry"),
    )
    op.create_index("feed_by_message", "feed", ["recipient", "message_id"])
    op.create_table(
        "consented",
        _bytes("record_id", **_KEY),
        _text("recipient", **_KEY),
        _bytes("message_id", **_KEY),
        _bytes("root", **_KEY),
        **_NARROW,
    )


def _proving() -> None:
    op.create_table(
        "ledger",
        _number("number", _ROW_NUMBER, **_KEY),
        _number("time"),
        _bytes("commitment"),
        _bytes("hash"),
        _bytes("record_id", nullable=True),
        _bytes("opening"),
    )
    counted = (_number("leaves"), _bytes("edge"), _bytes("heads"))
    op.create_table("counter", _number("id", sa.Integer, **_KEY), *counted)
    op.create_table("checkpoints", _number("size", _ROW_NUMBER, **_KEY), _bytes("root"), _text("note", None))
    op.create_table(
        "bundles",
        _number("version", _ROW_NUMBER, **_KEY),
        _text("digest", 64),
        _number("effective_from"),
        _text("signed", None),
    )
    op.create_index("ix_bundles_digest", "bundles", ["digest"])
    op.create_table("data_keys", _text("scope", 120, **_KEY), _bytes("wrapped"))


def _waiting() -> None:
    op.create_table(
        "timers",
        _bytes("update_id", **_KEY),
        _number("due_at"),
        _text("subject_publisher"),
        _bytes("subject_id"),
        _bytes("record_id"),
    )
    op.create_index("ix_timers_due_at", "timers", ["due_at"])
    op.create_table(
        "postponed",
        _text("agreement", **_KEY),
        _text("recipient", **_KEY),
        _text("publisher", **_KEY),
        _bytes("update_id", **_KEY),
        _bytes("record_id"),
        **_NARROW,
    )
    op.create_table("continuations", _text("agreement", **_KEY), _number("made_at"), _text("until", 10))


def _showing() -> None:
    """A partner's case views and alerts."""
    agency, record = _text("agency", **_KEY), _bytes("record", **_KEY)
    told = (_bytes("message_id"), _number("seq"), _bytes("content"))
    op.create_table("view_facts", agency, record, _bytes("fact", **_KEY), *told)
    op.create_index("view_facts_by_message", "view_facts", ["agency", "message_id"])
    op.create_table(
        "view_alerts",
        _text("agency", **_KEY),
        _bytes("alert_id", **_KEY),
        _bytes("record"),
        _number("seq"),
        sa.Column("acknowledged", sa.Boolean, nullable=False),
        _bytes("content"),
    )
    op.create_index("view_alerts_by_seq", "view_alerts", ["agency", "seq"])
    op.create_table("view_closings", _text("agency", **_KEY), _bytes("record", **_KEY), _number("seq"), **_NARROW)
    op.create_table("view_positions", _text("agency", **_KEY), _text("consumer", 40, **_KEY), _number("seq"), **_NARROW)
