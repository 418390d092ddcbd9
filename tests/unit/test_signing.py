"""Signed bundles: what enough of the right people signed is in force to the byte, and nothing else ever is."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from access_policies.bundling import Content, read_content, reopen
from access_policies.compiling import Bundle, canonical
from access_policies.reading import UnusablePolicies
from access_policies.signers import Signers, load_signers
from access_policies.signing import content_of, raw_content, sign, unsigned, verified
from hub.installing import signed_as
from hub.offering import Files, Offer, offered
from hub.ports import BundleRow
from support.signing import GOVERNANCE, IDS, KEYS, LONG_AGO, OWNER, ROLES, draft, govern, shipped, signed
from unit.tampered import TABLE, VERSION, Make, a_bundle, by_hand, decoded, good

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LAST = BundleRow(VERSION, Bundle(shipped()).digest, LONG_AGO, signed(VERSION))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A home with the two signers of the tests, both of whom must sign."""
    home = govern(tmp_path)
    return Files(home / "policies.jws.json", home / "signers.yaml")


def judged(files: Files, text: str, now: datetime = NOW) -> Offer:
    """What comes of this bundle after version 5."""
    return offered(text.encode(), files, LAST, now)


@pytest.mark.parametrize(("make", "said", "do"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_it_is_refused(files: Files, make: Make, said: str, do: str) -> None:
    """A bundle that was altered, stripped, forged, rolled back or cannot be used is refused; the message names the
    file, what is wrong, and what to do.
    """
    with pytest.raises(UnusablePolicies) as refused:
        judged(files, make())
    [first, *_] = refused.value.problems
    assert first.startswith("policies.jws.json: ")
    assert said in first
    assert do in first


def test_the_table_is_long_enough() -> None:
    """There are more than fifty ways to tamper in the table, no two of the same name."""
    assert len({row[0] for row in TABLE}) == len(TABLE) > 50


def test_a_good_one_is_taken(files: Files) -> None:
    """What both roles signed is offered with its rules, its version, its time and its signers."""
    offer = judged(files, signed(VERSION + 1))
    assert (offer.known, offer.waits) == (False, False)
    assert (offer.offered.version, offer.offered.effective_from) == (VERSION + 1, LONG_AGO)
    assert offer.offered.bundle.digest == Bundle(shipped()).digest
    assert offer.offered.signed_by == tuple(f"{role}/{IDS[role]}" for role in ROLES)


def test_signatures_made_elsewhere_count(files: Files) -> None:
    """A signature by any program that follows the format counts, in any order."""
    payload = decoded(good()["payload"])
    text = a_bundle(payload, by_hand(payload, OWNER), by_hand(payload, GOVERNANCE))
    assert judged(files, text).offered.version == VERSION + 1


def test_the_same_version_again_is_nothing_new(files: Files) -> None:
    """The bundle that is in force, offered again, changes nothing."""
    assert judged(files, signed(VERSION)).known


def test_before_its_time_it_waits(files: Files) -> None:
    """A bundle waits until the moment that it names, to the second; its signatures are checked at once."""
    text = signed(VERSION + 1, None, NOW)
    assert judged(files, text, NOW - timedelta(seconds=1)).waits
    assert not judged(files, text, NOW).waits
    with pytest.raises(UnusablePolicies, match="1 of the 2 roles"):
        judged(files, signed(VERSION + 1, None, NOW, (OWNER,)), NOW - timedelta(days=1))


def test_policies_come_back_as_they_were_signed() -> None:
    """The rules read from a bundle are those that went into it: equal, and of the same bytes and digest."""
    content = content_of(draft(), "x")
    assert content.policies.model_dump() == shipped().model_dump()
    assert canonical(content.policies) == canonical(shipped())
    assert Content(1, LONG_AGO, shipped()).to_bytes() == raw_content(draft())


def test_order_is_meaning() -> None:
    """The order of clauses and fields survives, as the first clause that grants a field is the one recorded."""
    kinds, again = shipped().kinds, content_of(draft(), "x").policies.kinds
    assert [list(kind.share) for kind in again.values()] == [list(kind.share) for kind in kinds.values()]
    assert [list(kind.fields) for kind in again.values()] == [list(kind.fields) for kind in kinds.values()]


def test_signing_again_replaces_ones_own_signature() -> None:
    """A role that signs twice has signed once, and the other's signature stays."""
    twice = sign(signed(), "x", IDS[OWNER], KEYS[OWNER])
    assert len(json.loads(twice)["signatures"]) == 2
    assert twice == signed()


def test_nobody_signs_what_cannot_be_used(files: Files) -> None:
    """A draft that no hub would take is refused to the signer, too."""
    spoiled = unsigned(Content(1, LONG_AGO, shipped().model_copy(update={"clauses": {}})))
    with pytest.raises(UnusablePolicies, match="there is no clause"):
        signed_as(spoiled, "x", OWNER, KEYS[OWNER], files.signers)


@pytest.mark.parametrize("needs", [1, 2])
def test_as_many_roles_as_the_file_asks_for(files: Files, needs: int) -> None:
    """`needs: 1` is content with one role, `needs: 2` is not."""
    files.signers.write_text(files.signers.read_text().replace("needs: 2", f"needs: {needs}"))
    signers, text = load_signers(files.signers), signed(1, None, LONG_AGO, (OWNER,))
    if needs == 1:
        assert [signer.role for signer in verified(text, "x", signers).signed_by] == [OWNER]
    else:
        with pytest.raises(UnusablePolicies, match="not yet: information_governance"):
            verified(text, "x", signers)


def test_nothing_is_read_that_nobody_signed() -> None:
    """Signatures are checked before content: what is wrong inside an unsigned one is not even looked at."""
    nobody = Signers(1, ())
    with pytest.raises(UnusablePolicies, match="does not have"):
        verified(a_bundle(b"\xff"), "x", nobody)


def test_a_past_bundle_opens_though_masks_and_kinds_have_moved_on() -> None:
    """Old decisions are explained under rules that no hub would start with today; their digest is the one signed."""
    raw = raw_content(draft()).replace(b'"masks_version":1', b'"masks_version":0')
    gone = shipped().model_copy(update={"kinds": {}})
    assert reopen(raw).digest == Bundle(shipped(), masks_version=0).digest != Bundle(shipped()).digest
    assert reopen(Content(1, LONG_AGO, gone).to_bytes()).digest == Bundle(gone).digest
    with pytest.raises(UnusablePolicies):
        read_content(raw, "x")
