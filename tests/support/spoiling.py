"""Spoiling: a copy of the shipped policies in which one small thing is wrong, and the sentence that refuses it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from access_policies.loading import SHIPPED, UnusablePolicies, load

ARREST, PLAN, LEFT = "custody/person.arrested.yaml", "custody/release.planned.yaml", "custody/person.left.yaml"
CLAUSES, VOCABULARY, PARTNERS = "clauses.yaml", "vocabulary.yaml", "partners.yaml"
AGREEMENTS, NEVERS = "agreements.yaml", "nevers.yaml"
CONCERN, CORRECTED = "trust/concern.disclosed.yaml", "trust/update.corrected.yaml"


@dataclass(frozen=True)
class Spoil:
    """What is done to one file of the copy."""

    file: str
    do: Callable[[Path], object]
    at_end: bool = False
    """Whether what is wrong stands at the end of the file."""


@dataclass(frozen=True)
class Refused:
    """A spoilt file, a piece of the line that is named (none names line 1), and what is said of it."""

    spoil: Spoil
    at: str
    says: str
    named: str = ""
    """The file that is named, when it is not the spoilt one."""

    def expected(self, policies: Path) -> str:
        """The problem that must be among those named: file, line and remedy."""
        file = self.named or self.spoil.file
        return f"{file}:{self._line(policies / file)}: {self.says}"

    def _line(self, file: Path) -> int:
        if not self.at:
            return 1
        lines = enumerate(file.read_bytes().splitlines(), 1)
        found = [number for number, line in lines if self.at.encode() in line]
        return found[-1 if self.spoil.at_end else 0]


def copied(into: Path) -> Path:
    """A copy of the shipped policies that a test may spoil."""
    for file in [*SHIPPED.glob("*.yaml"), *SHIPPED.glob("*/*.yaml")]:
        target = into / file.relative_to(SHIPPED)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, target)
    return into


def problems(policies: Path) -> list[str]:
    """Everything that keeps these policies from loading."""
    with pytest.raises(UnusablePolicies) as refused:
        load(policies)
    return refused.value.problems


def swapped(file: str, old: str, new: str) -> Spoil:
    """One piece of one file says something else."""

    def do(policies: Path) -> None:
        text = (policies / file).read_text(encoding="utf-8")
        assert old in text, f"{file} no longer says {old!r}"
        (policies / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return Spoil(file, do)


def added(file: str, lines: str) -> Spoil:
    """Something stands at the end of a file."""

    def do(policies: Path) -> None:
        with (policies / file).open("a", encoding="utf-8") as text:
            text.write(f"\n{lines}\n")

    return Spoil(file, do, at_end=True)


def written(file: str, content: bytes) -> Spoil:
    """A file says something else altogether."""
    return Spoil(file, lambda policies: (policies / file).write_bytes(content))


def gone(file: str) -> Spoil:
    """A file is missing."""
    return Spoil(VOCABULARY if "/" in file else file, lambda policies: (policies / file).unlink())


def moved(file: str, to: str) -> Spoil:
    """A file lies under another name."""
    return Spoil(to, lambda policies: (policies / file).rename(policies / to))


def clause(**changes: str) -> Spoil:
    """One more clause, called `spoilt`, which is right but for what is said here."""
    said = {
        "recipient": "police",
        "purpose": "public_protection",
        "power": "{probation: CDA1998-s115}",
        "condition": "law-enforcement",
        "when": "{cohort: [Fixed], involvement: [active]}",
        "because": "A test.",
        "agreement": "northshire-1/B",
        "review": "2027-01-01",
    }
    lines = [f"  {key}: {value}" for key, value in (said | changes).items() if value]
    return added(CLAUSES, "\n".join(["spoilt:", *lines]))
