"""Offering: what a signed file offers to the hub, held to its signatures and to what was in force last.

At a start the last good bundle goes on, or a newer one in the file. A bundle may be older than a kind or a field; it is
never older than what the one before it decided on.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from pydantic import JsonValue

from access_policies.bundling import moment, refusal, reopen
from access_policies.compiling import Bundle
from access_policies.linting import Undecided, undecided
from access_policies.reading import UnusablePolicies
from access_policies.signers import Signers, load_signers
from access_policies.signing import raw_content, verified
from hub.ports import BundleRow

NONE_IN_FORCE = (
    "no bundle is in force, so the hub does not start: run `iom-hub policy try-out` to try things out, or have one "
    "made, signed and installed with `iom-hub policy bundle`, `iom-hub policy sign` and `iom-hub policy install`"
)


@dataclass(frozen=True)
class Files:
    """Where the bundle is put, and whose signatures count."""

    bundle: Path
    signers: Path

    def read(self) -> tuple[bytes | None, bytes | None]:
        """Both as they lie there, to see whether either has changed."""
        return _read(self.bundle), _read(self.signers)


@dataclass(frozen=True)
class InForce:
    """A bundle and what was signed about it."""

    version: int
    effective_from: datetime
    bundle: Bundle
    signed_by: tuple[str, ...]
    """Each as `role/key`."""

    @cached_property
    def undecided(self) -> tuple[Undecided, ...]:
        """The kinds and fields that came after it: nobody publishes or is told them until a newer one decides."""
        return tuple(undecided(self.bundle.policies))

    def row(self, text: str) -> BundleRow:
        """As it is kept."""
        return BundleRow(self.version, self.bundle.digest, self.effective_from, text)

    def record(self, text: str) -> dict[str, JsonValue]:
        """What the ledger says of it."""
        return {
            "verb": "policies",
            "version": self.version,
            "digest": self.bundle.digest,
            "effective_from": moment(self.effective_from),
            "signed_by": list(self.signed_by),
            "file": sha256(text.encode()).hexdigest(),
        }


@dataclass(frozen=True)
class Offer:
    """The bundle that lies in the file. It waits until its time has come."""

    offered: InForce
    text: str
    known: bool
    """Whether it is the last one that was kept, so that there is nothing to do."""
    waits: bool


def offered(text: bytes, files: Files, last: BundleRow | None, now: datetime, name: str = "") -> Offer:
    """What a file offers, held to its signatures and to what was in force last. Raises `UnusablePolicies`."""
    name = name or files.bundle.name
    if not text:
        raise refusal(name, "it is empty, or the hub may not read it", "install one with `iom-hub policy install`")
    said = _decoded(text, name)
    found = _read_bundle(_Text(said, name), load_signers(files.signers))
    known = _is_known(found.version, said, last, name)
    if found.undecided and last and not known:
        _refuse_forgetting(found, last, name)
    return Offer(found, said, known, waits=not known and found.effective_from > now)


def _is_known(version: int, text: str, last: BundleRow | None, name: str) -> bool:
    """Whether it is the last one again. Raises `UnusablePolicies` unless it is, or is newer."""
    if last is None or version > last.version:
        return False
    if version < last.version:
        remedy = f"to go back, sign a new one: `iom-hub policy rollback {version}`"
        raise refusal(name, f"its version {version} is lower than {last.version}, which was in force", remedy)
    if raw_content(text) != raw_content(last.signed):
        raise refusal(name, f"another bundle of version {version} was in force", "give it a version of its own")
    return True


def _refuse_forgetting(found: InForce, last: BundleRow, name: str) -> None:
    """What was decided on stays so: partners may have been told of it, and hear what becomes of that. Raises
    `UnusablePolicies`.
    """
    before = set(undecided(reopen(raw_content(last.signed)).policies))
    if forgotten := [str(each) for each in found.undecided if each not in before]:
        raise refusal(name, f"it does not decide on {', '.join(forgotten)}, as version {last.version} does")


def kept(last: BundleRow, files: Files) -> InForce:
    """The bundle that was in force last, if its signatures still count. Raises `UnusablePolicies`."""
    return _read_bundle(_Text(last.signed, f"the kept bundle, version {last.version}"), load_signers(files.signers))


@dataclass(frozen=True)
class _Text:
    """The text of a bundle. What it is called by says nothing of what it holds: the file is mostly the kept one."""

    text: str
    name: str = field(compare=False)


@lru_cache(maxsize=8)
def _read_bundle(found: _Text, signers: Signers) -> InForce:
    """Worked out once: a start looks at a bundle several times. Raises `UnusablePolicies`."""
    signed = verified(found.text, found.name, signers)
    names = tuple(f"{signer.role}/{signer.key_id}" for signer in signed.signed_by)
    return InForce(signed.content.version, signed.content.effective_from, Bundle(signed.content.policies), names)


def begin(last: BundleRow | None, files: Files, now: datetime) -> tuple[InForce, Offer | None]:
    """What a hub that starts now decides by, and the offer that it would take up for that.

    Raises `UnusablePolicies`, with everything that is wrong, when there is nothing to decide by.
    """
    problems, before, offer = [], None, None
    try:
        before = kept(last, files) if last else None
    except UnusablePolicies as unusable:
        problems += unusable.problems
    try:
        text = _read(files.bundle)
        offer = offered(text, files, last, now) if text is not None else None
    except UnusablePolicies as unusable:
        problems += unusable.problems
    if offer and not offer.waits and (before is None or not offer.known):
        return offer.offered, offer
    if before is None:
        waits = [f"{files.bundle.name}: it holds from {moment(offer.offered.effective_from)}"] if offer else []
        raise UnusablePolicies([*problems, *waits, NONE_IN_FORCE])
    return before, None


def in_words(missing: Iterable[Undecided]) -> list[str]:
    """What nobody has decided on yet, for those who see to it that somebody does."""
    return [
        f"Not decided on: {each}; it is withheld from everybody"
        if each.field
        else f"No policy in force: {each}; nobody may publish it, and nobody is told"
        for each in missing
    ]


def _read(path: Path) -> bytes | None:
    """What lies there; None when nothing does, and nothing at all when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as why:
        return None if isinstance(why, FileNotFoundError) else b""


def _decoded(text: bytes, name: str) -> str:
    with suppress(UnicodeDecodeError):
        return text.decode()
    raise refusal(name, "it is not text", "install the file that was signed")
