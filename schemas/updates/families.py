"""Families: what somebody needs as a parent, a partner or a child; a role and a need, and never a name (D19)."""

from typing import ClassVar

from schemas.pathway_vocabulary import FamilyRole
from schemas.updates.base import Update
from schemas.updates.pathways import NeedAssessed, StatusChanged, SupportEnded, SupportStarted


class FamiliesNeedAssessed(NeedAssessed):
    """What somebody needs as a member of a family: their role and the need, and no relative's name (D19)."""

    KIND: ClassVar[str] = "families.need.assessed"
    STATE: ClassVar[str | None] = "need/families"
    CORRECTABLE: ClassVar[frozenset[str]] = NeedAssessed.CORRECTABLE | {"family_role"}

    family_role: FamilyRole


class FamiliesSupportStarted(SupportStarted):
    """Work with somebody as a member of a family began."""

    KIND: ClassVar[str] = "families.support.started"
    STATE: ClassVar[str | None] = "support/families"


class FamiliesSupportEnded(SupportEnded):
    """Work with somebody as a member of a family ended."""

    KIND: ClassVar[str] = "families.support.ended"
    STATE: ClassVar[str | None] = "support/families"


class FamiliesStatusChanged(StatusChanged):
    """How family life stands, without a word of who else is in it (D19)."""

    KIND: ClassVar[str] = "families.status.changed"
    STATE: ClassVar[str | None] = "status/families"


KINDS: tuple[type[Update], ...] = (
    FamiliesNeedAssessed,
    FamiliesSupportStarted,
    FamiliesSupportEnded,
    FamiliesStatusChanged,
)
"""The kinds of this strand."""
