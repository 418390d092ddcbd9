"""Provisioning: what the brokers should have by the register, what differs, and who loses access at once."""

from datetime import timedelta

import pytest

from access_policies.compiling import Bundle
from access_policies.model import Policies
from hub.identity import Identity
from hub.ports import TryLater
from hub.provisioning import Account, Layout, Rule, Terms, Topic, barred, difference, wanted
from hub.severing import LOOK_SECONDS, Severer
from support.partnership import DRUGS, EVERYONE, HOUSING, POLICE
from support.signing import joined, shipped, suspended

IDENTITY = Identity(bytes(32))
TERMS = Terms(3, timedelta(days=7), guarded=True, hub="iom-hub", administrator="admin")
OWN = {agency: IDENTITY.topic(agency) for agency in EVERYONE}


def should(policies: Policies | None = None, terms: Terms = TERMS) -> Layout:
    return wanted(Bundle(policies or shipped()), IDENTITY, terms)


def of(layout: Layout, account: str) -> set[Rule]:
    return {rule for rule in layout.rules if rule.account == account}


def test_an_agency_reads_its_own_and_writes_what_it_may_publish() -> None:
    """An agency's rules, in full: its own topic, groups that begin with its name, and the strands of its kinds."""
    own, bundle = OWN[DRUGS], Bundle(shipped())
    strands = {f"pathway.{kind.partition('.')[0]}" for kind in shipped().kinds if bundle.may_publish(DRUGS, kind)}
    assert of(should(), own) == {
        Rule(own, "READ", "TOPIC", own),
        Rule(own, "DESCRIBE", "TOPIC", own),
        Rule(own, "READ", "GROUP", own, "PREFIXED"),
        *(Rule(own, operation, "TOPIC", strand) for strand in strands for operation in ("WRITE", "DESCRIBE")),
    }
    everything = {f"pathway.{kind.partition('.')[0]}" for kind in shipped().kinds}
    assert set() < strands < everything


def test_nothing_at_the_brokers_has_an_agencys_name() -> None:
    """Topics, accounts and rules are called by opaque names; nothing in them is the id of an agency."""
    layout = should()
    words = [*layout.topics, *(str(rule) for rule in layout.rules), *(each.name for each in layout.accounts)]
    assert [word for word in words for agency in EVERYONE if agency in word] == []
    assert set(OWN.values()) <= layout.topics.keys()


def test_a_suspended_agency_keeps_its_topic_and_nothing_else() -> None:
    """It has no account and no rules, and nobody writes to its topic, the hub included."""
    layout, own = should(suspended(HOUSING)), OWN[HOUSING]
    assert own in layout.topics
    assert Account(own) not in layout.accounts
    assert [rule for rule in layout.rules if own in (rule.account, rule.name)] == []


def test_topics_forget_before_an_erasure_is_final() -> None:
    """What a topic holds is gone within the retention and a day, whatever time a producer puts on it."""
    for topic in should(terms=Terms(1, timedelta(days=28.9), guarded=False)).topics.values():
        assert int(topic.settings["retention.ms"]) + int(topic.settings["segment.ms"]) < 30 * 86_400_000
        assert topic.settings["message.timestamp.type"] == "LogAppendTime"


def test_where_nobody_is_asked_there_are_topics_only() -> None:
    """Without accounts at the brokers no rules are wanted, and none that are there are touched."""
    terms = Terms(1, timedelta(days=1), guarded=False)
    assert (should(terms=terms).rules, should(terms=terms).accounts) == (frozenset(), frozenset())


def test_no_difference_is_no_drift() -> None:
    """A broker that has what it should shows no difference."""
    assert not difference(should(), should(), TERMS).is_drift


GONE = IDENTITY.topic("an-agency-of-before")


@pytest.mark.parametrize(
    "extra",
    [
        Rule(OWN[POLICE], "READ", "TOPIC", OWN[HOUSING]),
        Rule(OWN[POLICE], "WRITE", "TOPIC", "somebody.elses"),
        Rule(OWN[POLICE], "READ", "GROUP", "*"),
        Rule(GONE, "READ", "TOPIC", GONE),
        Rule("iom-hub", "WRITE", "TOPIC", "pathway.custody"),
        Rule("somebody", "READ", "TOPIC", "partner.", "PREFIXED"),
        Rule("somebody", "READ", "TOPIC", OWN[HOUSING]),
        Rule("somebody", "READ", "GROUP", "iom-hub.accept"),
        Rule("*", "READ", "TOPIC", "*"),
        Rule("*", "WRITE", "TOPIC", "pa", "PREFIXED"),
    ],
    ids=str,
)
def test_a_rule_too_many_goes(extra: Rule) -> None:
    """What opens the hub's own to somebody, or gives an agency more, is removed."""
    found = Layout(should().topics, should().rules | {extra}, should().accounts)
    assert difference(found, should(), TERMS).rules_removed == (extra,)


