"""Before it takes effect: real traffic decided anew by other rules, or for a partner that may come. Nothing moves."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from access_policies.joining import Assumed, Joining, with_partner
from access_policies.model import Never, Partner, Policies
from hub.adapters import tables as t
from hub.api import replays
from hub.replaying import Occasions, World, as_recorded
from support.http import JSON, Door
from support.partnership import EVERYONE, HOSTEL, HOUSING, UNIT, Partnership, partnership
from support.replaying import ARREST, Told, as_json, other_rules, told_also, told_in, traffic
from support.signing import shipped, signed, suspended

COMING = "eastshire-hostel"
ASSUMED = {"involvement": "active", "pathways": ["accommodation"], "consents": ["accommodation"]}


@pytest.fixture
def p() -> Iterator[Partnership]:
    """A hub with traffic."""
    with partnership() as found:
        traffic(found)
        yield found


def post(p: Partnership, path: str, content: dict[str, Any], *scopes: str) -> Any:
    with Door(p.hub) as door:
        return door.agency(UNIT, *(scopes or ("ig",))).post(path, orjson.dumps(content), JSON)


def replayed(p: Partnership, new: Policies, old: Policies | None = None, **more: Any) -> Counter[tuple[str, ...]]:
    """The rows of every page."""
    found, part = Counter[tuple[str, ...]](), None
    while True:
        content = {"old": as_json(old or shipped()), "new": as_json(new), "part": part, **more}
        page = post(p, "/v1/policies/replays", content).json()
        found.update({(r["agency"], r["kind"], r["field"], r["how"]): r["count"] for r in page["rows"]})
        part = page["part"]
        if part is None:
            return found


def dry_run(
    p: Partnership, worked_by: str | None = None, policies: Policies | None = None, **more: Any
) -> dict[str, Any]:
    partner = Partner(kind="charity_hostel", legal_status="voluntary", statutory=False)
    joining = Joining(agency=COMING, partner=partner, assume=Assumed(involvement="none"))
    rules = with_partner(policies or shipped(), joining, "a test")
    assume = ASSUMED | {"worked_by": worked_by}
    content = {"rules": as_json(rules), "agency": COMING, "assume": assume, "key": "ab" * 32, **more}
    answer = post(p, "/v1/policies/dry-runs", content)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_rules_in_force_decide_as_they_did(p: Partnership) -> None:
    """Decided anew by the rules that were in force, every update is told, to the field, as the ledger says."""
    found, bundle = Told(), p.hub.bundle
    with p.hub.archive() as archive:
        occasions = Occasions(archive, p.hub.governing.bundle_of, p.hub.settings.settle)
        world = World(bundle, occasions, 0, as_recorded(bundle))
        for occasion in occasions.within(0, archive.size()):
            for agency, plan in world.plans(occasion).items():
                found.update((agency, occasion.received.kind, name) for name in occasion.told(agency, plan))
    assert found == told_in(p)
    assert found.total() > 300
    assert replayed(p, shipped()) == {}


def test_a_replay_says_what_would_have_happened(p: Partnership) -> None:
    """The same traffic in a hub that was governed by the other rules differs from the real one by exactly the counts of
    the replay; what inherits the recipients of an arrest goes with it.
    """
    with partnership() as other:
        other.governed_by(signed(2, other_rules()))
        traffic(other)
        real, otherwise = told_in(p), told_in(other)
    expected = {(*cell, "newly told"): n for cell, n in (otherwise - real).items()}
    expected |= {(*cell, "no longer told"): n for cell, n in (real - otherwise).items()}
    found = replayed(p, other_rules())
    assert found == expected
    assert found[HOUSING, ARREST, "station", "newly told"] == 2
    assert found[HOSTEL, "trust.update.confirmed", "stands", "no longer told"] == 1


def test_more_and_less_of_a_field_are_told_apart(p: Partnership) -> None:
    """A field that was masked and would be told in full counts as more, the other way round as less."""
    wider = told_also(ARREST, "tenancy", "arrested_at")
    [(row, count)] = replayed(p, wider).items()
    assert (row, count) == ((HOUSING, ARREST, "arrested_at", "told more of"), 2)
    [(row, count)] = replayed(p, shipped(), wider).items()
    assert (row, count) == ((HOUSING, ARREST, "arrested_at", "told less of"), 2)


@pytest.mark.parametrize(("days", "count"), [(30, 1), (60, 3)])
def test_only_the_last_days_are_replayed(p: Partnership, days: int, count: int) -> None:
    """Of two arrests forty days ago and one today, the last thirty days show the one."""
    p.clock.turn(days=40)
    person = {"identifiers": {"crn": "X990002"}}
    p.publish(
        "northshire-police",
        ARREST,
        {**person, "arrested_at": "2026-04-11T08:00:00Z", "station": "Northshire", "alleged_offence": "burglary"},
    )
    found = replayed(p, told_also(ARREST, "tenancy", "station"), days=days)
    assert found[HOUSING, ARREST, "station", "newly told"] == count


def test_what_was_decided_by_other_words_is_read_by_them(p: Partnership) -> None:
    """The rules in force changed in the meantime, and their words stand in another order: what was decided before and
    after is both understood.
    """
    vocabulary = shipped().vocabulary
    turned = vocabulary.model_copy(
        update={"pathways": vocabulary.pathways[::-1], "handling": vocabulary.handling[::-1]}
    )
    p.governed_by(signed(2, shipped().model_copy(update={"vocabulary": turned})))
    p.clock.turn(minutes=5)
    person = {"identifiers": {"crn": "X990002"}}
    p.publish(
        "northshire-police",
        ARREST,
        {**person, "arrested_at": "2026-03-02T08:00:00Z", "station": "Northshire", "alleged_offence": "burglary"},
    )
    found = replayed(p, told_also(ARREST, "tenancy", "station"))
    assert found == {(HOUSING, ARREST, "station", "newly told"): 3}


@pytest.mark.duty("D16")
def test_an_agreement_holds_by_its_own_dates(p: Partnership) -> None:
    """Under rules whose agreement has expired nothing is told on it, whatever was in force when the traffic came."""
    agreement = shipped().agreements["northshire-1"]
    over = agreement.model_copy(update={"expires": agreement.signed})
    rules = shipped().model_copy(update={"agreements": shipped().agreements | {"northshire-1": over}})
    found = replayed(p, rules)
    assert {how for _, _, _, how in found} == {"no longer told"}
    assert found[HOUSING, ARREST, "person", "no longer told"] == 2


@pytest.mark.parametrize("page", [3, 7, 500])
def test_pages_of_any_size_say_the_same(p: Partnership, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page or at once, a replay and a dry run come to the same."""
    whole, dry = replayed(p, other_rules()), dry_run(p)["rows"]
    monkeypatch.setattr(replays, "PAGE", page)
    assert replayed(p, other_rules()) == whole
    rows, part = Counter[str](), None
    while True:
        found = dry_run(p, part=part)
        rows.update({f"{r['kind']} {r['field']} {r['how']}": r["count"] for r in found["rows"]})
        if (part := found["part"]) is None:
            break
    assert rows == {f"{r['kind']} {r['field']} {r['how']}": r["count"] for r in dry}


