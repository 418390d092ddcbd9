"""Editions of the policies, as the command line names them: a folder, a file, the draft, or what a hub keeps."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from access_policies.compiling import Bundle
    from access_policies.model import Policies
    from hub.ports import BundleRow
    from hub.settings import Settings

EDITION = "A folder, a canonical or bundle file, `draft`, `in-force`, a version that was in force, or a digest."

_DIGEST = re.compile(r"[0-9a-f]{8,64}")


def edition_named(name: str, settings: "Settings") -> "Bundle":
    """The edition that `name` means. Raises `UnusablePolicies`."""
    from access_policies.approving import edition
    from access_policies.reading import UnusablePolicies
    from hub.bootstrap import bundle_in_force, last_bundle

    path = Path(name)
    if name == "in-force":
        return bundle_in_force(settings)
    if name == "draft":
        return edition(settings.policy_directory())
    if path.exists():
        return _signed(path) or edition(path)
    kept = last_bundle(settings, version=int(name)) if name.isdecimal() else None
    if kept is None and _DIGEST.fullmatch(name):
        kept = last_bundle(settings, digest=name)
    if kept is None:
        raise UnusablePolicies([f"{name}: there is no such folder or file, and no such bundle was in force here"])
    return _kept(kept)


def _signed(path: Path) -> "Bundle | None":
    """The edition in a bundle file, whoever signed it; None for any other file."""
    from access_policies.compiling import Bundle
    from access_policies.signing import content_of

    if path.is_dir():
        return None
    text = path.read_text(encoding="utf-8")
    if '"payload"' not in text[:100]:
        return None
    return Bundle(content_of(text, path.name, signed=True).policies)


def _kept(row: "BundleRow") -> "Bundle":
    from access_policies.bundling import reopen
    from access_policies.signing import raw_content

    return reopen(raw_content(row.signed))


def canonical_of(policies: "Policies") -> dict[str, object]:
    """The canonical form as JSON, to be sent to a hub."""
    from access_policies.compiling import canonical

    content: dict[str, object] = json.loads(canonical(policies))
    return content
