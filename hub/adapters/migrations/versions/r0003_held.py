"""What is kept of a held update beside its content: what it waits for, and whether it is urgent (D27). And which
records may be of one case.

What was held before waits for nobody but whoever places it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Two narrow tables, the first filled from the updates that belong to no record."""
    op.create_table(
        "held",
        sa.Column("publisher", sa.String(63), nullable=False, primary_key=True),
        sa.Column("update_id", sa.LargeBinary, nullable=False, primary_key=True),
        sa.Column("awaits", sa.LargeBinary, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
    )
    op.create_table(
        "joined",
        sa.Column("record_id", sa.LargeBinary, nullable=False, primary_key=True),
        sa.Column("other", sa.LargeBinary, nullable=False, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("held_by_awaited", "held", ["publisher", "awaits"])
    op.execute(
        sa.text(
            "insert into held (publisher, update_id, awaits, urgent) "
            "select publisher, update_id, update_id, false from updates where record_id is null"
        )
    )
