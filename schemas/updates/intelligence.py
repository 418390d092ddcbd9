"""Intelligence: what the police have heard, graded by who said it and how, and how it may be handled."""

from typing import ClassVar

from schemas.programme_vocabulary import HandlingCode, IntelligenceAssessment, SourceEvaluation
from schemas.updates.base import Day, Line, Update, Words
from schemas.vocabulary import Enforcement


class ReportSubmitted(Update):
    """An intelligence report, sanitised: it names no source, no associate and no victim (D19, D20; IX15)."""

    KIND: ClassVar[str] = "intelligence.report.submitted"
    FEEDS: ClassVar[frozenset[Enforcement]] = frozenset({Enforcement.WANTED})
    CORRECTABLE: ClassVar[frozenset[str]] = frozenset({"report", "assessment", "handling_code", "conditions"})

    report: Words
    source_evaluation: SourceEvaluation
    assessment: IntelligenceAssessment
    handling_code: HandlingCode
    conditions: Line | None = None
    submitted_by: Line
    review_on: Day
