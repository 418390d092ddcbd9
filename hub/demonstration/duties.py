"""What the hub owes, played: nobody is tipped off, nobody lets itself in, and who hands over hears no more."""

from datetime import timedelta

from hub.bootstrap import Hub
from hub.demonstration.programme import (
    HOSTEL,
    HOUSING,
    OTHER_UNIT,
    POLICE,
    PROBATION,
    PROVIDER,
    UNIT,
    Step,
    a_while_ago,
    name,
    person,
    publish,
    reached,
)
from hub.gathering import limits_on
from hub.homing import checked
from hub.ports import UpdateKey

WRONG = "WHICH IS WRONG"


def recall(hub: Hub) -> str:
    """Probation recalls somebody; a tenant's landlord is told nothing (D3)."""
    at = a_while_ago(hub, minutes=30)
    said = {"recalled_at": at.isoformat(), "recall_type": "standard", "reason": "No contact since the release."}
    key = publish(hub, Step(PROBATION, "custody.person.recalled", {**person(12), **said}, at))
    heard, tipped_off = reached(hub, POLICE, key), reached(hub, HOUSING, key)
    return _told(12, "was recalled: the police hear it at once, housing nothing until prison", heard and not tipped_off)


def claim(hub: Hub) -> str:
    """A hostel says that it works a case; until somebody confirms it, it is told nothing (D12)."""
    said = {"agency": HOSTEL, "role": "active", "pathways": ["accommodation"]}
    publish(hub, Step(HOSTEL, "programme.agency.involved", {**person(7), **said}, a_while_ago(hub, hours=2)))
    told = reached(hub, HOSTEL, _arrest(hub, 7))
    return _told(
        7, "was claimed by the hostel and then arrested: nobody has confirmed it, so it is told nothing", not told
    )


def transfer(hub: Hub) -> str:
    """One probation provider hands over to another, and hears no more from then on (requirement IX12)."""
    said = {"from_agency": PROBATION, "to_agency": PROVIDER, "role": "active"}
    said |= {"reason": "provider_changed", "decided_by": "A Coordinator"}
    publish(hub, Step(UNIT, "programme.case.transferred", {**person(11), **said}, a_while_ago(hub, hours=1)))
    key = _arrest(hub, 11)
    right = reached(hub, PROVIDER, key) and not reached(hub, PROBATION, key)
    return _told(11, "was handed over and then arrested: the new provider is told, the old one nothing more", right)


def move(hub: Hub) -> str:
    """Somebody moves to the other area: its unit has the case, and the council left behind hears no more (D15)."""
    said = {"from_agency": UNIT, "to_agency": OTHER_UNIT, "role": "lead"}
    said |= {"reason": "area_changed", "decided_by": "A Coordinator"}
    publish(hub, Step(UNIT, "programme.case.transferred", {**person(26), **said}, a_while_ago(hub, hours=1)))
    key = _arrest(hub, 26)
    right = reached(hub, OTHER_UNIT, key) and not any(reached(hub, agency, key) for agency in (UNIT, HOUSING))
    return _told(
        26, "moved to the other area and was arrested: its unit is told, the old unit and council are not", right
    )


def placement(hub: Hub) -> str:
    """A hostel asks whether it may place somebody, and hears two words and no reason (D10)."""
    limit = {"ask_first": True, "not_within": ["ZZ9"], "decided_by": "A Coordinator"}
    key = publish(
        hub, Step(UNIT, "accommodation.placement.limited", {**person(25), **limit}, a_while_ago(hub, hours=3))
    )
    with hub.store.unit() as unit:
        record_id = unit.record_of(key)
        record = hub.identity.record(HOSTEL, record_id) if record_id else None
        limits = limits_on(unit, hub.bundle, hub.clock.now(), HOSTEL, record) if record else None
    answer = checked((limits or {}).values(), "ZZ9 1ZZ", hub.clock.now().date())
    said = f"may move in? The hostel hears “{answer.placing}”, address “{answer.address}”, and not a word of why"
    return _told(25, said.replace("_", " "), limits is not None)


def _arrest(hub: Hub, number: int) -> UpdateKey:
    at = hub.clock.now() - timedelta(minutes=1)
    said = {"arrested_at": at.isoformat(), "station": "Northshire Central", "alleged_offence": "theft from a shop"}
    return publish(hub, Step(POLICE, "custody.person.arrested", {**person(number), **said}, at))


def _told(number: int, sentence: str, right: bool) -> str:
    who = name(number).removeprefix("Fictional ")
    return f"{who} {sentence}" if right else f"{who} {sentence}: NOT SO, {WRONG}"


STORIES = (recall, claim, transfer, move, placement)
