"""What alembic runs: every step, on the connection and in the transaction that it is given."""

from alembic import context

from hub.adapters.tables import metadata

connection = context.config.attributes["connection"]
# SQLite changes a column by making the table anew: operations in batch mode do so, and alter it in PostgreSQL.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
