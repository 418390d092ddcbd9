"""Granting: what each clause tells of each kind, for the documents that are made from the policies."""

from collections.abc import Iterable
from dataclasses import dataclass

from access_policies.model import Clause, KindPolicy, Policies

CONFIRM = "(a lawyer must confirm)"
"""Stands beside every power and condition: what the policies say of the law is not yet the law."""
NOT_SET = "not set"


@dataclass(frozen=True)
class Grant:
    """What one clause tells of one kind, less what a `never` always bars."""

    name: str
    clause: Clause
    policy: KindPolicy
    clear: tuple[str, ...]
    masked: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of data that it tells, in the order of the kind's fields."""
        return tuple(dict.fromkeys(self.policy.fields[name].class_ for name in (*self.clear, *self.masked)))

    def power_of(self, discloser: str) -> str | None:
        """The power on which a kind of partner discloses this; none for the recipient itself."""
        return self.clause.power.get(discloser) or self.clause.power.get("any")


def grants(policies: Policies) -> tuple[Grant, ...]:
    """Everything that some clause tells, clause by clause."""
    return tuple(
        grant
        for name, clause in policies.clauses.items()
        for policy in policies.kinds.values()
        if name in policy.share and (grant := _grant(name, clause, policy)).classes
    )


def _grant(name: str, clause: Clause, policy: KindPolicy) -> Grant:
    share = policy.share[name]
    clear = tuple(field for field in share.fields if not policy.always_bars(clause.recipient, field))
    masked = tuple(field for field in share.masked if not policy.always_bars(clause.recipient, field))
    return Grant(name, clause, policy, clear, masked)


def classes_of(found: Iterable[Grant]) -> tuple[str, ...]:
    """The classes of data that any of these grants tells."""
    return tuple(dict.fromkeys(name for grant in found for name in grant.classes))


def by_clause(found: Iterable[Grant]) -> dict[str, list[Grant]]:
    """The grants of each clause."""
    grouped: dict[str, list[Grant]] = {}
    for grant in found:
        grouped.setdefault(grant.name, []).append(grant)
    return grouped
