"""The closed lists of supervision: visits, levels of contact, breach, and the safety of staff."""

from enum import StrEnum


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
