"""The ways between a kit and the hub. (By itself, so that `--help` need not read all of the kit.)"""

from enum import StrEnum


class Over(StrEnum):
    """A way to publish."""

    KAFKA = "kafka"
    HTTP = "http"
