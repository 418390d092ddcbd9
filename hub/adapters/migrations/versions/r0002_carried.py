"""How far each feed was carried to a broker. Hubs from before there were revisions find a mark that they refuse."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The table may be there: hubs made it on their own before stores had revisions."""
    op.create_table(
        "carried",
        sa.Column("recipient", sa.String(63), nullable=False, primary_key=True),
        sa.Column("channel", sa.String(40), nullable=False, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.execute(sa.text("update meta set value = :mark where name = 'format'").bindparams(mark=b"3"))
