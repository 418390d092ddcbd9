"""The published catalogue of HMPPS events: what each type is about, and why it becomes no update.

Most types say only that something changed, and where somebody with an account may read what. The hub has no such
account, so they are set aside by name, and whoever runs the import sees what would have to be told by hand. The types
are those of ministryofjustice/hmpps-domain-events; `tests/fixtures/hmpps/catalogue.csv` lists every one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import JsonValue

SET_ASIDE: Mapping[str, str] = MappingProxyType(
    {
        "unreadable": "The message is not one JSON object with each key once and nothing unsafe in it.",
        "not_a_notification": "The envelope is about the subscription itself, not about a person.",
        "unknown_event_type": "The event is of a type that the hub does not know.",
        "unknown_version": "The event is of a version that the hub does not know.",
        "not_carried": "The event is of a known type that becomes no update.",
        "immediate_twin": "The same movement is told again once mistakes have been undone, and only that event counts.",
        "contradicts_itself": "One part of the message contradicts another, so neither is believed.",
        "unknown_reason": "The reason of the movement is missing, unknown, or not one that the hub knows.",
        "no_movement_code": "Without its movement code a release may be a death, and an admission a recall.",
        "code_unreadable": "The movement code is not written as the prison system writes its codes.",
        "absconded": "The movement code says that the person absconded.",
        "escaped": "The movement code says that the person escaped.",
        "deported": "The movement code says that the person was handed over for removal or to another country.",
        "to_hospital": "The person went to hospital and is not free.",
        "merged_records": "The movement code says that two records were merged: nobody left.",
        "not_released": "The movement code says that the discharge is no release.",
        "sent_to_court": "The person went to court and is expected back.",
        "temporary_absence": "The person is out for a time and is expected back.",
        "transferred_out": "The person left for another prison, which will say so when it receives them.",
        "returned_from_court": "The person came back from court and had not been released.",
        "returned_from_absence": "The person came back from an absence and had not been released.",
        "reception_unclear": "The movement code says neither new custody nor surely a recall.",
        "no_person": "The message names no prison number.",
        "noms_invalid": "A prison number in the message is not a letter, four digits and two letters.",
        "persons_disagree": "The message names more than one prison number.",
        "times_unreadable": "The time of the event is not an RFC 3339 time with its zone.",
        "prison_unreadable": "The prison is not written as the prison system writes its prisons.",
        "identities_merged": "Two numbers were found to be one person's: a named person decides on the link.",
        "identities_parted": "What was one person's is two people's: a named person decides what belongs to whom.",
        "booking_moved": "A stay in prison is another person's: the prison withdraws what was told of the first.",
        "booking_deleted": "A stay in prison was deleted: the prison withdraws what was told of it.",
        "identifier_added": "Another system found a second number of the person: a named person decides on the link.",
        "dates_not_said": "The event says that key dates or a sentence changed, not what they are now.",
        "licence_not_said": "The event says that a licence or its conditions changed, not what they require.",
        "register_not_carried": "A register of probation changed, and the hub has no kind of update for registers.",
        "warrant_or_summons": "A register says that a warrant or a summons is out, not which; nobody is wanted by it.",
        "prison_alert": "An alert of the prison system changed, and the hub has no kind of update for these.",
        "court_diary": "A prison's court diary changed, which says nothing certain of what the court does.",
        "absence_diary": "A temporary absence was planned, changed or recorded: whoever is out is expected back.",
        "placement_not_said": "The event says that an application or a placement changed, not where anybody lives.",
        "referral_not_said": "The event says that a referral, a session or a programme changed, not how.",
        "national_score": "A national score or tier changed, and the programme scores by its own method.",
        "worker_changed": "The event says that another officer is responsible, not which agency works the case.",
        "restricted_patient": "The person is held in hospital, or no longer: neither is a release.",
    }
)
"""Why a message becomes no update, by name. Fixed sentences, so none can repeat what a message says."""

_POE, _SEARCH = "prison-offender-events.prisoner.", "prisoner-offender-search.prisoner."
# Of the publisher of movements each noun stands alone, so that a new type of event shows up as unknown.
_NOUNS = (
    "activities-changed appointments-changed cell.move contact- dietary.information. fine-payment. "
    "imprisonment-status-changed non-association-detail. person-restriction. restriction. video-appointment."
)
_ABOUT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "immediate_twin": (f"{_SEARCH}received", f"{_SEARCH}released"),
        "identities_merged": (f"{_POE}merged", "probation-case.merge."),
        "identities_parted": ("probation-case.unmerge.",),
        "booking_moved": (f"{_POE}booking.moved",),
        "booking_deleted": (f"{_POE}booking.deleted", f"{_SEARCH}removed"),
        "identifier_added": ("probation-case.prison-identifier.",),
        "dates_not_said": (
            *("calculate-release-dates.", "release-date-adjustments.", f"{_POE}sentence-dates-changed"),
            *(f"{_POE}sentence.", f"{_POE}sentence-term.", f"{_POE}fixed-term-recall."),
        ),
        "licence_not_said": ("create-and-vary-a-licence.",),
        "register_not_carried": ("probation-case.registration.",),
        "prison_alert": (f"{_SEARCH}alerts-updated", "prisoner-alerts.", "person.alert.", "person.alerts."),
        "court_diary": ("person.court-appearance",),
        "absence_diary": ("person.temporary-absence",),
        "placement_not_said": ("accommodation.", "applications.", "approved-premises."),
        "referral_not_said": ("intervention.", "interventions.", "accredited-programmes-community."),
        "national_score": ("risk-assessment.", "probation-case.risk-scores.", "tier."),
        "worker_changed": (
            *("offender-management.", "person.community.manager.", "event.manager."),
            *("licence-condition.manager.", "requirement.manager."),
        ),
        "restricted_patient": ("restricted-patients.",),
        "not_carried": (
            *(f"{_POE}{noun}" for noun in _NOUNS.split()),
            *("prison-offender-events.visitor.", _SEARCH, "person.case-note.", "person.csip-record."),
            *("prison.case-note.", "prison-recall.", "probation-case.", "probation.appointment.", "pre-sentence."),
            *("activities.", "adjudication.", "appointments.", "incentives.", "incident.", "location.inside."),
            *("manage-offences.", "non-associations.", "prison-visit", "unpaid-work."),
        ),
    }
)
"""How the types of each subject begin. What is about none of these shows as unknown; the first that fits counts."""

_REGISTERS, _WARRANT = "probation-case.registration.", "WRSM"


def why_not(event_type: str, register: JsonValue = None) -> str:
    """The name under which an event of this type is set aside; `register` is the code of a register of probation."""
    if event_type.startswith(_REGISTERS) and register == _WARRANT:
        return "warrant_or_summons"
    found = (name for name, begins in _ABOUT.items() if event_type.startswith(begins))
    return next(found, "unknown_event_type")
