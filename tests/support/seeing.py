"""What a partner sees change: on its feed, in its view of cases and among its alerts, in the words of a table."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from hub.timers import fire_due
from support.builders import a_consent
from support.partnership import (
    DRUGS,
    EVERYONE,
    HOSTEL,
    HOUSING,
    PROBATION,
    UNIT,
    Partnership,
    partnership,
)

NAMES = dict(zip(("police", "probation", "prison", "iom", "housing", "hostel", "drugs"), EVERYONE, strict=True))
CONSENTS = {HOSTEL: "accommodation", DRUGS: "treatment"}
SHORT = {
    "custody.person.arrested": "arrest",
    "custody.release.planned": "plan",
    "trust.update.corrected": "corrected",
    "trust.update.confirmed": "confirmed",
    "trust.disclosure.recalled": "recalled",
    "trust.consent.given": "consent",
    "programme.agency.involved": "involvement",
}
PATHWAYS = {HOUSING: ("accommodation",), HOSTEL: ("accommodation",), DRUGS: ("drugs_alcohol",)}
STRUCTURE = {"message_id", "kind", "bundle", "record"}

NOTHING = ("-", "-", "-")
"""Nothing changes: not on the feed, not in the view, not among the alerts."""

Rows = dict[str, dict[str, Any]]


@dataclass
class Sight:
    """All that one partner has at one moment: feed records, facts, alerts, each by its message."""

    feed: Rows
    facts: Rows
    alerts: Rows


class Scene:
    """One person with whom everybody works, the hostel and (for health) the drug service by consent."""

    def __init__(self, partners: Partnership) -> None:
        self.partners, self.hub, self.someone = partners, partners.hub, partners.person(1)
        self.consents = {
            agency: partners.publish(PROBATION, CONSENT, self.someone | a_consent(agency, purposes=(purpose,)))
            for agency, purpose in CONSENTS.items()
        }
        for agency in EVERYONE:
            if agency != UNIT:
                partners.involve(self.someone, agency, PATHWAYS.get(agency, ()))

    def says(self, agency: str, kind: str, data: Mapping[str, Any], **more: Any) -> Any:
        """An agency publishes something about the person; the id of the update."""
        about = {} if more.pop("alone", False) else self.someone
        return self.partners.publish(agency, kind, {**about, **data}, **more)

    def known_as(self, agency: str, publisher: str, update_id: Any) -> str:
        """The message id under which an agency knows an update."""
        return str(self.hub.identity.message(agency, publisher, update_id))

    def turn(self, **by: float) -> None:
        """Let time go by, and what is due be done."""
        self.partners.clock.turn(**by)
        while fire_due(self.hub.acceptor):
            pass

    def sight(self, agency: str) -> Sight:
        """What an agency has now, proofs checked."""
        self.hub.catch_up()
        records = self.hub.feed.read(agency, 0, 10_000)
        for record in records:
            record.verify()
        views = self.hub.hosted[agency].views
        facts = [orjson.loads(row.body) for record in views.records() for row in views.facts(record)]
        alerts = [orjson.loads(row.body) for row in views.alerts(open_only=False, limit=500)]
        return Sight(
            {str(record.header.seq): record.values() for record in records},
            {fact["fact"]: fact for fact in facts},
            {alert["alert_id"]: alert for alert in alerts},
        )

    def changes(self, act: Callable[[], object]) -> dict[str, tuple[str, str, str]]:
        """What every partner sees change when this is done: on its feed, in its view, among its alerts."""
        before = {agency: self.sight(agency) for agency in EVERYONE}
        act()
        return {name: _changed(before[agency], self.sight(agency)) for name, agency in NAMES.items()}


CONSENT = "trust.consent.given"


@contextmanager
def scene(**settings: Any) -> Iterator[Scene]:
    """A scene that is gone when the block ends."""
    with partnership(**settings) as partners:
        yield Scene(partners)


def rows(table: str) -> dict[str, tuple[str, str, str]]:
    """A table's rows by partner; one row may stand for several."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[2:]]
    return {name.strip(): (feed, view, alerts) for names, feed, view, alerts in lines for name in names.split(",")}


