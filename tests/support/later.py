"""What a partner has, in the short words of a table: on its feed, in its view, as alerts."""

from collections.abc import Iterable

import orjson

from schemas.disclosures import ON_ACCESS
from support.partnership import DRUGS, HOSTEL, HOUSING, POLICE, PRISON, PROBATION, UNIT, Partnership

COLUMNS = {
    "police": POLICE,
    "probation": PROBATION,
    "prison": PRISON,
    "iom": UNIT,
    "housing": HOUSING,
    "hostel": HOSTEL,
    "drugs": DRUGS,
}

SHORT = {
    "custody.person.arrested": "arrest",
    "custody.person.left": "outcome",
    "custody.person.received": "reception",
    "custody.person.released": "release",
    "custody.release.planned": "plan",
    "custody.release.cancelled": "cancelled",
    "programme.cohort.decided": "cohort",
    "programme.risk.reassessed": "score",
    "supervision.appointment.missed": "missed",
    "trust.access.opened": "opening",
    "trust.access.closed": "closing",
    "trust.concern.disclosed": "concern",
    "trust.concern.ended": "concern's end",
}
"""The kinds that the tables speak of; who works the case and what was agreed is left out of them."""


def rows(table: str) -> list[list[str]]:
    """The cells of a table, row by row."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[2:]]


def has(partners: Partnership, agency: str) -> list[str]:
    """What an agency has: on its feed, in its view, as alerts that stand."""
    partners.hub.catch_up()
    return [on_its_feed(partners, agency), in_its_view(partners, agency), alerts_of(partners, agency)]


def on_its_feed(partners: Partnership, agency: str) -> str:
    """The kinds on its feed; with a star what it was told in an emergency."""
    told = partners.told(agency)
    return _listed(_short(each["kind"], ON_ACCESS in each) for each in told if each.get("kind") in SHORT)


def in_its_view(partners: Partnership, agency: str) -> str:
    """The kinds in its view of everybody."""
    views = partners.hub.hosted[agency].views
    facts = [orjson.loads(row.body) for record in views.records() for row in views.facts(record)]
    return _listed(_short(fact["kind"], ON_ACCESS in fact["told"]) for fact in facts if fact["kind"] in SHORT)


def alerts_of(partners: Partnership, agency: str) -> str:
    """What its alerts are about."""
    rows = partners.hub.hosted[agency].views.alerts(open_only=False, limit=100)
    alerts = [orjson.loads(row.body) for row in rows]
    return _listed(alert["about"] for alert in alerts if alert["certainty"] != "withdrawn")


def _short(kind: str, in_emergency: bool) -> str:
    return SHORT[kind] + "*" * in_emergency


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "-"
