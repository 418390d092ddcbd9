"""`iom-hub feed export` and `iom-hub connect export`, as an operator types them."""

import json
from pathlib import Path

import pytest

from support.partnership import UNIT
from system.terminal import a_story, an_arrest_of, failed, ok, somebody

pytestmark = pytest.mark.system
EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.mark.requirement("IX7")
def test_a_feed_is_exported_in_every_form(tmp_path: Path) -> None:
    """A table, the partner's own names, contacts; only what comes after the record exported last; mistakes by name."""
    home, export = tmp_path / "home", ("feed", "export", "--as", UNIT)
    a_story(home, somebody(tmp_path), an_arrest_of(tmp_path))
    assert len(ok(home, *export, "--format", "csv").splitlines()) == 3
    assert len(ok(home, *export, "--format", "csv", "--after", "1").splitlines()) == 2
    assert len(json.loads(ok(home, *export, "--format", "json"))["records"]) == 2
    named = ok(home, *export, "--format", "json", "--mapping", EXAMPLES / "field_mapping.yaml")
    assert [each["EventNo"] for each in json.loads(named)["records"]] == [2]
    file, codes = tmp_path / "contacts.csv", EXAMPLES / "contact_codes.yaml"
    assert ok(home, *export, "--format", "contacts", "--mapping", codes, "-o", file) == ""
    assert "\nCARR," in file.read_text(encoding="utf-8").replace("\r", "")
    assert "--mapping" in failed(home, *export, "--format", "contacts")
    (tmp_path / "wrong.yaml").write_text("fields: {Ref: recrod}", encoding="utf-8")
    assert "recrod" in failed(home, *export, "--format", "json", "--mapping", tmp_path / "wrong.yaml")
