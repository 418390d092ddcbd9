"""What nobody has decided on: a kind or a field that the schemas have and the policies do not, because it came later.

Need to know is closed until somebody decides. Of such a kind nobody may publish anything, and such a field is withheld
from everybody. No draft leaves anything undecided; what was signed before the schema had it may.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from access_policies.linting.finding import Finding
from access_policies.model import Policies
from schemas.updates import KINDS, Update


class Undecided(NamedTuple):
    """A kind; or one field of a kind that has a policy."""

    kind: str
    field: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}.{self.field}" if self.field else self.kind

    @property
    def finding(self) -> Finding:
        """What a draft is told about it."""
        if self.field is None:
            return Finding("vocabulary.yaml", (), f"the kind {self.kind!r} has no policy file; write one")
        sentence = f"the field {self.field!r} of the schema is not decided on; list it with its class"
        return Finding(self.kind, ("fields",), sentence)

    @property
    def blocks(self) -> bool:
        """Whether no hub starts without it: what it says itself once a time is over would reach nobody, and be lost."""
        return self.field is None and KINDS[self.kind].BY_HUB


def undecided(policies: Policies, kinds: Mapping[str, type[Update]] = KINDS) -> Iterator[Undecided]:
    """Every kind without a policy, and every field that its kind's policy does not list."""
    for kind, model in kinds.items():
        policy = policies.kinds.get(kind)
        if policy is None:
            yield Undecided(kind)
        else:
            yield from (Undecided(kind, name) for name in sorted(set(model.fields()) - policy.fields.keys()))
