"""Stepping from one revision to the next. Only this module knows alembic, which takes a while to import."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def known() -> list[str]:
    """Every revision that this version of the hub has, the first one first."""
    revisions = ScriptDirectory.from_config(_config()).walk_revisions()
    return [each.revision for each in revisions][::-1]


def upgrade(connection: Connection, to: str = "head") -> None:
    """Take every step up to a revision, in the transaction that is open."""
    _on(connection, command.upgrade, to)


def stamp(connection: Connection, revision: str) -> None:
    """Write down that a store is of a revision."""
    _on(connection, command.stamp, revision)


def _on(connection: Connection, do: Callable[[Config, str], None], revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    do(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "hub.adapters:migrations")
    config.set_main_option("path_separator", "os")
    return config
