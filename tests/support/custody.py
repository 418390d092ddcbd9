"""Short stories of custody and court, and what partners have of them: in their views and as alerts."""

from collections.abc import Callable
from typing import Any

from consumers import rows
from consumers.alerts import shown
from hub.timers import fire_due
from support.builders import (
    a_charge,
    a_clearing,
    a_consent,
    a_hearing,
    a_marker,
    a_missed_appointment,
    a_recall,
    a_reception,
    a_release_plan,
    a_sentence,
    a_verdict,
    an_arrest,
    an_outcome,
)
from support.later import COLUMNS, PATHWAYS, has
from support.partnership import (
    DRUGS,
    EVERYONE,
    HOSTEL,
    HOUSING,
    POLICE,
    PRISON,
    PROBATION,
    UNIT,
    Partnership,
)

LOCAL, COURT, HEALTH, MENTORS = (
    "northshire-neighbourhood-team",
    "northshire-court",
    "northshire-health",
    "walk-along-mentors",
)
AT_WORK = (*EVERYONE, LOCAL, COURT, HEALTH, MENTORS)
NAMED = COLUMNS | {"local": LOCAL, "court": COURT, "health": HEALTH, "mentors": MENTORS}
SUPPORT = (HOUSING, HOSTEL, DRUGS, HEALTH, MENTORS)
MISSED, DIED = "supervision.appointment.missed", "custody.person.died"


class Story:
    """One person whom all these agencies work with, and what happens to the person, an hour after the other."""

    def __init__(self, partners: Partnership, without: str = "") -> None:
        self.p = partners
        self.someone = partners.person(1)
        agreed = a_consent(HOSTEL, MENTORS, purposes=("accommodation", "resettlement"))
        partners.publish(PROBATION, "trust.consent.given", self.someone | agreed)
        for agency in AT_WORK:
            if agency not in (UNIT, without):
                partners.involve(self.someone, agency, PATHWAYS.get(agency, ()))

    def says(self, agency: str, kind: str, data: dict[str, Any], about: Any = None) -> Any:
        """An agency publishes, an hour later; `about` somebody else's update."""
        self.p.hub.catch_up()
        self.p.clock.turn(hours=1)
        fire_due(self.p.hub.acceptor)
        named = self.someone if about is None else about
        return self.p.publish(agency, kind, named | data)

    def as_known_to(self, agency: str, publisher: str, update_id: Any) -> str:
        """Another agency's update, as this one knows it."""
        return str(self.p.hub.identity.message(agency, publisher, update_id))

    def arrested(self) -> Any:
        """The police arrest the person."""
        return self.says(POLICE, "custody.person.arrested", an_arrest())

    def left(self, arrest: Any, outcome: str) -> None:
        """The police say how that ended."""
        self.says(POLICE, "custody.person.left", an_outcome(arrest, outcome), {})

    def concluded(self, arrest: Any, outcome: str) -> None:
        """Probation says how the case ended at court."""
        known = self.as_known_to(PROBATION, POLICE, arrest)
        self.says(PROBATION, "court.hearing.concluded", a_verdict(known, outcome), {})


def arrested_and_acquitted(story: Story) -> None:
    """Charged, and not guilty."""
    arrest = story.arrested()
    story.left(arrest, "charged")
    story.says(POLICE, "custody.person.charged", a_charge(arrest), {})
    story.concluded(arrest, "acquitted")


def acquitted_from_remand(story: Story) -> None:
    """Remanded, and then the case is dropped."""
    arrest = story.arrested()
    story.left(arrest, "remanded")
    story.concluded(arrest, "discontinued")


def convicted_and_sentenced(story: Story) -> None:
    """Bailed, convicted, sentenced."""
    arrest = story.arrested()
    story.left(arrest, "bailed")
    story.concluded(arrest, "convicted")
    story.says(COURT, "court.person.sentenced", a_sentence())


def summoned(story: Story) -> None:
    """Charged by post: nobody was arrested."""
    story.says(POLICE, "custody.person.charged", a_charge())
    story.says(COURT, "court.hearing.listed", a_hearing())
    story.says(COURT, "court.hearing.concluded", a_verdict())


def recalled(story: Story) -> None:
    """Probation recalls the person."""
    story.says(PROBATION, "custody.person.recalled", a_recall())


def recalled_and_received(story: Story) -> None:
    """Recalled, and in prison an hour later."""
    recalled(story)
    story.says(PRISON, "custody.person.received", a_reception(reason="recall"))


def wanted(story: Story) -> Any:
    """The police look for the person."""
    return story.says(POLICE, "custody.person.wanted", a_marker())


def wanted_and_cleared(story: Story) -> None:
    """Wanted, and found."""
    story.says(POLICE, "custody.wanted.cleared", a_clearing(wanted(story)), {})


def plan_changed(story: Story) -> None:
    """Due for release, and then four days later."""
    plan = story.says(PRISON, "custody.release.planned", a_release_plan())
    story.says(PRISON, "custody.release.changed", {"plan": str(plan), "release_on": "2026-03-20"}, {})


def wanted_and_dead(story: Story) -> None:
    """Wanted, and dead; an appointment is missed afterwards."""
    wanted(story)
    story.says(PROBATION, DIED, {"died_on": "2026-03-02"})
    story.says(PROBATION, MISSED, a_missed_appointment())


STORIES: dict[str, Callable[[Story], Any]] = {
    "acquitted": arrested_and_acquitted,
    "discontinued": acquitted_from_remand,
    "convicted": convicted_and_sentenced,
    "summoned": summoned,
    "recalled": recalled,
    "received": recalled_and_received,
    "wanted": wanted,
    "cleared": wanted_and_cleared,
    "changed": plan_changed,
    "dead": wanted_and_dead,
}


def has_now(partners: Partnership, agency: str) -> list[str]:
    """What an agency has in its view and as alerts, beside the cohort."""
    _, view, alerts = has(partners, agency)
    kept = [
        ", ".join(name for name in view.split(", ") if name != "cohort"),
        ", ".join(dict.fromkeys(alerts.split(", "))),
    ]
    return [each or "-" for each in kept]


def views_of(partners: Partnership, agency: str) -> dict[str, Any]:
    """An agency's facts as they are read, by name."""
    partners.hub.catch_up()
    views = partners.hub.hosted[agency].views
    found = (fact for record in views.records() for fact in rows.shown(views.facts(record)))
    return {fact.fact: fact.model_dump(mode="json") for fact in found}


def alerts_about(partners: Partnership, agency: str, about: str) -> list[dict[str, Any]]:
    """An agency's alerts about something, the newest first."""
    partners.hub.catch_up()
    rows_now = partners.hub.hosted[agency].views.alerts(open_only=False, limit=50)
    return [alert.model_dump(mode="json") for alert in map(shown, rows_now) if alert.about == about]
