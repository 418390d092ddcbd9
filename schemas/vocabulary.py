"""The closed lists: every word an update, a policy or a view may use."""

from enum import StrEnum


class Pathway(StrEnum):
    """The eight strands of need an IOM case is worked on (requirement CV3)."""

    ACCOMMODATION = "accommodation"
    DRUGS_ALCOHOL = "drugs_alcohol"
    HEALTH = "health"
    ETE = "ete"
    FINANCE = "finance"
    FAMILIES = "families"
    ATTITUDES = "attitudes"
    EXPLOITATION_VIOLENCE = "exploitation_violence"


class Involvement(StrEnum):
    """How closely an agency works a case, from not at all to leading it; narrowest first."""

    NONE = "none"
    REFERRED = "referred"
    ACTIVE = "active"
    LEAD = "lead"


class Purpose(StrEnum):
    """What a person may consent to, and what a clause says it tells a partner for."""

    PUBLIC_PROTECTION = "public_protection"
    SUPERVISION = "supervision"
    RESETTLEMENT = "resettlement"
    ACCOMMODATION = "accommodation"
    TREATMENT = "treatment"
    PROGRAMME = "programme"


class ConsentScope(StrEnum):
    """What a consent may be limited to (D15)."""

    WHEREABOUTS = "whereabouts"
    HEALTH = "health"
    OFFENDING = "offending"
    REFERRAL = "referral"


class Restriction(StrEnum):
    """Why a case is closed to all but the agencies that its restriction names."""

    SENSITIVE_OPERATION = "sensitive_operation"
    VICTIM_SAFETY = "victim_safety"
    CONFLICT_OF_INTEREST = "conflict_of_interest"


class Concern(StrEnum):
    """What a safeguarding disclosure is about (requirement TR4); roles and needs, never another person's name (D19)."""

    CHILD_AT_RISK = "child_at_risk"
    ADULT_AT_RISK = "adult_at_risk"
    DOMESTIC_ABUSE = "domestic_abuse"
    THREAT_TO_LIFE = "threat_to_life"
    SELF_HARM = "self_harm"


class Enforcement(StrEnum):
    """What a kind of update can set in motion against a person; no support agency publishes such a kind (D7)."""

    WHEREABOUTS = "whereabouts"
    WANTED = "wanted"
    BREACH = "breach"


class Review(StrEnum):
    """How the data owner's side finds that access was opened in an emergency (D13)."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


class Handling(StrEnum):
    """The publisher's own caveat on one update."""

    NORMAL = "normal"
    RESTRICTED = "restricted"


class Age(StrEnum):
    """Unknown is not a member: a rule reads it as youth (D18)."""

    ADULT = "adult"
    YOUTH = "youth"


class RecordedAs(StrEnum):
    """A fact is told apart from an opinion (DPA 2018 s.38)."""

    FACT = "fact"
    OPINION = "opinion"


