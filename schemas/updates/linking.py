"""Linking: that two sets of identifiers are of one person, and that they are not. No record is moved by it."""

from typing import ClassVar

from schemas.identifiers import Identifiers, UpdateRef
from schemas.programme_vocabulary import LinkGround
from schemas.updates.base import Line, Update, Words


class IdentityLinked(Update):
    """Further identifiers are this person's, as a named person found; it counts once confirmed (D12, D27)."""

    KIND: ClassVar[str] = "trust.identity.linked"

    further: Identifiers
    ground: LinkGround
    decided_by: Line


class IdentityUnlinked(Update):
    """A link was wrong, or can no longer be relied on; anybody who may link may say so."""

    KIND: ClassVar[str] = "trust.identity.unlinked"
    REFERS_TO: ClassVar[str | None] = "link"
    REFERS_TO_KINDS: ClassVar[frozenset[str]] = frozenset({IdentityLinked.KIND})

    link: UpdateRef
    decided_by: Line
    reason: Words | None = None
