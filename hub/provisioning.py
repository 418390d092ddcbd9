"""Provisioning: which topics, access rules and accounts the brokers should have by the register, and what differs.

Everything of one agency at the brokers has one opaque name: its topic, its account, the beginning of its groups. So the
names tell the broker nothing, and what was made for an agency that is gone is still known to be the hub's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from access_policies.compiling import Bundle
from hub.identity import Identity
from hub.wrapping import FRAMING, LARGEST, LARGEST_INBOUND
from schemas.identifiers import AgencyId

QUARANTINE = timedelta(days=30)
"""How long an erasure can be undone. By its end nothing of the person may lie on a topic."""
SEGMENT = timedelta(days=1)
"""A broker deletes whole segments, so a record can lie for this long beyond the retention."""
MECHANISM = "SCRAM-SHA-512"
ANYBODY = "*"
GROUPS = "iom-hub."
"""How the groups of the hub's own consumers begin."""

_OWN = ("pathway.", "partner.")
_ACCOUNT = re.compile(r"partner\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MILLISECOND = timedelta(milliseconds=1)


class Topic(NamedTuple):
    """A topic: how many partitions, and what is set for it alone."""

    name: str
    partitions: int
    settings: Mapping[str, str]


class Rule(NamedTuple):
    """One access rule, in Kafka's words; `name` is the beginning of one where the pattern is PREFIXED."""

    account: str
    operation: str
    resource: str
    name: str
    pattern: str = "LITERAL"
    permission: str = "ALLOW"
    host: str = "*"


class Account(NamedTuple):
    """A name that has a password of this mechanism."""

    name: str
    mechanism: str = MECHANISM


@dataclass(frozen=True)
class Layout:
    """What the brokers have, or should have."""

    topics: Mapping[str, Topic]
    rules: frozenset[Rule] = frozenset()
    accounts: frozenset[Account] = frozenset()


@dataclass(frozen=True)
class Terms:
    """What the settings say of it."""

    partitions: int
    """Of each strand's topic."""
    retention: timedelta
    guarded: bool
    """Whether the brokers ask who somebody is; else there are neither rules nor accounts."""
    hub: str | None = None
    """The account of the hub's processes, where it is not the administrator's."""
    administrator: str | None = None
    """Whose rules are its own affair."""


class Resized(NamedTuple):
    """A topic with another number of partitions than it should have."""

    name: str
    found: int
    wanted: int


class Reset(NamedTuple):
    """A setting of a topic with another value than it should have; None where it has none of its own."""

    topic: str
    setting: str
    found: str | None
    wanted: str


@dataclass(frozen=True)
class Difference:
    """What would have to be done so that the brokers have what they should; and what is left alone."""

    topics: tuple[Topic, ...]
    partitions: tuple[Resized, ...]
    settings: tuple[Reset, ...]
    accounts: tuple[Account, ...]
    rules: tuple[Rule, ...]
    rules_removed: tuple[Rule, ...]
    accounts_removed: tuple[Account, ...]
    stuck: tuple[Resized, ...]
    """Partners' topics with more than one partition: nothing can take one away."""
    reaching: tuple[Rule, ...]
    """Rules of somebody else that also hold for the hub's topics or groups; left alone."""
    unknown: Mapping[str, int]
    """How many topics, rules and accounts are somebody else's, or of a partner that is gone; left alone."""

    @property
    def is_work(self) -> bool:
        """Whether anything can be put right."""
        changes = (self.topics, self.partitions, self.settings, self.accounts, self.rules)
        return any((*changes, self.rules_removed, self.accounts_removed))

    @property
    def is_drift(self) -> bool:
        """Whether anything is not as it should be."""
        return self.is_work or bool(self.stuck)


def wanted(bundle: Bundle, identity: Identity, terms: Terms) -> Layout:
    """What the brokers should have for this register."""
    strands = {_strand(kind): terms.partitions for kind in bundle.policies.kinds}
    own = {identity.topic(agency): 1 for agency in bundle.policies.partners}
    topics = {name: Topic(name, count, _settings(name, terms.retention)) for name, count in (strands | own).items()}
    if not terms.guarded:
        return Layout(topics)
    rules, accounts = set(_hub_rules(bundle, identity, terms.hub)), set[Account]()
    for agency in taking_part(bundle):
        accounts.add(Account(identity.topic(agency)))
        rules |= set(_agency_rules(bundle, identity, agency))
    if terms.hub:
        accounts.add(Account(terms.hub))
    return Layout(topics, frozenset(rules), frozenset(accounts))


def taking_part(bundle: Bundle) -> list[AgencyId]:
    """The agencies that have access at the brokers."""
    return [agency for agency, partner in bundle.policies.partners.items() if not partner.suspended]


def barred(bundle: Bundle, identity: Identity, known: Iterable[AgencyId]) -> list[str]:
    """The names at the brokers of those known agencies that have no access there now."""
    return sorted(map(identity.topic, {*known, *bundle.policies.partners}.difference(taking_part(bundle))))


def difference(found: Layout, should: Layout, terms: Terms) -> Difference:
    """What has to be done. What is not the hub's is counted, and nothing is done about it."""
    there = [(found.topics[name], topic) for name, topic in sorted(should.topics.items()) if name in found.topics]
    resized = [Resized(is_.name, is_.partitions, topic.partitions) for is_, topic in there]
    extra_accounts, extra_rules = found.accounts - should.accounts, found.rules - should.rules
    removed = {rule for rule in extra_rules if _is_own_rule(rule, terms)}
    gone = {account for account in extra_accounts if _is_own_account(account.name, terms)}
    others = extra_rules - removed
    return Difference(
        topics=tuple(topic for name, topic in sorted(should.topics.items()) if name not in found.topics),
        partitions=tuple(each for each in resized if each.found < each.wanted),
        settings=tuple(reset for is_, topic in there for reset in _resets(is_, topic)),
        accounts=tuple(sorted(should.accounts - found.accounts)),
        rules=tuple(sorted(should.rules - found.rules)),
        rules_removed=tuple(sorted(removed)),
        accounts_removed=tuple(sorted(gone)),
        stuck=tuple(each for each in resized if each.wanted == 1 < each.found),
        reaching=tuple(sorted(rule for rule in others if _reaches(rule) and rule.account != terms.administrator)),
        unknown={
            "topics": len(found.topics.keys() - should.topics.keys()),
            "rules": len(others),
            "accounts": len(extra_accounts - gone),
        },
    )


def _strand(kind: str) -> str:
    return f"pathway.{kind.partition('.')[0]}"


def _settings(name: str, retention: timedelta) -> dict[str, str]:
    """The broker's own time counts: a producer could date a record so that it never grows old."""
    largest = LARGEST if name.startswith("partner.") else LARGEST_INBOUND
    return {
        "cleanup.policy": "delete",
        "max.message.bytes": str(largest + FRAMING),
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(retention // _MILLISECOND),
        "segment.ms": str(min(SEGMENT, retention) // _MILLISECOND),
        "unclean.leader.election.enable": "false",
    }


def _agency_rules(bundle: Bundle, identity: Identity, agency: AgencyId) -> Iterator[Rule]:
    """Read its own topic, in groups of its own; write to the strands of what it may publish."""
    own = identity.topic(agency)
    yield from (Rule(own, operation, "TOPIC", own) for operation in ("READ", "DESCRIBE"))
    yield Rule(own, "READ", "GROUP", own, "PREFIXED")
    for kind in bundle.policies.kinds:
        if bundle.may_publish(agency, kind):
            yield from (Rule(own, operation, "TOPIC", _strand(kind)) for operation in ("WRITE", "DESCRIBE"))


def _hub_rules(bundle: Bundle, identity: Identity, hub: str | None) -> Iterator[Rule]:
    """Write to the topic of each agency that takes part, and see how it ends: to that of a suspended one not even a
    process of the hub that has not heard of it yet.
    """
    if hub is None:
        return
    yield Rule(hub, "READ", "GROUP", GROUPS, "PREFIXED")
    for kind in bundle.policies.kinds:
        yield from (Rule(hub, operation, "TOPIC", _strand(kind)) for operation in ("READ", "DESCRIBE"))
    for agency in taking_part(bundle):
        topic = identity.topic(agency)
        yield from (Rule(hub, operation, "TOPIC", topic) for operation in ("READ", "WRITE", "DESCRIBE"))


def _resets(found: Topic, should: Topic) -> Iterator[Reset]:
    for setting, value in should.settings.items():
        if found.settings.get(setting) != value:
            yield Reset(found.name, setting, found.settings.get(setting), value)


def _is_own_account(name: str, terms: Terms) -> bool:
    return name == terms.hub or bool(_ACCOUNT.fullmatch(name))


def _is_own_rule(rule: Rule, terms: Terms) -> bool:
    """Whether it is an agency's or the hub's, is only about what is the hub's, or lets anybody in there."""
    if rule.account == terms.administrator:
        return False
    about = rule.resource in {"TOPIC", "GROUP"} and rule.name.startswith((*_OWN, GROUPS))
    return _is_own_account(rule.account, terms) or about or (rule.account == ANYBODY and _reaches(rule))


def _reaches(rule: Rule) -> bool:
    """Whether it holds for topics or groups of the hub's, among others."""
    begins = any(own.startswith(rule.name) for own in (*_OWN, GROUPS))
    wide = rule.name == "*" if rule.pattern == "LITERAL" else begins
    return rule.permission == "ALLOW" and rule.resource in {"TOPIC", "GROUP"} and wide