@pytest.mark.parametrize(
    ("extra", "reaches"),
    [
        (Rule("somebody", "READ", "TOPIC", "*"), True),
        (Rule("somebody", "READ", "TOPIC", "pa", "PREFIXED"), True),
        (Rule("somebody", "READ", "GROUP", "", "PREFIXED"), True),
        (Rule("somebody", "READ", "TOPIC", "*", permission="DENY"), False),
        (Rule("somebody", "ALTER", "CLUSTER", "kafka-cluster"), False),
        (Rule("somebody", "READ", "TOPIC", "somebody.elses"), False),
        (Rule("*", "READ", "TOPIC", "somebody.elses"), False),
        (Rule("admin", "ALTER", "TOPIC", "partner.", "PREFIXED"), False),
    ],
    ids=str,
)
def test_somebody_elses_rule_stays_and_is_counted(extra: Rule, reaches: bool) -> None:
    """A stranger's rule is left alone; one that also holds for the hub's own is shown."""
    found = difference(Layout(should().topics, should().rules | {extra}, should().accounts), should(), TERMS)
    assert (found.is_drift, found.unknown["rules"]) == (False, 1)
    assert found.reaching == ((extra,) if reaches else ())


def test_accounts_of_an_agencys_form_go_and_others_stay() -> None:
    """An account of somebody who is no longer in the register goes, and so does a weaker password; others stay."""
    extra = {Account(GONE), Account(OWN[POLICE], "SCRAM-SHA-256"), Account("somebody"), Account("admin")}
    found = difference(Layout(should().topics, should().rules, should().accounts | extra), should(), TERMS)
    assert set(found.accounts_removed) == {Account(GONE), Account(OWN[POLICE], "SCRAM-SHA-256")}
    assert found.unknown["accounts"] == 2


def test_more_partitions_are_added_and_never_taken() -> None:
    """Too few partitions of a strand are a change, too many are none; a partner's second one is named as stuck."""
    topics = dict(should().topics)
    for name, partitions in (("pathway.custody", 2), ("pathway.trust", 9), (OWN[POLICE], 2)):
        topics[name] = Topic(name, partitions, topics[name].settings)
    found = difference(Layout(topics, should().rules, should().accounts), should(), TERMS)
    assert [each.name for each in found.partitions] == ["pathway.custody"]
    assert [each.name for each in found.stuck] == [OWN[POLICE]]
    assert (found.is_drift, found.is_work) == (True, True)


def test_who_is_suspended_or_gone_is_barred() -> None:
    """Of all the agencies that were ever known, those that do not take part now have no access."""
    bundle = Bundle(suspended(HOUSING))
    assert barred(bundle, IDENTITY, ["an-agency-of-before", POLICE]) == sorted([GONE, OWN[HOUSING]])


class Noted:
    """Notes who was cut; fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.cuts: list[list[str]] = []
        self.failures = failures

    def cut(self, names: list[str]) -> None:
        if self.failures:
            self.failures -= 1
            raise TryLater("the broker is out of reach")
        self.cuts.append(names)

    def close(self) -> None:
        """Nothing to release."""


def test_each_bundle_is_acted_on_once_and_until_it_worked() -> None:
    """A bundle's consequences are drawn once; where the broker does not answer, again until it does."""
    noted, bundles = Noted(failures=2), [Bundle(joined("eastshire-housing", HOUSING))]
    severer = Severer(noted, lambda: bundles[-1], IDENTITY, lambda: ["an-agency-of-before"])
    assert severer.step() > LOOK_SECONDS
    severer.step()
    assert (severer.trouble, noted.cuts) == ("TryLater", [])
    for _ in range(3):
        assert severer.step() == LOOK_SECONDS
    assert (severer.trouble, noted.cuts) == (None, [[GONE]])
    bundles.append(Bundle(suspended(POLICE)))
    severer.step()
    assert noted.cuts[1:] == [sorted([GONE, OWN[POLICE], IDENTITY.topic("eastshire-housing")])]


def test_what_somebody_gives_by_hand_is_taken_again() -> None:
    """Every now and then who takes no part is cut again, though the bundle is the same."""
    noted = Noted()
    severer = Severer(noted, lambda: Bundle(suspended(HOUSING)), IDENTITY, list, every=0.0)
    severer.step()
    severer.step()
    assert noted.cuts == [[OWN[HOUSING]]] * 2
