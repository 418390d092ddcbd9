"""Reading: nobody is told of a person before the ledger says who asked (DPA 2018 s.62), or else they are not told."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from consumers.rows import to_row
from integration.scene import Scene
from schemas.views import Fact
from support.http import Agency
from support.partnership import DRUGS, HOUSING, POLICE, PROBATION, UNIT

Path = Callable[[Scene, UUID], str]
Row = tuple[str, str, int, str, Path]

ANY = str(UUID(int=7))
READS: list[Row] = [
    ("cases", HOUSING, 200, "read", lambda *_: "/v1/cases"),
    ("cases", DRUGS, 200, "read", lambda *_: "/v1/cases"),
    ("case", HOUSING, 200, "read", lambda scene, _: f"/v1/cases/{scene.record_of(HOUSING)}"),
    ("case", HOUSING, 404, "read", lambda *_: f"/v1/cases/{ANY}"),
    ("alerts", HOUSING, 200, "read", lambda *_: "/v1/alerts?open=false"),
    ("alert", HOUSING, 200, "read", lambda scene, arrest: f"/v1/alerts/{scene.alert_of(HOUSING, arrest)}"),
    ("alert", HOUSING, 404, "read", lambda *_: f"/v1/alerts/{ANY}"),
    (
        "explanation",
        HOUSING,
        200,
        "read",
        lambda scene, arrest: f"/v1/policies/explanations/{scene.alert_of(HOUSING, arrest)}",
    ),
    ("explanation", HOUSING, 404, "read", lambda *_: f"/v1/policies/explanations/{ANY}"),
    ("decision", UNIT, 200, "ig", lambda _, arrest: f"/v1/policies/decisions/{POLICE}/{arrest}"),
    ("decision", UNIT, 404, "ig", lambda *_: f"/v1/policies/decisions/{POLICE}/{ANY}"),
    ("case explanation", HOUSING, 200, "read", lambda scene, _: f"/v1/cases/{scene.record_of(HOUSING)}/explanation"),
    ("case explanation", HOUSING, 404, "read", lambda *_: f"/v1/cases/{ANY}/explanation"),
    (
        "alert explanation",
        HOUSING,
        200,
        "read",
        lambda scene, arrest: f"/v1/alerts/{scene.alert_of(HOUSING, arrest)}/explanation",
    ),
    ("alert explanation", HOUSING, 404, "read", lambda *_: f"/v1/alerts/{ANY}/explanation"),
    ("own decision", POLICE, 200, "publish", lambda _, arrest: f"/v1/updates/{arrest}/explanation"),
    ("own decision", POLICE, 404, "read", lambda *_: f"/v1/updates/{ANY}/explanation"),
    ("cells", UNIT, 200, "ig", lambda *_: "/v1/policies/cells/custody.person.arrested?recipient=council_housing"),
    ("view", UNIT, 200, "ig", lambda scene, _: f"/v1/policies/views/{HOUSING}/{scene.record_of(HOUSING)}"),
    ("view", UNIT, 404, "ig", lambda *_: f"/v1/policies/views/{HOUSING}/{ANY}"),
    (
        "alert of a partner",
        UNIT,
        200,
        "ig",
        lambda scene, arrest: f"/v1/policies/alerts/{HOUSING}/{scene.alert_of(HOUSING, arrest)}",
    ),
    ("ledger", UNIT, 200, "ig", lambda *_: "/v1/ledger/verdict"),
]
each_read = pytest.mark.parametrize(
    ("what", "agency", "status", "scope", "path"), READS, ids=[f"{r[0]} of {r[1]}, {r[2]}" for r in READS]
)


@pytest.mark.requirement("TR1")
@each_read
def test_a_read_has_its_entry(scene: Scene, what: str, agency: str, status: int, scope: str, path: Path) -> None:
    """Each read, found or not, appends one leaf that says which agency and which person asked for what."""
    arrest = scene.arrested()
    asked = path(scene, arrest)
    scene.agency(POLICE).get("/v1/cases")  # the first entry of its kind makes a key, too
    before, rows = scene.ledger(), scene.rows()
    answer = scene.agency(agency, scope, sub="A. Reader").get(asked)
    entries, after = scene.ledger(), scene.rows()
    assert answer.status_code == status
    assert len(entries) == len(before) + 1
    assert {name for name in rows if after[name] != rows[name]} == {"ledger"}
    about = entries[-1].pop("about")
    assert entries[-1] == {"verb": "consultation", "agency": agency, "by": "A. Reader", "what": what}
    assert (str(arrest) in str(about)) == (what in ("decision", "own decision") and status == 200)
    assert all(str(value).rpartition("/")[2] in asked for value in about.values())


@pytest.mark.requirement("TR1")
@each_read
def test_what_cannot_be_recorded_is_not_told(
    scene: Scene, what: str, agency: str, status: int, scope: str, path: Path
) -> None:
    """While the store takes no write every read is answered 503 and tells nothing; afterwards it is answered."""
    asked = path(scene, scene.arrested())
    rows, asking = scene.rows(), scene.agency(agency, scope)
    with scene.full():
        answer = asking.get(asked)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json().keys() == {"type", "title", "status"}
    assert scene.rows() == rows
    assert asking.get(asked).status_code == status


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("publish", "/v1/cases", 403),
        ("publish", f"/v1/cases/{ANY}", 403),
        ("publish", f"/v1/alerts/{ANY}", 403),
        ("read", "/v1/ledger/verdict", 403),
        ("read", f"/v1/policies/decisions/{POLICE}/{ANY}", 403),
        ("read", f"/v1/policies/views/{HOUSING}/{ANY}", 403),
        ("read", f"/v1/policies/alerts/{HOUSING}/{ANY}", 403),
        ("read", "/v1/policies/cells/custody.person.arrested?recipient=council_housing", 403),
        ("publish", f"/v1/cases/{ANY}/explanation", 403),
        ("ig", f"/v1/updates/{ANY}/explanation", 403),
        ("read", "/v1/cases/words", 422),
        ("read", "/v1/alerts?limit=0", 422),
    ],
)
def test_what_is_refused_unread_has_no_entry(scene: Scene, scope: str, path: str, status: int) -> None:
    """A request that is refused before anything is looked at leaves no entry: it consulted nothing."""
    rows = scene.rows()
    assert scene.agency(HOUSING, scope).get(path).status_code == status
    assert scene.rows() == rows


@pytest.mark.duty("D29")
def test_a_full_store_says_so(scene: Scene) -> None:
    """While the store takes no write, health and publishing are answered 503; then both are well, nothing lost."""
    raw = scene.arrest()
    with scene.full():
        assert scene.door.request("GET", "/health").status_code == 503
        assert scene.agency(POLICE).publish(raw).status_code == 503
        [line] = scene.agency(POLICE).publish_lines([raw])
        assert line["problem"]["status"] == 503
    assert scene.door.request("GET", "/health").status_code == 200
    assert scene.agency(POLICE).publish(raw).status_code == 200
    assert scene.p.hub.verify().sound


@pytest.mark.requirement("CV1")
@pytest.mark.requirement("CV10")
def test_a_case_shows_where_each_fact_comes_from(scene: Scene) -> None:
    """A case read over HTTP gives each fact with its source, its author's role, its time and how it stands."""
    scene.arrested()
    case = scene.agency(PROBATION).get(f"/v1/cases/{scene.record_of(PROBATION)}").json()
    [custody] = [fact for fact in case["facts"] if fact["fact"] == "custody"]
    assert (custody["source"], custody["author_role"], custody["recorded_as"]) == (POLICE, "test officer", "fact")
    assert (custody["certainty"], custody["told"]["alleged_offence"]) == ("provisional", "burglary")


