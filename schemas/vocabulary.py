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
