"""Money: an income, an account, debts, and the benefits that were arranged."""

from typing import ClassVar

from schemas.pathway_vocabulary import Benefit
from schemas.updates.base import Day, Update
from schemas.updates.pathways import NeedAssessed, StatusChanged, SupportEnded, SupportStarted


class FinanceNeedAssessed(NeedAssessed):
    """What somebody needs to get by: an income, an account, a way out of debt."""

    KIND: ClassVar[str] = "finance.need.assessed"
    STATE: ClassVar[str | None] = "need/finance"


class FinanceSupportStarted(SupportStarted):
    """Help with money, debt or proof of identity began."""

    KIND: ClassVar[str] = "finance.support.started"
    STATE: ClassVar[str | None] = "support/finance"


class FinanceSupportEnded(SupportEnded):
    """Help with money, debt or proof of identity ended."""

    KIND: ClassVar[str] = "finance.support.ended"
    STATE: ClassVar[str | None] = "support/finance"


class FinanceStatusChanged(StatusChanged):
    """How money stands."""

    KIND: ClassVar[str] = "finance.status.changed"
    STATE: ClassVar[str | None] = "status/finance"


class BenefitsArranged(Update):
    """A benefit will be paid, from when, and whether the rent comes out of it."""

    KIND: ClassVar[str] = "finance.benefits.arranged"
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"arranged_on", "benefit", "paid_from", "covers_rent"})

    arranged_on: Day
    benefit: Benefit
    paid_from: Day | None = None
    covers_rent: bool | None = None


KINDS: tuple[type[Update], ...] = (
    FinanceNeedAssessed,
    FinanceSupportStarted,
    FinanceSupportEnded,
    FinanceStatusChanged,
    BenefitsArranged,
)
"""The kinds of this strand."""
