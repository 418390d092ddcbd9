"""The words in which tests put things right: corrections, ends of consent, restrictions, recalls."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from support.builders import an_arrest
from support.partnership import POLICE, PROBATION, UNIT
from support.seeing import Scene

ARREST, PLAN, CORRECTED = "custody.person.arrested", "custody.release.planned", "trust.update.corrected"
RECALLED, ENDED, WITHDREW = "trust.disclosure.recalled", "trust.consent.withdrawn", "programme.agency.withdrew"
RESTRICTED, LIFTED = "trust.restriction.set", "trust.restriction.lifted"
Act = Callable[[], Any]


def arrested(scene: Scene, **more: Any) -> UUID:
    """The police arrest the person, and say a good deal of it; a minute goes by."""
    full = an_arrest(expected_until="2026-03-03T08:30:00Z", drug_test="positive", officer="PC Example", **more)
    found: UUID = scene.says(POLICE, ARREST, full)
    scene.turn(minutes=1)
    return found


def corrects(
    scene: Scene, update: UUID, *, kind: str = ARREST, by: str = POLICE, at: datetime | None = None, **right: Any
) -> Act:
    """Its publisher says what is right of an update."""
    data = {"update": str(update), "of_kind": kind, "corrected": right}
    return lambda: scene.says(by, CORRECTED, data, alone=True, at=at)


def ends_consent(scene: Scene, agency: str | None = None) -> Act:
    """The person withdraws the consent for one agency, or every consent."""
    if agency is None:
        return lambda: scene.says(PROBATION, ENDED, {})
    return lambda: scene.says(PROBATION, ENDED, {"consent": str(scene.consents[agency])}, alone=True)


def ends_involvement(scene: Scene, agency: str) -> Act:
    """The IOM unit says that an agency no longer works the case."""
    return lambda: scene.says(UNIT, WITHDREW, {"agency": agency})


def recalls(scene: Scene, publisher: str, update: UUID, *recipients: str, by: str = UNIT) -> Act:
    """An officer orders that agencies give back what they were told."""
    known_as = str(update) if by == publisher else scene.known_as(by, publisher, update)
    order = {"update": known_as, "recipients": list(recipients), "ordered_by": "A Coordinator", "reason": "By mistake."}
    return lambda: scene.says(by, RECALLED, order, alone=True)


def restricts(scene: Scene, *open_to: str, by: str = POLICE, restriction: str = "victim_safety") -> Act:
    """Somebody closes the case to all but a few."""
    said = {"restriction": restriction, "open_to": list(open_to), "set_by": "A Detective", "review_on": "2026-06-01"}
    return lambda: scene.says(by, RESTRICTED, said)


def lifts(scene: Scene, publisher: str, restriction: UUID, by: str) -> Act:
    """Somebody says that a restriction stands no longer."""
    known_as = str(restriction) if by == publisher else scene.known_as(by, publisher, restriction)
    return lambda: scene.says(by, LIFTED, {"restriction": known_as, "lifted_by": "A Detective"}, alone=True)
