"""A feed as a table over HTTP, and by the command line in every form: what the feed says, and no more (IX7)."""

import csv
import io
import json
from pathlib import Path

import pytest

from hub.exporting import COLUMNS
from integration.scene import Scene
from support.partnership import DRUGS, HOUSING, PROBATION

TABLE = "text/csv; charset=utf-8"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.requirement("IX7")
@pytest.mark.parametrize("agency", [HOUSING, PROBATION, DRUGS])
def test_a_table_says_what_the_page_says(scene: Scene, agency: str) -> None:
    """Each record of the page has its row, with the same values; what the page withholds, the table withholds."""
    scene.arrested()
    page = scene.agency(agency).get("/v1/feed").json()["records"]
    answer = scene.agency(agency).get("/v1/feed", format="csv")
    assert answer.headers["content-type"] == TABLE
    assert tuple(answer.text.splitlines()[0].split(",")) == COLUMNS
    found = rows(answer.text)
    assert [int(row["seq"]) for row in found] == [record["seq"] for record in page]
    for row, record in zip(found, page, strict=True):
        said = {each["name"]: each["value"] for each in record["elements"]} | {"bundle": ""}
        kept = {name: value for name, value in row.items() if value and name in said}
        assert kept == {name: said[name] for name in kept}
        details = json.loads(row["details"] or "{}")
        assert details == {name: said[name] for name in details}
        assert {*kept, *details, "bundle", "identifiers"} >= {name for name, value in said.items() if value is not None}


def test_a_table_comes_in_pages(scene: Scene) -> None:
    """`after` and `limit` hold for a table as for a page; behind the end there is the head alone."""
    scene.arrested()
    whole = rows(scene.agency(HOUSING).get("/v1/feed", format="csv").text)
    first = rows(scene.agency(HOUSING).get("/v1/feed", format="csv", limit=1).text)
    rest = rows(scene.agency(HOUSING).get("/v1/feed", format="csv", after=1).text)
    assert first + rest == whole
    assert len(whole) > 1
    assert rows(scene.agency(HOUSING).get("/v1/feed", format="csv", after=len(whole)).text) == []


def test_a_table_is_read_as_a_page_is(scene: Scene, tmp_path: Path) -> None:
    """The same token, the same scope, and the same trace in the ledger: reading one's own feed leaves none."""
    scene.arrested()
    before = scene.rows()
    scene.agency(HOUSING).get("/v1/feed")
    scene.agency(HOUSING).get("/v1/feed", format="csv")
    assert scene.rows() == before
    assert scene.agency(HOUSING, "publish").get("/v1/feed", format="csv").status_code == 403
    assert scene.agency(HOUSING).get("/v1/feed", format="pdf").status_code == 422