OF_ITS_INVOLVEMENT = ("programme.agency.involved", "trust.consent.given", "trust.fact.confirmed")
IDS = ("message_id", "record", "bundle", "update", "arrest", "plan", "consent")


def without_ids(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in IDS}


def test_a_dry_run_gives_what_the_partner_would_have_received(p: Partnership) -> None:
    """A second hostel, assumed to work the cases that the first one works and to have the same consents, would have
    received what the first one did, value by value; it comes under ids that are nobody's.
    """
    found = dry_run(p, worked_by=HOSTEL, disclosures=True)
    real = [each for each in p.told(HOSTEL) if each.get("kind") not in (*OF_ITS_INVOLVEMENT, None)]
    assert [without_ids(each) for each in found["disclosures"]] == [without_ids(each) for each in real]
    assert found["received"] == len(real) >= 3
    ids = {each[name] for each in found["disclosures"] for name in ("message_id", "record")}
    known = {each[name] for agency in EVERYONE for each in p.told(agency) for name in ("message_id", "record") if each}
    assert not ids & known
    arrest, *later = found["disclosures"]
    assert {each["update"] for each in later if "update" in each} == {arrest["message_id"]}


def test_a_dry_run_may_assume_all_cases_or_some(p: Partnership) -> None:
    """In all cases it is told of both arrests, in those that the hostel works of the one."""
    for worked_by, count in ((None, 2), (HOUSING, 2), (HOSTEL, 1)):
        rows = {(row["kind"], row["field"]): row for row in dry_run(p, worked_by=worked_by)["rows"]}
        assert rows[ARREST, "person"]["count"] == count
        assert rows[ARREST, "date_of_birth"]["how"] == "year_only"
        assert (ARREST, "station") not in rows


