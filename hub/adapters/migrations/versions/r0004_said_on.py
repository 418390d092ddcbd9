"""When a partner itself said last what grows old, so that it can be asked whether that is still so.

What is there already has no such day: its partner is asked once it has said it anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_SAID = sa.text("said_on IS NOT NULL")


def upgrade() -> None:
    """A day for each fact, and an index of those that have one."""
    op.add_column("view_facts", sa.Column("said_on", sa.BigInteger, nullable=True))
    op.create_index(
        "view_facts_by_age",
        "view_facts",
        ["agency", "fact", "said_on"],
        sqlite_where=_SAID,
        postgresql_where=_SAID,
    )
