"""The alerts about one person are found without reading all of a partner's: some end by what is told later (D3)."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """One index."""
    op.create_index("view_alerts_by_record", "view_alerts", ["agency", "record"])
