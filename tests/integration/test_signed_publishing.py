"""Signed updates at the HTTP door: the token says who asks, the signature who stands behind the bytes; both are one."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import orjson
import pytest

from access_policies.keys import AgencyKey
from access_policies.model import Policies
from contract.places import evidence
from hub.attesting import HEADER, sign_batch, sign_envelope
from integration.scene import Scene
from support.attested import public_key, signing_key, with_keys
from support.builders import a_missed_appointment
from support.http import CLOUDEVENTS, LINES, Door
from support.partnership import POLICE, PROBATION, partnership
from support.signing import signed

ARREST = "custody.person.arrested"


@pytest.fixture
def signing() -> Iterator[Scene]:
    """The scene, in which every agency has a key in the register."""
    with partnership(policies=with_keys()) as p, Door(p.hub) as door:
        yield Scene.set(p, door)


def post(scene: Scene, agency: str, content: bytes, signature: str | None, media: str = CLOUDEVENTS) -> httpx.Response:
    """Publish with a token of an agency and with this signature."""
    headers = scene.agency(agency).headers() | {"Content-Type": media}
    headers |= {HEADER: signature} if signature is not None else {}
    return scene.door.request("POST", "/v1/updates", content=content, headers=headers)


def kept_attestations(scene: Scene) -> list[dict[str, Any]]:
    """How each arrest in the ledger was attested."""
    with evidence(scene.p) as kept:
        records = [orjson.loads(each.opening[16:]) for each in kept.entries() if each and each.opening]
    return [record["attested"] for record in records if record.get("kind") == ARREST]


def with_key(agency: str, key: AgencyKey) -> Policies:
    """The shipped policies, in which this agency has this one key."""
    shipped = with_keys()
    partner = shipped.partners[agency].model_copy(update={"keys": (key,)})
    return shipped.model_copy(update={"partners": shipped.partners | {agency: partner}})


def test_a_signed_update_is_kept_with_its_signature(signing: Scene) -> None:
    """The ledger says by which key an update was signed, and verification holds the bytes to it."""
    raw = signing.arrest()
    assert post(signing, POLICE, raw, sign_envelope(signing_key(POLICE), raw).header()).status_code == 200
    [said] = kept_attestations(signing)
    assert (said["by"], said["key"], said["sub"]) == ("signature", public_key(POLICE).id, "a test")
    assert signing.p.hub.verify().problems == []


def test_a_token_alone_is_recorded_as_such(signing: Scene) -> None:
    """An update that nobody signed is attested by the token, and the ledger says so."""
    assert post(signing, POLICE, signing.arrest(), None).status_code == 200
    assert kept_attestations(signing) == [{"by": "token", "sub": "a test"}]


def test_a_signed_batch(signing: Scene) -> None:
    """Each line of a signed batch keeps the proof by which it can be shown alone."""
    lines = [signing.arrest() for _ in range(3)]
    content = b"\n".join(lines) + b"\n"
    answer = post(signing, POLICE, content, sign_batch(signing_key(POLICE), lines).header(), LINES)
    assert [list(orjson.loads(line)) for line in answer.content.splitlines()] == [["receipt"]] * 3
    assert [(said["place"], said["of"]) for said in kept_attestations(signing)] == [("0", "3"), ("1", "3"), ("2", "3")]
    assert signing.p.hub.verify().problems == []


@pytest.mark.parametrize("token", [POLICE, PROBATION])
@pytest.mark.parametrize("signer", [POLICE, PROBATION])
@pytest.mark.parametrize("source", [POLICE, PROBATION])
def test_nobody_publishes_as_another(signing: Scene, token: str, signer: str, source: str) -> None:
    """Of every combination of token, signature and source only one agency's own three are accepted."""
    data = {ARREST: signing.arrest, "supervision.appointment.missed": None}
    raw = (
        data[ARREST]()
        if source == POLICE
        else signing.raw(PROBATION, "supervision.appointment.missed", {**signing.person, **a_missed_appointment()})
    )
    answer = post(signing, token, raw, sign_envelope(signing_key(signer), raw).header())
    assert answer.status_code == (200 if token == signer == source else 403)
    assert len(kept_attestations(signing)) == (token == signer == source == POLICE)


def test_what_does_not_fit_looks_the_same(signing: Scene) -> None:
    """Garbage, a key that nobody has, another agency's key, other bytes: one answer, whatever is wrong."""
    raw = signing.arrest()
    good = sign_envelope(signing_key(POLICE), raw).header()
    wrong = [
        "garbage",
        "",
        sign_envelope(signing_key("nobody"), raw).header(),
        sign_envelope(signing_key(PROBATION), raw).header(),
        sign_envelope(signing_key(POLICE), raw + b" ").header(),
        sign_batch(signing_key(POLICE), [raw]).header().replace(";batch", ""),
        good[:-1],
    ]
    answers = {(answer.status_code, answer.content) for answer in (post(signing, POLICE, raw, each) for each in wrong)}
    assert {status for status, _ in answers} == {403}
    assert len(answers) == 1
    assert post(signing, POLICE, raw, good).status_code == 200


def test_a_replay_has_no_effect(signing: Scene) -> None:
    """A captured update with its signature, sent again, gets the first receipt and changes no row."""
    raw = signing.arrest()
    signature = sign_envelope(signing_key(POLICE), raw).header()
    first = post(signing, POLICE, raw, signature)
    rows = signing.rows()
    assert post(signing, POLICE, raw, signature).content == first.content
    assert signing.rows() == rows


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"kinds": (ARREST,)}, 200),
        ({"kinds": ("custody.person.left",)}, 403),
        ({"until": date(2026, 3, 2)}, 200),
        ({"until": date(2026, 3, 1)}, 403),
        ({"since": date(2026, 3, 3)}, 403),
        ({"use": "receiving"}, 403),
    ],
)
def test_a_key_signs_its_kinds_on_its_days(change: dict[str, Any], status: int) -> None:
    """A key signs the kinds that the register says, from its first day to its last, and only if it is for signing."""
    policies = with_key(POLICE, public_key(POLICE).model_copy(update=change))
    with partnership(policies=policies) as p, Door(p.hub) as door:
        scene = Scene.set(p, door)
        raw = scene.arrest()
        assert post(scene, POLICE, raw, sign_envelope(signing_key(POLICE), raw).header()).status_code == status


def test_what_was_signed_long_ago_still_verifies(signing: Scene) -> None:
    """Once its key has left the register, an update cannot be signed by it, and what it signed before stays proved."""
    raw, later = signing.arrest(), signing.arrest()
    signature = sign_envelope(signing_key(POLICE), later).header()
    post(signing, POLICE, raw, sign_envelope(signing_key(POLICE), raw).header())
    signing.p.governed_by(signed(2, with_key(POLICE, public_key("another key"))))
    assert post(signing, POLICE, later, signature).status_code == 403
    assert signing.p.hub.verify().problems == []