class Certainty(StrEnum):
    """Where an arrest or a release stands: told at once, then settled by an update of its own."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Stands(StrEnum):
    """All that is said of an earlier update to a partner whose ground has lapsed since (D1)."""

    CONFIRMED = "confirmed"
    NO_LONGER_STANDS = "no_longer_stands"
    CHANGED = "changed"


class CustodyOutcome(StrEnum):
    """How a stay in police custody ended (D1)."""

    NO_FURTHER_ACTION = "no_further_action"
    RELEASED_UNDER_INVESTIGATION = "released_under_investigation"
    BAILED = "bailed"
    CHARGED = "charged"
    REMANDED = "remanded"


class RecallType(StrEnum):
    """How somebody is recalled to prison."""

    FIXED_TERM = "fixed_term"
    STANDARD = "standard"
    EMERGENCY = "emergency"


class WantedFor(StrEnum):
    """On which ground the police look for somebody."""

    WARRANT = "warrant"
    RECALL = "recall"
    ARREST = "arrest"


class WantedEnd(StrEnum):
    """Why the police look for somebody no longer."""

    FOUND = "found"
    SURRENDERED = "surrendered"
    CANCELLED = "cancelled"


class HearingPurpose(StrEnum):
    """What a hearing is listed for."""

    FIRST_APPEARANCE = "first_appearance"
    PLEA = "plea"
    TRIAL = "trial"
    SENTENCE = "sentence"
    BREACH = "breach"
    BAIL = "bail"
    APPEAL = "appeal"


class CourtOutcome(StrEnum):
    """How a case ended at court (D1)."""

    CONVICTED = "convicted"
    ACQUITTED = "acquitted"
    DISCONTINUED = "discontinued"
    QUASHED = "quashed"


class SentenceType(StrEnum):
    """What a court imposed."""

    CUSTODY = "custody"
    SUSPENDED = "suspended"
    COMMUNITY_ORDER = "community_order"
    FINE = "fine"
    DISCHARGE = "discharge"
    OTHER = "other"


class ReceptionReason(StrEnum):
    """Why a prison received someone."""

    NEW_CUSTODY = "new_custody"
    RECALL = "recall"
    TRANSFER = "transfer"


class ReleaseReason(StrEnum):
    """Why a prison released someone for good; absences, deaths and absconds are not releases."""

    CONDITIONAL = "conditional"
    UNCONDITIONAL = "unconditional"
    HOME_DETENTION_CURFEW = "home_detention_curfew"
    EARLY = "early"
    BAIL = "bail"
    NO_CUSTODIAL_SENTENCE = "no_custodial_sentence"
    OTHER = "other"


class CancelReason(StrEnum):
    """Why a release plan was cancelled."""

    DATE_CHANGED = "date_changed"
    FURTHER_CUSTODY = "further_custody"
    RECORDED_IN_ERROR = "recorded_in_error"
    OTHER = "other"


class WithdrawalReason(StrEnum):
    """Why an update no longer stands."""

    UNDONE = "undone"
    RECORDED_IN_ERROR = "recorded_in_error"


class DrugTest(StrEnum):
    """How a drug test came out, on arrest or in treatment."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    REFUSED = "refused"


class Activity(StrEnum):
    """The five activity types of the supervision regime (requirement CV4)."""

    OFFICE_APPOINTMENT = "office_appointment"
    PROGRAMME = "programme"
    LEISURE = "leisure"
    PARTNER_APPOINTMENT = "partner_appointment"
    HOME_VISIT = "home_visit"


class VisitPurpose(StrEnum):
    """Why staff visit somebody at home (requirement IX11)."""

    SUPERVISION = "supervision"
    SAFEGUARDING = "safeguarding"
    WELFARE = "welfare"


class VisitOutcome(StrEnum):
    """Whom a home visit met."""

    SEEN = "seen"
    NOT_IN = "not_in"
    REFUSED = "refused"


class ContactLevel(StrEnum):
    """How closely somebody is supervised; `weekly_contacts` says what that comes to."""

    INTENSIVE = "intensive"
    STANDARD = "standard"
    LIGHT = "light"


class BreachOf(StrEnum):
    """What somebody is said to have breached; whoever is on the programme by agreement has nothing to breach (D7)."""

    ORDER = "order"
    LICENCE = "licence"
    POST_SENTENCE_SUPERVISION = "post_sentence_supervision"


class BreachGround(StrEnum):
    """Why breach proceedings are started."""

    MISSED_APPOINTMENT = "missed_appointment"
    CONDITION_BROKEN = "condition_broken"
    NEW_CHARGE = "new_charge"


class BreachOutcome(StrEnum):
    """How breach proceedings ended."""

    WITHDRAWN = "withdrawn"
    NOT_PROVED = "not_proved"
    CONTINUES = "continues"
    RESENTENCED = "resentenced"
    RECALLED = "recalled"


class StaffMeasure(StrEnum):
    """What staff do to stay safe; never why (D17)."""

    VISIT_IN_PAIRS = "visit_in_pairs"
    OFFICE_ONLY = "office_only"


class Band(StrEnum):
    """The risk band of a local practice pack (requirement SR9)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class HousingNeed(StrEnum):
    """Where someone due for release is to live."""

    RETURNS_HOME = "returns_home"
    NEW_ADDRESS = "new_address"
    NOWHERE = "nowhere"


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
