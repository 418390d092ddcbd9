"""Bundling: policies as the content that people sign: which version it is, from when it holds, and every rule.

Content v1 (docs/formats.md) has one byte form. What does not come back to the same bytes is refused, so nothing can
be signed that means something else when it is read.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from access_policies import linting
from access_policies.compiling import Bundle, canonical
from access_policies.masking import MASKS_VERSION
from access_policies.model import Policies
from access_policies.reading import UnusablePolicies

FORMAT = "iom-hub/policies/1"
HIGHEST = 10**9
ANEW = "mend the draft, then make, sign and install a bundle anew: `iom-hub policy bundle`"
"""What to do about content that cannot be used."""

_KEYS = ("format", "version", "effective_from", "policies")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True)
class Content:
    """What is signed: the rules, their version, and the moment (UTC, whole seconds) from which they hold."""

    version: int
    effective_from: datetime
    policies: Policies

    def to_bytes(self) -> bytes:
        """The one byte form. Raises `ValueError` for text that UTF-8 cannot say."""
        head = {"format": FORMAT, "version": self.version, "effective_from": moment(self.effective_from)}
        text = json.dumps(head, separators=(",", ":")).encode()
        return text[:-1] + b',"policies":' + canonical(self.policies) + b"}"


def refusal(name: str, what: str, remedy: str = ANEW) -> UnusablePolicies:
    """That the bundle in the file called `name` cannot be used: what is wrong, and what to do."""
    return UnusablePolicies([f"{name}: {what}; {remedy}"])


def moment(time: datetime) -> str:
    """A moment as content writes it: RFC 3339, UTC, whole seconds."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_content(raw: bytes, name: str, *, signed: bool = False) -> Content:
    """The content in `raw`, fit to be used by this version of the hub. Raises `UnusablePolicies`; `name` is the file.

    Held to are: one byte form, no key twice, this hub's masks and kinds, and everything that policies must keep. What
    was `signed` may say nothing of kinds and fields that came later (see `access_policies.linting.undecided`).
    """
    said = _said(raw, name)
    if said["policies"].get("masks_version") != MASKS_VERSION:
        raise refusal(name, f"it is made for other masks than this hub's, which are version {MASKS_VERSION}")
    content = _content(said, name)
    if _bytes_of(content) != raw:
        raise refusal(name, "its content is not in its one byte form")
    if problems := [
        f"{name}: {_place(finding)}: {finding.sentence}; {ANEW}"
        for finding in linting.findings(content.policies, signed=signed)
    ]:
        raise UnusablePolicies(problems)
    return content


@lru_cache(maxsize=4)  # whoever verifies asks for the same few again and again
def reopen(raw: bytes) -> Bundle:
    """The rules of a bundle that was in force once, to explain what was decided under them.

    They need not fit the kinds and masks of today. Raises `UnusablePolicies` when this version cannot read them.
    """
    said = _said(raw, "a kept bundle")
    try:
        return Bundle(_content(said, "a kept bundle").policies, masks_version=said["policies"].get("masks_version"))
    except LookupError as unfit:  # nothing held these rules together when they were read
        raise refusal("a kept bundle", "its rules do not fit each other") from unfit


def _said(raw: bytes, name: str) -> dict[str, Any]:
    try:
        said = json.loads(raw.decode(), object_pairs_hook=each_key_once)
    except Twice as twice:
        raise refusal(name, "a key stands twice in its content") from twice
    except (ValueError, RecursionError) as broken:
        raise refusal(name, "its content is not JSON") from broken
    if not isinstance(said, dict) or tuple(said) != _KEYS or not isinstance(said["policies"], dict):
        raise refusal(name, f"its content does not say {', '.join(_KEYS)} and nothing else")
    if said["format"] != FORMAT:
        raise refusal(name, f"its content is not of the format {FORMAT}")
    return said


class Twice(Exception):
    """A key stands twice in one object."""


def each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, of which no reader can take another value than the next one does. Raises `Twice`."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Twice
    return found


def _content(said: dict[str, Any], name: str) -> Content:
    version, rules = said["version"], {key: rule for key, rule in said["policies"].items() if key != "masks_version"}
    if type(version) is not int or not 1 <= version <= HIGHEST:
        raise refusal(name, "its version is not a whole number from 1")
    try:
        return Content(version, _time(said["effective_from"]), Policies.model_validate(rules))
    except ValidationError as invalid:
        problems = [f"{name}: {'.'.join(map(str, each['loc']))}: {each['msg']}; {ANEW}" for each in invalid.errors()]
        raise UnusablePolicies(problems) from invalid
    except ValueError as wrong:
        raise refusal(name, "effective_from is not a time such as 2026-03-02T09:00:00Z") from wrong


def _time(text: Any) -> datetime:
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ValueError
    return datetime.fromisoformat(text)


def _bytes_of(content: Content) -> bytes:
    try:
        return content.to_bytes()
    except ValueError:
        return b""


def _place(finding: linting.Finding) -> str:
    return " ".join((finding.document, ".".join(map(str, finding.path)))).strip()
