"""The command line asks why, and tries rules and partners out on real traffic, in processes of its own."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from hub.bootstrap import open_hub
from hub.settings import Settings
from support.http import running
from support.partnership import HOUSING, POLICE, UNIT
from support.signing import govern
from system.terminal import a_story, an_arrest_of, failed, ok, somebody

pytestmark = pytest.mark.system

NEWCOMER = """\
agency: eastshire-unit
partner: {kind: iom_unit, legal_status: relevant_authority, statutory: true, name: Eastshire Unit}
assume: {involvement: lead}
"""


@pytest.fixture(params=["a hub that runs", "the store's file"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str, str, str]]:
    """A home in which somebody was arrested: its path, the arrest, and the unit's message and record of it. A hub runs
    there, or none does.
    """
    home, arrest = tmp_path / "home", an_arrest_of(tmp_path)
    a_story(home, somebody(tmp_path), arrest)
    hub = open_hub(Settings(home=govern(home)))
    update = json.loads(arrest.read_bytes())["id"]
    [told] = [d for _, d in hub.feed.told(UNIT, 0, 10) if d and d.kind == "custody.person.arrested"]
    hub.close()
    with running(home) if request.param == "a hub that runs" else nullcontext():
        yield home, update, str(told.message_id), str(told.record)


@pytest.mark.duty("D28")
def test_why_is_answered_at_the_command_line(story: tuple[Path, str, str, str]) -> None:
    """Information governance asks about an update, a partner's case and its alert; the partner about its own; whoever
    publishes from outside the case is told that there is nothing for it. It is the same with and without a running hub.
    """
    home, update, message, record = story
    one = ("--for", UNIT, "--field", "station")
    [line] = [row for row in ok(home, "explain", "update", f"{POLICE}/{update}", *one).splitlines() if "station" in row]
    assert "programme-runs: " in line
    assert "involvement lead" in line
    whole = ok(home, "explain", "update", f"{POLICE}/{update}")
    assert "never offence-stays-with-justice: " in whole
    assert HOUSING in whole
    for what, name in (("case", record), ("alert", message)):
        traced, own = (ok(home, "explain", what, name, way, UNIT) for way in ("--of", "--as"))
        assert f"{POLICE}/{update}" in traced
        assert "because of" in traced
        assert "programme-runs: " in own
        assert "because of" not in own
        assert update not in own
    assert "programme-runs: " in ok(home, "explain", "message", message, "--as", UNIT)
    assert "nothing here for you" in failed(home, "explain", "update", update, "--as", POLICE)
    assert "nothing here for you" in failed(home, "explain", "message", message, "--as", HOUSING)
    assert "say who asks" in failed(home, "explain", "case", record)


def test_a_publisher_reads_the_general_rule(tmp_path: Path) -> None:
    """The IOM unit asks about its own decision: it sees itself, and who is entitled, on which conditions."""
    home, decision = tmp_path / "home", somebody(tmp_path)
    a_story(home, decision)
    update = json.loads(decision.read_bytes())["id"]
    said = ok(home, "explain", "update", update, "--as", UNIT)
    assert "The partners entitled, in general" in said
    assert "probation-supervises: " in said
    assert "never under-18 (" in said
    assert HOUSING not in said


def test_any_situation_can_be_asked_about(story: tuple[Path, str, str, str]) -> None:
    """Every word has an option, by the draft and by the rules in force; what would tell a field is said."""
    words = ("policy", "explain", "custody.person.arrested", "--to", "charity_hostel", "--field", "person")
    for more in ((), ("--in-force",)):
        assert "needs pathway accommodation, consent accommodation/whereabouts" in ok(story[0], *words, *more)
        agreed = ("--pathway", "accommodation", "--consent", "accommodation/whereabouts")
        assert "housing-agreed-charity-hostel: " in ok(story[0], *words, *agreed, *more)
        assert "agreement northshire-1" in ok(story[0], *words, *agreed, "--lapsed", "northshire-1", *more)
        assert "restricted-case" in ok(story[0], *words, "--restriction", "victim_safety", *more)
        assert "safeguarding-charity-hostel: " in ok(story[0], *words, "--safeguarding", *more)
    assert "secret" in failed(story[0], *words, "--handling", "secret")
    assert "handling" in failed(story[0], *words, "--handling", "secret", "--in-force")


def test_rules_are_tried_on_real_traffic(story: tuple[Path, str, str, str], tmp_path: Path) -> None:
    """What is in force is compared with a version, a digest, a file and the draft; the replay counts; a number of days
    that is none is refused, and so is an edition that there is not.
    """
    home = story[0]
    digest = ok(home, "policy", "status").split("digest ")[1].split(",")[0]
    for name in ("draft", "1", digest[:12], home / "policies.jws.json"):
        assert "0 WIDER, 0 NARROWER" in ok(home, "policy", "diff", "in-force", name)
    said = json.loads(ok(home, "policy", "diff", "in-force", "draft", "--replay", "30d", "--json"))
    assert said["replay"] == {"updates": 2, "rows": []}
    assert "for example 30d" in failed(home, "policy", "diff", "in-force", "draft", "--replay", "soon")
    assert "no such bundle was in force" in failed(home, "policy", "diff", "in-force", "7")


def test_a_partner_is_tried_on_real_traffic(story: tuple[Path, str, str, str], tmp_path: Path) -> None:
    """A dry run shows a count for each field and the note, writes what the partner would have received for its owner
    only, and leaves the ledger sound; a file that is not understood is refused.
    """
    home, file, into = story[0], tmp_path / "eastshire.yaml", tmp_path / "received.ndjson"
    file.write_text(NEWCOMER, encoding="utf-8")
    said = ok(home, "agency", "dry-run", file, "--replay", "30d", "--into", into)
    assert "## Eastshire Unit" in said
    assert "1 of the 2 updates of the last 30 days would have reached it." in said
    told = [json.loads(line) for line in into.read_text(encoding="utf-8").splitlines()]
    assert [(each["kind"], each["station"]) for each in told] == [("custody.person.arrested", "Northshire Central")]
    assert told[0]["record"] != story[3]
    assert into.stat().st_mode & 0o077 == 0
    assert "Sound: " in ok(home, "ledger", "verify")
    file.write_text(NEWCOMER + "colour: red\n", encoding="utf-8")
    assert "eastshire.yaml" in failed(home, "agency", "dry-run", file)
