"""From a directory of YAML to policies that hold together, or a list of everything that is wrong with them."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from access_policies import expanding, linting
from access_policies.model import Agreement, Clause, KindPolicy, Never, Partner, Policies, Vocabulary
from access_policies.reading import Document, UnusablePolicies
from schemas.identifiers import AgencyId

SHIPPED = Path(__file__).parent
"""The policies of the fictional partnership that the hub ships with."""

T = TypeVar("T")

_TOP = ("vocabulary.yaml", "partners.yaml", "agreements.yaml", "clauses.yaml", "nevers.yaml")


def load(directory: Path = SHIPPED) -> Policies:
    """The policies in `directory`. Raises `UnusablePolicies` with every problem, each by file and line."""
    reader = _Reader(directory)
    vocabulary = reader.read("vocabulary.yaml", Vocabulary)
    partners = reader.read("partners.yaml", dict[AgencyId, Partner])
    agreements = reader.read("agreements.yaml", dict[str, Agreement])
    clauses = reader.read_clauses()
    nevers = reader.read("nevers.yaml", dict[str, Never])
    kinds = {policy.kind: policy for policy in reader.read_kinds(_kind_files(directory))}
    if reader.problems or not (vocabulary and partners is not None and agreements is not None):
        raise UnusablePolicies(reader.problems)
    if clauses is None or nevers is None:
        raise UnusablePolicies(reader.problems)
    policies = Policies(
        vocabulary=vocabulary,
        partners=partners,
        agreements=agreements,
        clauses=clauses,
        nevers=nevers,
        kinds={kind: policy.with_nevers(nevers) for kind, policy in kinds.items()},
    )
    if problems := [reader.place(finding) for finding in linting.findings(policies)]:
        raise UnusablePolicies(problems)
    return policies


def _kind_files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.glob("*/*.yaml") if path.is_file())


class _Reader:
    """Reads the files, and remembers which file speaks of what so that a finding can name its line."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._documents: dict[str, Document] = {}
        self._groups: expanding.Groups = {}
        self.problems: list[str] = []

    def read(self, name: str, form: type[T], write_out: Callable[[Document], None] = lambda _: None) -> T | None:
        try:
            document = self._documents[name] = Document(self._directory / name, name)
            write_out(document)
            return document.parsed(form)
        except UnusablePolicies as unusable:
            self.problems += unusable.problems
        return None

    def read_clauses(self) -> dict[str, Clause] | None:
        return self.read("clauses.yaml", dict[str, Clause], self._write_out_clauses)

    def _write_out_clauses(self, document: Document) -> None:
        self._groups = expanding.write_out_clauses(document)

    def read_kinds(self, files: Iterable[Path]) -> Iterator[KindPolicy]:
        for file in files:
            name = str(file.relative_to(self._directory))
            policy = self.read(name, KindPolicy, lambda document: expanding.write_out_kind(document, self._groups))
            if policy is not None:
                yield from self._known_once(policy, name)

    def _known_once(self, policy: KindPolicy, name: str) -> Iterator[KindPolicy]:
        """A kind's file stands where its name says, so there is one file for each kind."""
        strand, rest = [*policy.kind.split(".", 1), ""][:2]
        if name != f"{strand}/{rest}.yaml":
            self.problems.append(f"{name}:1: this file speaks of {policy.kind!r}; name it {strand}/{rest}.yaml")
            return
        self._documents[policy.kind] = self._documents[name]
        yield policy

    def place(self, finding: linting.Finding) -> str:
        """A finding of the linter, by file and line."""
        return self._documents[finding.document].problem(finding.path, finding.sentence)


def is_policy_directory(directory: Path) -> bool:
    """Whether the files that every partnership needs stand there."""
    return all((directory / name).is_file() for name in _TOP)


__all__ = ["SHIPPED", "UnusablePolicies", "is_policy_directory", "load"]
