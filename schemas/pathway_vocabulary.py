"""The closed lists of the pathways: homes, needs, support, and how things go."""

from enum import StrEnum


class HomeBefore(StrEnum):
    """Where somebody lived before custody (the resettlement assessment of HMPPS, accommodation, version 4)."""

    PRIVATE_RENTED = "private_rented"
    OWNED = "owned"
    FAMILY_OR_FRIENDS = "family_or_friends"
    SOCIAL_HOUSING = "social_housing"
    LOCAL_AUTHORITY_OR_SUPPORTED = "local_authority_or_supported"
    HOSTEL = "hostel"
    EMERGENCY_HOUSING = "emergency_housing"
    APPROVED_PREMISES = "approved_premises"
    IMMIGRATION_ACCOMMODATION = "immigration_accommodation"
    NOTHING_FIXED = "nothing_fixed"
    NOT_SAID = "not_said"


class HomeAfter(StrEnum):
    """Where somebody is to live on release (the same assessment)."""

    PREVIOUS_ADDRESS = "previous_address"
    NEW_ADDRESS = "new_address"
    NOWHERE = "nowhere"
    NOT_SAID = "not_said"


class HomeSupport(StrEnum):
    """What somebody needs help with to have a home (the support needs of HMPPS, accommodation)."""

    END_A_TENANCY = "end_a_tenancy"
    KEEP_A_TENANCY_IN_CUSTODY = "keep_a_tenancy_in_custody"
    FIND_A_HOME = "find_a_home"
    PAY_RENT_ARREARS = "pay_rent_arrears"
    OTHER = "other"


class Agreed(StrEnum):
    """How somebody agreed; there is no word for somebody who did not."""

    IN_WRITING = "in_writing"
    ALOUD = "aloud"


class PlacementEnd(StrEnum):
    """Why somebody no longer lives at a place."""

    MOVED_ON = "moved_on"
    CAME_TO_ITS_TERM = "came_to_its_term"
    ASKED_TO_LEAVE = "asked_to_leave"
    LEFT = "left"
    OTHER = "other"


class TenancyRisk(StrEnum):
    """Why a tenancy may be lost (requirement RL14)."""

    IN_CUSTODY = "in_custody"
    RENT_ARREARS = "rent_arrears"
    NOTICE_SERVED = "notice_served"
    OTHER = "other"


class Suitability(StrEnum):
    """All that a placement check says of placing somebody (D10)."""

    SUITABLE = "suitable"
    ASK_THE_COORDINATOR = "ask_the_coordinator"


class AddressSuitability(StrEnum):
    """All that a placement check says of an address (D10)."""

    SUITABLE = "suitable"
    NOT_SUITABLE = "not_suitable"


class PathwayStatus(StrEnum):
    """How the work on one pathway stands; these six are published as one list for prison and probation."""

    NOT_STARTED = "not_started"
    SUPPORT_REQUIRED = "support_required"
    IN_PROGRESS = "in_progress"
    SUPPORT_NOT_REQUIRED = "support_not_required"
    SUPPORT_DECLINED = "support_declined"
    DONE = "done"


class Direction(StrEnum):
    """Which way things go on a pathway: progress that no status shows (requirement CV13)."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


class NeedLevel(StrEnum):
    """How much help an assessment found that somebody needs."""

    NONE = "none"
    SOME = "some"
    MUCH = "much"


class SupportEnd(StrEnum):
    """Why help on a pathway ended."""

    COMPLETED = "completed"
    MOVED_ON = "moved_on"
    STOPPED_COMING = "stopped_coming"
    DECLINED = "declined"
    NO_PLACE = "no_place"
    CUSTODY = "custody"
    DIED = "died"


class Substance(StrEnum):
    """What a treatment or a test is about."""

    ALCOHOL = "alcohol"
    OPIATES = "opiates"
    COCAINE = "cocaine"
    CANNABIS = "cannabis"
    AMPHETAMINES = "amphetamines"
    BENZODIAZEPINES = "benzodiazepines"
    OTHER = "other"


class Benefit(StrEnum):
    """What the state pays somebody."""

    UNIVERSAL_CREDIT = "universal_credit"
    HOUSING_BENEFIT = "housing_benefit"
    PERSONAL_INDEPENDENCE_PAYMENT = "personal_independence_payment"
    OTHER = "other"


class WorkingTime(StrEnum):
    """How much of the week a job takes."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    CASUAL = "casual"


class FamilyRole(StrEnum):
    """What somebody is to others in the family; a role, and never anybody's name (D19)."""

    PARENT = "parent"
    PARTNER = "partner"
    SON_OR_DAUGHTER = "son_or_daughter"
    CARER = "carer"


class Exploitation(StrEnum):
    """How somebody is used or hurt, without a word of who does it (D19)."""

    CRIMINAL = "criminal"
    SEXUAL = "sexual"
    LABOUR = "labour"
    CUCKOOING = "cuckooing"
    DOMESTIC_ABUSE = "domestic_abuse"
