"""The figures of a process are those of its ledger, and are about nobody."""

import json
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from contract.places import evidence
from hub.cli.lookout import answer
from hub.ports import TryLater
from support.builders import an_arrest
from support.partnership import EVERYONE, POLICE, PROBATION, Partnership, partnership, who

ARREST = "custody.person.arrested"


def samples(partners: Partnership) -> dict[tuple[str, str], float]:
    """Each figure by its name and its label."""
    text = partners.hub.meters.text().decode()
    found = [each for family in text_string_to_metric_families(text) for each in family.samples]
    return {(each.name, ",".join(each.labels.values())): each.value for each in found}


def test_figures_are_those_of_the_ledger() -> None:
    """Placed, held, repeated and discarded updates, and records told to each feed, as often as the ledger says."""
    with partnership() as partners:
        person = partners.person()
        partners.clock.turn(seconds=10)
        for agency in (POLICE, PROBATION):
            partners.involve(person, agency)
        update_id = uuid4()
        for _ in range(3):
            partners.publish(POLICE, ARREST, {**person, **an_arrest()}, update_id=update_id)
        partners.publish(PROBATION, "trust.fact.confirmed", {"update": str(uuid4())})
        partners.publish(POLICE, ARREST, {**who(77), **an_arrest()})
        with evidence(partners) as kept:
            records = [json.loads(entry.opening[16:]) for entry in kept.entries() if entry]
        outcomes = [record["outcome"] for record in records if record["verb"] == "collection"]
        found = samples(partners)
        for outcome in ("placed", "held"):
            assert found["iom_hub_accepted_total", outcome] == outcomes.count(outcome) > 0
        assert found["iom_hub_accepted_total", "repeated"] == 2
        assert found["iom_hub_accepted_total", "discarded"] == 1
        assert found["iom_hub_received_total", ""] == len(outcomes) + 3
        for agency in EVERYONE:
            feed = str(partners.hub.identity.feed(agency))
            assert found.get(("iom_hub_disclosed_total", feed), 0) == partners.hub.feed.head(agency)[0]
        assert found["iom_hub_lag", "consume"] == sum(partners.hub.feed.head(agency)[0] for agency in EVERYONE)
        partners.clock.turn(seconds=30)
        assert samples(partners)["iom_hub_oldest_unprocessed_seconds", "consume"] == 40
        partners.hub.catch_up()
        found = samples(partners)
        assert (found["iom_hub_lag", "consume"], found["iom_hub_oldest_unprocessed_seconds", "consume"]) == (0, 0)


@pytest.mark.duty("D27")
def test_how_long_an_arrest_has_waited_for_somebody_is_a_figure() -> None:
    """An urgent held update is counted apart and ages, so that its publisher can be asked within minutes."""
    with partnership() as partners:
        partners.person()
        partners.publish(PROBATION, "trust.fact.confirmed", {"update": str(uuid4())})
        partners.clock.turn(seconds=60)
        partners.publish(POLICE, ARREST, {**who(1), "person": "Somebody Else", **an_arrest()})
        partners.clock.turn(seconds=60)
        found = samples(partners)
        assert [found["iom_hub_lag", role] for role in ("held", "held_urgent")] == [2, 1]
        assert [found["iom_hub_oldest_unprocessed_seconds", role] for role in ("held", "held_urgent")] == [120, 60]


def test_figures_are_about_nobody() -> None:
    """No label holds an agency's name, an identifier or a kind: only roles, outcomes, kinds of alarm and feed ids."""
    with partnership() as partners:
        person = partners.person()
        partners.involve(person, POLICE)
        partners.publish(POLICE, ARREST, {**person, **an_arrest()})
        words = {"accept", "carry", "consume", "placed", "held", "held_urgent", "repeated", "discarded", "bundle"}
        words |= {"silent", "undecided", ""}
        words |= {str(partners.hub.identity.feed(agency)) for agency in EVERYONE}
        labels = {label for name, label in samples(partners) if not name.endswith("_bucket")}
        assert labels <= words
        assert len(labels) > len(("placed", "held", "repeated", "discarded"))


def test_what_is_rolled_back_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An update whose unit of work fails at its end is in no figure; sent again, it counts once."""
    with partnership() as partners:
        person, before = partners.person(), samples(partners)
        with monkeypatch.context() as broken:
            broken.setattr("hub.taking.reach", fails_before_commit)
            with pytest.raises(TryLater):
                partners.involve(person, POLICE)
        after = samples(partners)
        same = ("iom_hub_received_total", ""), ("iom_hub_accepted_total", "placed")
        assert [before[name] for name in same] == [after[name] for name in same]
        partners.involve(person, POLICE)
        assert samples(partners)["iom_hub_received_total", ""] == before["iom_hub_received_total", ""] + 2


def fails_before_commit(point: str) -> None:
    """The disk is full."""
    if point == "before_commit":
        raise TryLater("full")


def test_the_lookout_answers_two_questions_only() -> None:
    """`/ready` and `/metrics`; whatever else is asked of this port is not there. A hub that stops is not ready."""
    with partnership() as partners:
        status, media, content = answer(partners.hub, "/ready")
        assert (status, media) == (200, "application/json")
        assert json.loads(content) == {"status": "ready", "causes": [], "degraded": []}
        assert answer(partners.hub, "/metrics")[0] == 200
        assert [answer(partners.hub, path)[0] for path in ("/", "/health", "/v1/feed", "/metrics/x")] == [404] * 4
        partners.hub.stopping = True
        status, _, content = answer(partners.hub, "/ready")
        assert (status, json.loads(content)["causes"]) == (503, ["stopping"])
        partners.hub.stopping = False