def pages(reader: Agency, limit: int) -> list[str]:
    """Every record of the list, page by page."""
    found: list[str] = []
    while page := reader.get("/v1/cases", limit=limit, **({"after": found[-1]} if found else {})).json()["cases"]:
        assert len(page) <= limit
        found += [line["record"] for line in page]
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_the_list_is_read_page_by_page(scene: Scene, limit: int) -> None:
    """Pages of any size give every person once, in order, and the last page is empty."""
    for number in range(2, 6):
        scene.p.involve(scene.p.person(number), HOUSING, ("accommodation",))
    scene.p.hub.catch_up()
    found = pages(scene.agency(HOUSING), limit)
    assert (len(found), found) == (5, sorted(set(found)))


def test_what_a_reader_is_not_told_of_is_not_in_its_list(scene: Scene) -> None:
    """People whom an agency does not work with are in no list of its own, by name or by number."""
    scene.arrested()
    for agency in (DRUGS, "open-door-hostel", "hmp-fictional"):
        assert scene.agency(agency).get("/v1/cases").json() == {"cases": []}
        assert scene.agency(agency).get("/v1/alerts", open=False).json() == {"alerts": [], "prompts": []}
    assert scene.agency(HOUSING).get(f"/v1/cases/{uuid4()}").status_code == 404


def test_of_what_is_over_no_case_is_left(scene: Scene) -> None:
    """Where all that an agency holds of somebody is over, that person is in no list, and nobody whom it knows."""
    record, views = uuid4(), scene.p.hub.hosted[HOUSING].views
    told = {"kind": "custody.person.recalled", "record": record, "message_id": uuid4(), "seq": 9, "told": {}}
    over = Fact(fact="recall", over=(uuid4(),), **told)
    before = scene.agency(HOUSING).get("/v1/cases").json()
    with views.unit() as unit:
        unit.put_fact(to_row(over, HOUSING, over=False))
    assert record in views.records()
    assert scene.agency(HOUSING).get("/v1/cases").json() == before
    assert scene.agency(HOUSING).get(f"/v1/cases/{record}").status_code == 404
