"""From a directory of YAML to policies that hold together, or a list of everything that is wrong with them."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from access_policies import linting
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
    clauses = reader.read("clauses.yaml", dict[str, Clause])
    nevers = reader.read("nevers.yaml", dict[str, Never])
    kinds = {policy.kind: policy for policy in reader.read_all(_kind_files(directory), KindPolicy)}
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
        self.problems: list[str] = []

    def read(self, name: str, form: type[T]) -> T | None:
        return self._parsed(name, TypeAdapter(form).validate_python)

    def read_all(self, files: Iterable[Path], form: type[KindPolicy]) -> Iterator[KindPolicy]:
        for file in files:
            name = str(file.relative_to(self._directory))
            policy = self._parsed(name, form.model_validate)
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

    def _parsed(self, name: str, parse: Callable[[Any], T]) -> T | None:
        document = None
        try:
            document = Document(self._directory / name, name)
            self._documents[name] = document
            return parse(document.content)
        except UnusablePolicies as unusable:
            self.problems += unusable.problems
        except ValidationError as invalid:
            self.problems += [self._in_words(document, error) for error in invalid.errors()]
        return None

    def _in_words(self, document: Document | None, error: Any) -> str:
        path = tuple(part for part in error["loc"] if part != "[key]")
        where = ".".join(str(part) for part in path)
        assert document is not None
        return document.problem(path, f"{where}: {_remedy(error)}")

    def place(self, finding: linting.Finding) -> str:
        """A finding of the linter, by file and line."""
        return self._documents[finding.document].problem(finding.path, finding.sentence)


_FORMS = {
    "int": "a whole number",
    "bool": "true or false",
    "date": "a day such as 2027-05-01",
    "tuple": "a list in brackets",
    "dict": "a mapping of keys to values",
    "model": "a mapping of keys to values",
    "string": "text of the form that belongs here",
}
"""What to write, by the first word of pydantic's name for the error."""


def _remedy(error: Any) -> str:
    """What is wrong with the form of a value, and what to do; never the value."""
    match error["type"]:
        case "extra_forbidden":
            return "nobody knows this key; mend its spelling, or take it out"
        case "missing":
            return "this key is missing; add it"
        case "literal_error":
            return f"choose from {error['ctx']['expected']}"
        case "value_error":
            return str(error["ctx"]["error"])
        case kind:
            return f"this has the wrong form; write {_FORMS.get(kind.partition('_')[0], 'what belongs here')}"


def is_policy_directory(directory: Path) -> bool:
    """Whether the files that every partnership needs stand there."""
    return all((directory / name).is_file() for name in _TOP)


__all__ = ["SHIPPED", "UnusablePolicies", "is_policy_directory", "load"]
