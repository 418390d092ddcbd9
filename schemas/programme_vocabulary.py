"""The closed lists of the programme itself: selection, reviews, links, answers, intelligence."""

from enum import StrEnum


class Proposal(StrEnum):
    """What a score proposes to whoever decides (requirements SR1 to SR3)."""

    ACCEPT = "accept"
    TARGET = "target"
    MONITOR_OR_REJECT = "monitor_or_reject"


class Readiness(StrEnum):
    """The four categories of readiness to benefit, in order (requirement SR19)."""

    LAST_CHANCE = "last_chance_before_custody"
    READY_TO_CHANGE = "ready_to_change"
    VULNERABLE = "vulnerable"
    NOT_YET_READY = "not_yet_ready"


class Deselection(StrEnum):
    """Why somebody leaves the programme."""

    GOOD_PROGRESS = "good_progress"
    NON_ENGAGEMENT = "non_engagement"
    CAPACITY = "capacity"
    CUSTODY = "custody"
    MOVED_AWAY = "moved_away"
    DIED = "died"
    CONTESTED = "contested"


class CountsAs(StrEnum):
    """What leaving the programme says of it: success, or nothing (D21)."""

    SUCCESS = "success"
    NEUTRAL = "neutral"


class TransferReason(StrEnum):
    """Why another agency takes a case over (requirements IX12, GV7)."""

    PROVIDER_CHANGED = "provider_changed"
    AREA_CHANGED = "area_changed"
    SERVICE_SPLIT = "service_split"
    OTHER = "other"


class ReviewForm(StrEnum):
    """How a review takes place (requirement RV2)."""

    MEETING = "meeting"
    CALL = "call"
    WITHOUT_MEETING = "without_meeting"


class MoveReason(StrEnum):
    """Why a review was moved; none is cancelled (requirement RV5)."""

    PARTNER_UNAVAILABLE = "partner_unavailable"
    PERSON_UNAVAILABLE = "person_unavailable"
    CONTRIBUTIONS_MISSING = "contributions_missing"
    OTHER = "other"


class ReviewProposal(StrEnum):
    """What a partner proposes to a review; none of it decides (D21)."""

    GO_ON = "go_on"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    DESELECT = "deselect"


class ReviewDecision(StrEnum):
    """What was decided after a review; to leave the programme takes a decision of its own."""

    GOES_ON = "goes_on"
    STEPPED_UP = "stepped_up"
    STEPPED_DOWN = "stepped_down"
    DESELECTION_PROPOSED = "deselection_proposed"


class Achieved(StrEnum):
    """How far a target was met."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"


class LinkGround(StrEnum):
    """How somebody found that identifiers are of one person; never by name and birth date alone (D27)."""

    FINGERPRINTS = "fingerprints"
    DOCUMENTS = "documents"
    RECORDS_COMPARED = "records_compared"


class CorrectionAnswer(StrEnum):
    """What the publisher answers to somebody who says that an update is wrong."""

    CORRECTED = "corrected"
    STANDS = "stands"
    MARKED_DISPUTED = "marked_disputed"


class Outcome(StrEnum):
    """What became of something that a partner said or acted on (requirement IX8)."""

    ACTED_ON = "acted_on"
    PASSED_ON = "passed_on"
    NO_ACTION_NEEDED = "no_action_needed"
    COULD_NOT_ACT = "could_not_act"


class SourceEvaluation(StrEnum):
    """How reliable who said it is."""

    RELIABLE = "1"
    UNTESTED = "2"
    NOT_RELIABLE = "3"


class IntelligenceAssessment(StrEnum):
    """How who said it came to know."""

    KNOWN_DIRECTLY = "A"
    KNOWN_INDIRECTLY_BUT_CORROBORATED = "B"
    KNOWN_INDIRECTLY = "C"
    NOT_KNOWN = "D"
    SUSPECTED_FALSE = "E"


class HandlingCode(StrEnum):
    """Whether sharing is permitted as such, or under the conditions that the report names."""

    PERMITTED = "P"
    PERMITTED_WITH_CONDITIONS = "C"
