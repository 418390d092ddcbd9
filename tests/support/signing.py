"""Signed policies for tests: two roles whose keys are fixed, and a bundle of any policies in a moment."""

import atexit
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from access_policies.bundling import Content
from access_policies.loading import load
from access_policies.model import Partner, Policies
from access_policies.signers import signers_file, usual_id
from access_policies.signing import sign, unsigned

GOVERNANCE, OWNER = ROLES = ("information_governance", "data_owner")
KEYS = {role: Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number, role in enumerate(ROLES, 1)}
PUBLIC = {role: key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw) for role, key in KEYS.items()}
IDS = {role: usual_id(role, PUBLIC[role]) for role in ROLES}
SIGNERS = signers_file(2, PUBLIC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@cache
def shipped() -> Policies:
    """The shipped policies, read once."""
    return load()


def draft(version: int = 1, policies: Policies | None = None, effective_from: datetime = LONG_AGO) -> str:
    """A bundle that nobody has signed."""
    return unsigned(Content(version, effective_from, policies or shipped()))


def signed(
    version: int = 1,
    policies: Policies | None = None,
    effective_from: datetime = LONG_AGO,
    roles: tuple[str, ...] = ROLES,
) -> str:
    """A bundle of the shipped policies, or of others, signed by these roles."""
    text = draft(version, policies, effective_from)
    for role in roles:
        text = sign(text, "a test", IDS[role], KEYS[role])
    return text


@cache
def the_first() -> str:
    """What nearly every test begins with, signed once."""
    return signed()


def suspended(agency: str) -> Policies:
    """The shipped policies, with one agency suspended."""
    return _with_partners({agency: shipped().partners[agency].model_copy(update={"suspended": True})})


def joined(agency: str, like: str) -> Policies:
    """The shipped policies, with one more agency, of the kind of another."""
    return _with_partners({agency: shipped().partners[like]})


def besides(agency: str, other: str) -> Policies:
    """The shipped policies, with one more agency, which is controller wherever another of its kind is."""
    return _with_controllers(joined(other, agency), {agency: (agency, other)})


def replaced(agency: str, by: str) -> Policies:
    """The shipped policies, with another agency of the same kind in the place of one."""
    partners = {by if name == agency else name: each for name, each in shipped().partners.items()}
    return _with_controllers(shipped().model_copy(update={"partners": partners}), {agency: (by,)})


def _with_controllers(policies: Policies, instead: dict[str, tuple[str, ...]]) -> Policies:
    agreements = {
        name: each.model_copy(
            update={"controllers": tuple(new for old in each.controllers for new in instead.get(old, (old,)))}
        )
        for name, each in policies.agreements.items()
    }
    return policies.model_copy(update={"agreements": agreements})


def _with_partners(partners: dict[str, Partner]) -> Policies:
    return shipped().model_copy(update={"partners": shipped().partners | partners})


def without(kind: str, clause: str) -> Policies:
    """The shipped policies, in which a clause no longer tells anything of a kind."""
    policy = shipped().kinds[kind]
    share = {name: said for name, said in policy.share.items() if name != clause}
    assert share != policy.share
    narrowed = policy.model_copy(update={"share": share, "expect": ()})
    return shipped().model_copy(update={"kinds": shipped().kinds | {kind: narrowed}})


def before_kind(kind: str) -> Policies:
    """The shipped policies, as they were before there was such a kind."""
    return shipped().model_copy(
        update={"kinds": {each: said for each, said in shipped().kinds.items() if each != kind}}
    )


def before_field(kind: str, name: str) -> Policies:
    """The shipped policies, as they were before this kind had this field."""
    policy = shipped().kinds[kind]
    fields = {each: rule for each, rule in policy.fields.items() if each != name}
    share = {
        clause: said.model_copy(
            update={part: tuple(each for each in getattr(said, part) if each != name) for part in ("fields", "masked")}
        )
        for clause, said in policy.share.items()
    }
    older = policy.model_copy(update={"fields": fields, "share": share, "expect": ()})
    return shipped().model_copy(update={"kinds": shipped().kinds | {kind: older}})


def reworded(clause: str, because: str, policies: Policies) -> Policies:
    """These policies, with another reason for a clause."""
    changed = policies.clauses[clause].model_copy(update={"because": because})
    return policies.model_copy(update={"clauses": policies.clauses | {clause: changed}})


def govern(home: Path, text: str | None = None) -> Path:
    """The home, with the signers and this bundle in it; with the shipped policies where it has none."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / "policies.jws.json"
    if text is not None or not file.exists():
        (home / "signers.yaml").write_text(SIGNERS, encoding="utf-8")
        file.write_text(text or the_first(), encoding="utf-8")
    return home


@cache
def elsewhere() -> dict[str, str]:
    """The settings for a home that has no bundle of its own: the shipped one in a folder that goes with the tests."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    home = govern(Path(folder.name))
    return {"IOM_HUB_BUNDLE": str(home / "policies.jws.json"), "IOM_HUB_SIGNERS": str(home / "signers.yaml")}
