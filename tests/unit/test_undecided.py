"""What came after the policies: a draft decides on all of it, and what was signed may leave it open, save one thing."""

from pathlib import Path

import pytest

from access_policies import linting
from access_policies.reading import UnusablePolicies
from access_policies.signers import load_signers
from access_policies.signing import content_of, verified
from hub.installing import next_version, signed_as
from hub.offering import Files, in_words
from hub.placing import HUB
from hub.timers import ENDED_BY
from schemas.updates import KINDS
from schemas.updates.answers import AlertUnacknowledged
from schemas.updates.trust import UpdateConfirmed, UpdateWithdrawn
from support.signing import KEYS, OWNER, SIGNERS, before_field, before_kind, draft, govern, shipped, signed

ARREST, CHARGED = "custody.person.arrested", "custody.person.charged"
BY_HUB = sorted(kind for kind, model in KINDS.items() if model.BY_HUB)
OLDER = {CHARGED: before_kind(CHARGED), f"{ARREST}.station": before_field(ARREST, "station")}


def test_the_kinds_of_the_hub_are_those_that_its_timers_publish() -> None:
    """What the hub says by itself is marked so, and every policy of such a kind names the hub as a publisher."""
    assert {KINDS[kind] for kind in BY_HUB} == {
        *ENDED_BY.values(),
        AlertUnacknowledged,
        UpdateConfirmed,
        UpdateWithdrawn,
    }
    assert sorted(kind for kind, policy in shipped().kinds.items() if HUB in policy.publishers) == BY_HUB


@pytest.mark.parametrize("kind", BY_HUB)
def test_without_a_policy_for_what_it_says_itself_no_hub_starts(kind: str) -> None:
    """A time that is over would end nothing that anybody hears of, and would not come again."""
    [finding] = linting.findings(before_kind(kind), signed=True)
    assert finding.sentence == f"the kind {kind!r} has no policy file; write one"


@pytest.mark.parametrize("missing", OLDER)
def test_what_came_later_is_named(missing: str) -> None:
    """By kind, or by kind and field; in words it says what that means."""
    found = list(linting.undecided(OLDER[missing]))
    assert [str(each) for each in found] == [missing]
    [said] = in_words(found)
    assert missing in said
    assert ("nobody may publish it" in said) == (missing == CHARGED)
    assert list(linting.undecided(shipped())) == []


@pytest.mark.parametrize("missing", OLDER)
def test_nobody_signs_what_leaves_something_open(missing: str, tmp_path: Path) -> None:
    """A signature refuses; what was signed before goes on."""
    older = OLDER[missing]
    with pytest.raises(UnusablePolicies):
        signed_as(draft(1, older), "x", OWNER, KEYS[OWNER], tmp_path / "none")
    file = tmp_path / "signers.yaml"
    file.write_text(SIGNERS)
    text = signed(1, older)
    for content in (verified(text, "x", load_signers(file)).content, content_of(text, "x", signed=True)):
        assert [str(each) for each in linting.undecided(content.policies)] == [missing]


def test_its_version_counts(tmp_path: Path) -> None:
    """The next bundle takes a higher version than one in the file that leaves something open."""
    home = govern(tmp_path, signed(7, OLDER[CHARGED]))
    assert next_version(Files(home / "policies.jws.json", home / "signers.yaml"), None) == 8