@pytest.mark.duty("D18")
def test_what_bars_a_person_bars_a_newcomer(p: Partnership) -> None:
    """Of a person under 18, or in a restricted case, the newcomer would have been told nothing, like the others."""
    young = p.person(3, born="2015-01-01")
    p.publish(
        "northshire-police",
        ARREST,
        {**young, "arrested_at": "2026-03-02T08:00:00Z", "station": "Northshire", "alleged_offence": "theft"},
    )
    told = dry_run(p, disclosures=True)["disclosures"]
    assert "Fictional Testcase-3" not in {each["person"] for each in told if "person" in each}
    assert len([each for each in told if each["kind"] == ARREST]) == 2


def test_what_is_so_of_others_is_not_so_of_a_newcomer(p: Partnership) -> None:
    """A rule that bars whoever does not work the case bars no newcomer that is assumed to, though others do not."""
    policy = shipped().kinds[ARREST]
    outsiders = Never(fields="*", when={"involvement": ("none",)}, because="A test.")
    barred = policy.model_copy(update={"never": policy.never | {"outsiders": outsiders}})
    rules = shipped().model_copy(update={"kinds": shipped().kinds | {ARREST: barred}})
    rows = {(row["kind"], row["field"]): row["count"] for row in dry_run(p, policies=rules)["rows"]}
    assert rows[ARREST, "person"] == 2


def test_nothing_is_told_to_the_suspended_nor_of_what_may_not_be_published(p: Partnership) -> None:
    """Under rules in which housing is suspended it would be told nothing, nor be heard; where the police may not
    publish arrests, nobody would be told of them, nor of what became of them.
    """
    rows = replayed(p, suspended(HOUSING))
    assert {row[0] for row in rows if row[1] == ARREST} == {HOUSING}
    assert {row[1] for row in rows if row[0] != HOUSING} == {"trust.fact.confirmed"}, "its own word would be refused"
    policy = shipped().kinds[ARREST].model_copy(update={"publishers": ("probation",)})
    silent = replayed(p, shipped().model_copy(update={"kinds": shipped().kinds | {ARREST: policy}}))
    assert {row[3] for row in silent} == {"no longer told"}
    assert {row[1] for row in silent} >= {ARREST, "trust.update.confirmed", "custody.person.left"}


def everything(p: Partnership) -> dict[str, Any]:
    """Every row of every table but of the ledger, whose growth is counted."""
    with p.hub.store.reader.connect() as connection:
        found: dict[str, Any] = {
            table.name: connection.execute(select(table)).all()
            for table in t.metadata.sorted_tables
            if table.name not in ("ledger", "counter")
        }
        found["ledger"] = len(connection.execute(select(t.ledger)).all())
    return found


@pytest.mark.requirement("TR1")
@pytest.mark.parametrize(
    ("what", "ask"),
    [
        ("replay", lambda p: replayed(p, other_rules())),
        ("dry run", lambda p: dry_run(p, disclosures=True)),
    ],
)
def test_nothing_is_changed_but_for_the_entry_of_who_asked(
    p: Partnership, what: str, ask: Callable[[Partnership], object]
) -> None:
    """Every row of the store is as it was; the ledger has one entry more, which says who asked for what."""
    p.hub.recorder.checkpoint()  # so that the key of the hub's own entries is there
    before, feeds = everything(p), [p.told(agency) for agency in EVERYONE]
    ask(p)
    after = everything(p)
    assert after.pop("ledger") == before.pop("ledger") + 1
    assert after == before
    assert [p.told(agency) for agency in EVERYONE] == feeds
    with p.hub.archive() as archive:
        [entered] = archive.entries(archive.size() - 1, archive.size())
    record = orjson.loads(entered.record)
    assert (record["verb"], record["what"], record["agency"]) == ("consultation", what, UNIT)
    assert p.hub.verify().sound


@pytest.mark.parametrize("path", ["/v1/policies/replays", "/v1/policies/dry-runs"])
def test_only_governance_replays(p: Partnership, path: str) -> None:
    """Replays read every person's traffic: whoever may only publish and read is refused."""
    assert post(p, path, {}, "read", "publish").status_code == 403
    assert post(p, path, {}).status_code == 422


def test_rules_that_cannot_be_read_are_refused(p: Partnership) -> None:
    """Rules that name a clause which there is not are refused by name of the place, and nothing is entered."""
    broken = as_json(shipped())
    del broken["clauses"]["tenancy"]
    before = everything(p)
    answer = post(p, "/v1/policies/replays", {"old": as_json(shipped()), "new": broken})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "new")
    assert everything(p) == before