def _changed(before: Sight, now: Sight) -> tuple[str, str, str]:
    feed = [*_lost(before.feed, now.feed), *(_news(row) for seq, row in now.feed.items() if seq not in before.feed)]
    view = [*_in_view(before.facts, now.facts)]
    alerts = [*_in_alerts(before.alerts, now.alerts)]
    return tuple("; ".join(said) or "-" for said in (feed, view, alerts))  # type: ignore[return-value]  # three of them


def _lost(before: Rows, now: Rows) -> Iterator[str]:
    for seq, row in before.items():
        if gone := sorted(set(row) - set(now[seq])):
            yield f"less {', '.join(gone)}" if now[seq] else f"{_short(row['kind'])} gone"


def _news(row: Mapping[str, Any]) -> str:
    kind = _short(row.get("kind", "nothing"))
    if kind == "recalled":
        return kind
    match row:
        case {"locked": locked}:
            return f"{kind}: {_in_locks(locked)}"
        case {"corrected": corrected}:
            return f"{kind}: {', '.join(_pair(*each) for each in corrected.items())}"
        case {"stands": stands}:
            return kind if kind == stands else f"{kind}: {stands.replace('_', ' ')}"
    return kind


def _in_locks(locked: list[dict[str, Any]]) -> str:
    return f"{len(locked)} message{'s' if len(locked) > 1 else ''}"


def _short(kind: str) -> str:
    return SHORT.get(kind) or " ".join(kind.split(".")[1:])


def _pair(name: str, value: Any) -> str:
    said = str(value)
    moment = said[5:16] if said[10:11] == "T" else said
    return f"{name} {'nothing' if value is None else moment}"


def _in_view(before: Rows, now: Rows) -> Iterator[str]:
    """Facts of which the same is to be said stand together: `consent, custody gone`."""
    found: dict[str, list[str]] = {}
    for name, fact in before.items():
        how = _how(fact, now[name]) if name in now else "gone"
        if how:
            found.setdefault(how, []).append(_plain(name))
    for name in now.keys() - before.keys():
        found.setdefault("new", []).append(_plain(name))
    for how, names in found.items():
        yield how if ":" in how else f"{', '.join(sorted(set(names)))} {how}"


def _how(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if before["message_id"] != now["message_id"]:
        return "new"
    if before["locked"] != now["locked"]:
        whole = set(now["locked"]) >= set(now["told"])
        return "locked" if whole else f"locked: {', '.join(sorted(now['locked']))}"
    changed = [field for field in now["corrected"] if now["told"].get(field) != before["told"].get(field)]
    if changed:
        return f"corrected: {', '.join(changed)}"
    return str(now["certainty"]) if before != now else ""


def _plain(name: str) -> str:
    return _short(name.partition("/")[0]) if "/" in name else name


def _in_alerts(before: Rows, now: Rows) -> Iterator[str]:
    for key, alert in before.items():
        about = _about(alert)
        if key not in now:
            yield f"{about} gone"
        elif alert != now[key]:
            yield _alert_is(about, alert, now[key])
    yield from (f"{_about(alert)} new" for key, alert in now.items() if key not in before)


def _alert_is(about: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if before["locked"] != now["locked"]:
        return (
            f"{about} locked"
            if not now["told"]
            else f"less {', '.join(sorted(set(before['told']) - set(now['told'])))}"
        )
    if before["corrected"] != now["corrected"]:
        return "new headline" if before["headline"] != now["headline"] else "corrected"
    return f"{about} {now['certainty']}"


def _about(alert: Mapping[str, Any]) -> str:
    return {"recall_of_disclosure": "recall", "release_plan": "plan"}.get(alert["about"], alert["about"])
