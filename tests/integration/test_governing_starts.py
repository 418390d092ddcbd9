"""Starting: by which bundle a hub begins, whatever lies in its home, and when it does not start at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from access_policies.compiling import Bundle
from access_policies.reading import UnusablePolicies
from hub.bootstrap import open_hub
from hub.settings import Settings
from integration.scene import Scene
from support.partnership import Partnership
from support.signing import (
    OWNER,
    PUBLIC,
    SIGNERS,
    govern,
    signed,
    signers_file,
    without,
)

ARREST = "custody.person.arrested"
NARROWED = without(ARREST, "tenancy")
"""Housing is told no arrests any more."""
FAR_AHEAD = datetime(2099, 1, 1, tzinfo=UTC)
TAMPERED = signed(2, NARROWED).replace("A", "B", 1)


@pytest.mark.parametrize("left", [TAMPERED, None, signed(1)], ids=["tampered", "gone", "rolled back"])
def test_after_a_restart_the_last_good_one_is_in_force(scene: Scene, left: str | None) -> None:
    """Whatever was done to the file meanwhile, a hub that starts decides by the last bundle that was in force."""
    scene.p.governed_by(signed(2, NARROWED))
    scene.p.hub.close()
    file = scene.p.settings.home / "policies.jws.json"
    if left:
        file.write_text(left)
    else:
        file.unlink()
    again = open_hub(scene.p.settings, clock=scene.p.clock)
    assert again.governing.in_force.version == 2
    assert again.bundle.digest == Bundle(NARROWED).digest
    assert bool(again.governing.alarm) == (left is not None)
    assert again.verify().problems == []
    again.close()


def test_a_restart_takes_up_what_was_installed_meanwhile(scene: Scene) -> None:
    """A newer bundle that was put there while no hub ran is in force from the start."""
    scene.p.hub.close()
    govern(scene.p.settings.home, signed(2, NARROWED))
    again = open_hub(scene.p.settings, clock=scene.p.clock)
    assert again.governing.in_force.version == 2
    again.close()


def test_signers_who_were_taken_out_no_longer_count(scene: Scene) -> None:
    """Once a key is out of the signers' file, a hub does not start with what it signed; signed anew by those who are
    in it, the same bundle will do.
    """
    scene.p.hub.close()
    settings = scene.p.settings
    (settings.home / "signers.yaml").write_text(signers_file(1, {OWNER: PUBLIC[OWNER]}))
    with pytest.raises(UnusablePolicies) as refused:
        open_hub(settings, clock=scene.p.clock)
    assert any("the kept bundle, version 1" in problem for problem in refused.value.problems)
    (settings.home / "policies.jws.json").write_text(signed(1, None, roles=(OWNER,)))
    again = open_hub(settings, clock=scene.p.clock)
    assert again.governing.in_force.signed_by == (
        f"{OWNER}/{next(iter(again.governing.in_force.signed_by)).partition('/')[2]}",
    )
    assert again.verify().problems == []
    again.close()


def test_without_any_bundle_no_hub_starts(tmp_path: Path) -> None:
    """An empty home is told which command to run, and nothing is left in it: neither key nor store."""
    with pytest.raises(UnusablePolicies, match="iom-hub policy try-out"):
        open_hub(Settings(home=tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("bundle", "signers", "said"),
    [
        (signed(1, roles=(OWNER,)), SIGNERS, "1 of the 2 roles"),
        (signed(1), "needs: 0\nroles: {}\n", "signers.yaml:1"),
        (signed(1), None, "signers.yaml:1: there is no such file"),
        (
            signed(
                1,
                None,
                Partnership.__init__ and __import__("datetime").datetime(2099, 1, 1, tzinfo=__import__("datetime").UTC),
            ),
            SIGNERS,
            "it holds from 2099-01-01T00:00:00Z",
        ),
    ],
)
def test_without_a_good_first_bundle_no_hub_starts(tmp_path: Path, bundle: str, signers: str | None, said: str) -> None:
    """A first bundle that may not be in force yet, or at all, starts no hub; the reason is told."""
    (tmp_path / "policies.jws.json").write_text(bundle)
    if signers:
        (tmp_path / "signers.yaml").write_text(signers)
    with pytest.raises(UnusablePolicies) as refused:
        open_hub(Settings(home=tmp_path))
    assert said in refused.value.problems[0]
    assert not (tmp_path / "hub.key").exists()
