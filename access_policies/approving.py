"""What was approved: the policies as they last were (`baseline.json`), and the widening lines that a change names
(`approved.yaml`). Nothing widens unnoticed.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from access_policies.changing import Change
from access_policies.comparing import compare
from access_policies.compiling import Bundle, canonical
from access_policies.loading import load
from access_policies.model import Form, Policies
from access_policies.reading import Document, UnusablePolicies

BASELINE = "baseline.json"
APPROVED = "approved.yaml"
NOTHING_APPROVED = """\
# The widening lines that the present change names, each as `iom-hub policy diff` prints it, with who answers for it and
# why. `iom-hub policy approve` empties this list when it moves the baseline.
approved: []
"""

Said = Annotated[str, Field(min_length=1)]


class Approval(Form):
    """One widening line that somebody answers for."""

    line: Said
    by: Said
    because: Said


class Approvals(Form):
    """The content of `approved.yaml`."""

    approved: tuple[Approval, ...]


@dataclass(frozen=True)
class Verdict:
    """What a comparison came to: `unnamed` widen and nobody approved them, `stale` are approved and do not occur."""

    changes: tuple[Change, ...]
    unnamed: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the approvals name exactly the widening lines."""
        return not self.unnamed and not self.stale


def edition(path: Path) -> Bundle:
    """The policies in a directory, or in a file in their canonical form. Raises `UnusablePolicies`."""
    if path.is_dir():
        return Bundle(load(path))
    try:
        content = json.loads(path.read_bytes())
        masks = content.pop("masks_version")
        return Bundle(Policies.model_validate(content), masks_version=masks)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError) as broken:
        raise UnusablePolicies([f"{path.name}:1: this file does not hold policies in canonical form"]) from broken


def approvals(path: Path) -> tuple[Approval, ...]:
    """The approvals in a file, strictly read. Raises `UnusablePolicies`."""
    return Document(path, path.name).parsed(Approvals).approved


def judge(old: Bundle, new: Bundle, approved: Iterable[Approval]) -> Verdict:
    """Compare two editions, and hold the widening lines against the approvals."""
    changes = tuple(compare(old, new))
    wider = [str(change) for change in changes if change.direction == "WIDER"]
    named = [each.line for each in approved]
    return Verdict(
        changes=changes,
        unnamed=tuple(line for line in wider if line not in named),
        stale=tuple(line for line in named if line not in wider),
    )


def move_baseline(directory: Path) -> Verdict:
    """Make the policies in `directory` the baseline and empty the approvals; not while anything is unapproved."""
    baseline, approved, new = directory / BASELINE, directory / APPROVED, edition(directory)
    named = approvals(approved) if approved.exists() else ()
    verdict = judge(edition(baseline), new, named) if baseline.exists() else Verdict((), (), ())
    if verdict.passed:
        baseline.write_bytes(canonical(new.policies))
        approved.write_text(NOTHING_APPROVED, encoding="utf-8")
    return verdict
