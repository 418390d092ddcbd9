"""`iom-hub topics` on a real broker with SCRAM and access rules: what it shows, what it does, what it leaves alone."""

import stat
from pathlib import Path

import pytest

from hub.adapters.kafka_admin import KafkaAdmin
from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_clients import NoAccess, check_access
from hub.adapters.kafka_end import last_on
from hub.adapters.kafka_source import topics as strand_topics
from hub.bootstrap import open_keys
from hub.identity import Identity
from hub.provisioning import QUARANTINE, SEGMENT, Account, Reset, Resized, Rule, Topic
from hub.settings import Settings
from support.guarding import HUB, HUBS_PASSWORD, account, emptied, said, shows, topics
from support.http import until
from support.partnership import HOUSING, POLICE
from support.servers import KafkaCluster, new_topic
from support.signing import govern, shipped, signed, suspended

pytestmark = pytest.mark.system

STRANDS = """
    accommodation attitudes court custody drugs_alcohol ete exploitation_violence families finance health intelligence
    programme supervision trust
"""
"""Every strand of which somebody publishes."""


@pytest.fixture
def admin(guarded_kafka: KafkaCluster) -> KafkaAdmin:
    """The administration of a broker that has nothing yet."""
    return emptied(guarded_kafka)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the shipped policies in force."""
    return govern(tmp_path / "home")


def name(home: Path, agency: str) -> str:
    """What everything of an agency is called at the broker."""
    return Identity(open_keys(Settings(home=home)).derive("identity")).topic(agency)


def planned(home: Path, cluster: KafkaCluster) -> tuple[int, str]:
    done = topics(home, "plan", **said(cluster))
    return done.exit_code, done.output


def applied(home: Path, cluster: KafkaCluster) -> str:
    done = topics(home, "apply", "--yes", **said(cluster))
    assert done.exit_code == 0, done.output
    return done.output


def test_an_empty_broker_gets_what_the_register_asks_for(
    home: Path, guarded_kafka: KafkaCluster, admin: KafkaAdmin
) -> None:
    """`plan` shows everything that is missing and changes nothing; `apply` makes it; then both find nothing to do.
    What was made keeps to the terms, and the passwords stand in files of mode 0600 and nowhere else.
    """
    code, shown = planned(home, guarded_kafka)
    assert code == 1
    assert name(home, HOUSING) in shown
    assert not admin.found().topics
    spoken = applied(home, guarded_kafka)
    assert planned(home, guarded_kafka) == (
        0,
        "The brokers have what the register asks for.\nLeft alone: 1 accounts.\n",
    )
    before = admin.found()
    assert "what the register asks for" in applied(home, guarded_kafka)
    assert admin.found() == before
    strands = {each for each in before.topics if each.startswith("pathway.")}
    assert strands == {f"pathway.{strand}" for strand in STRANDS.split()}
    assert before.topics.keys() - strands == {name(home, agency) for agency in shipped().partners}
    assert {before.topics[each].partitions for each in strands} == {6}
    for topic in before.topics.values():
        kept = int(topic.settings["retention.ms"]) + int(topic.settings["segment.ms"])
        assert kept < QUARANTINE.total_seconds() * 1000
        assert topic.settings["cleanup.policy"] == "delete"
        assert topic.settings["message.timestamp.type"] == "LogAppendTime"
    files = sorted((home / "broker-accounts").iterdir())
    assert [file.stem for file in files] == sorted(shipped().partners)
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text().splitlines()[1].split("=", 1)[1] not in spoken
    assert HUBS_PASSWORD not in spoken


def test_who_says_no_changes_nothing(home: Path, guarded_kafka: KafkaCluster, admin: KafkaAdmin) -> None:
    """`apply` asks before it does anything; without a yes nothing is done, and the exit code says so."""
    assert topics(home, "apply", **said(guarded_kafka)).exit_code == 1
    assert not admin.found().topics


def test_a_yes_counts_for_what_was_shown(
    home: Path, guarded_kafka: KafkaCluster, admin: KafkaAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who says yes after an agency was suspended gives it nothing back: nothing is done, and they are told to look."""

    def suspend_and_say_yes(*_: object, **__: object) -> bool:
        govern(home, signed(2, suspended(HOUSING)))
        return True

    monkeypatch.setattr("typer.confirm", suspend_and_say_yes)
    done = topics(home, "apply", **said(guarded_kafka))
    assert done.exit_code == 1
    assert "look again" in done.stderr
    assert not admin.found().topics


def test_drift_is_put_right_both_ways(home: Path, guarded_kafka: KafkaCluster, admin: KafkaAdmin) -> None:
    """What somebody took away comes back, and what somebody added to the hub's own goes: rules for a stranger or for
    everybody, an agency's rule too many, an account of a name like an agency's, a longer retention.
    """
    applied(home, guarded_kafka)
    right, police, housing = admin.found(), name(home, POLICE), name(home, HOUSING)
    unlikely = "partner.00000000-0000-8000-8000-000000000000"
    admin.forbid([Rule(police, "WRITE", "TOPIC", "pathway.custody")])
    admin.dismiss([Account(police)])
    admin.allow(
        [
            Rule("a-stranger", "READ", "TOPIC", housing),
            Rule("*", "READ", "TOPIC", "*"),
            Rule(police, "READ", "TOPIC", housing),
            Rule(unlikely, "READ", "TOPIC", "partner.", "PREFIXED"),
            Rule(police, "READ", "GROUP", "*"),
        ]
    )
    admin.admit(unlikely, "fictional")
    admin.reset([Reset("pathway.trust", "retention.ms", None, "-1"), Reset(housing, "cleanup.policy", None, "compact")])
    until(lambda: admin.found() != right)
    code, shown = planned(home, guarded_kafka)
    assert code == 1
    for told in ("a-stranger: allow read topic", "retention.ms: -1 → 604800000", "cleanup.policy: compact → delete"):
        assert told in shown
    applied(home, guarded_kafka)
    assert admin.found() == right


def test_partitions_are_added_and_a_partners_second_one_is_named(
    home: Path, guarded_kafka: KafkaCluster, admin: KafkaAdmin
) -> None:
    """A strand with too few partitions gets more. A partner's topic with two cannot be put right, and is named."""
    admin.make([Topic("pathway.custody", 2, {})])
    until(lambda: "pathway.custody" in admin.found().topics)
    applied(home, guarded_kafka)
    assert admin.found().topics["pathway.custody"].partitions == 6
    admin.resize([Resized(name(home, HOUSING), 1, 2)])
    until(lambda: admin.found().topics[name(home, HOUSING)].partitions == 2)
    done = topics(home, "apply", "--yes", **said(guarded_kafka))
    assert done.exit_code == 1
    assert "delete the topic" in done.output


def test_what_is_not_the_hubs_is_left_alone(home: Path, guarded_kafka: KafkaCluster, admin: KafkaAdmin) -> None:
    """Topics, rules and accounts of somebody else stay and are counted; one that holds for the hub's, too, is shown."""
    new_topic(guarded_kafka.admin(), "somebody.elses")
    theirs = {Rule("somebody", "READ", "TOPIC", "somebody.elses"), Rule("somebody", "READ", "TOPIC", "*")}
    admin.allow(theirs)
    admin.admit("somebody", "fictional")
    until(lambda: admin.found().rules == theirs)
    shown = applied(home, guarded_kafka)
    assert "somebody else's rule also holds here: somebody: allow read topic *" in shown
    found = admin.found()
    assert theirs <= found.rules
    assert Account("somebody") in found.accounts
    assert "somebody.elses" in found.topics
    assert "Left alone: 1 topics, 2 rules, 2 accounts." in planned(home, guarded_kafka)[1]


def test_a_suspended_agency_loses_its_rules_and_its_account(
    home: Path, guarded_kafka: KafkaCluster, admin: KafkaAdmin
) -> None:
    """Once a bundle suspends an agency, `apply` takes away all it had and the hub's way to its topic, which stays."""
    applied(home, guarded_kafka)
    housing, as_housing = name(home, HOUSING), account(guarded_kafka, home, HOUSING)
    assert shows(as_housing, housing)
    govern(home, signed(2, suspended(HOUSING)))
    applied(home, guarded_kafka)
    found = admin.found()
    assert [rule for rule in found.rules if housing in (rule.account, rule.name)] == []
    assert Account(housing) not in found.accounts
    assert housing in found.topics
    assert not shows(as_housing, housing)
    refused = topics(home, "password", HOUSING, **said(guarded_kafka))
    assert "no agency of this name has access" in refused.output
    assert refused.exit_code == 1


def test_a_password_is_changed(home: Path, guarded_kafka: KafkaCluster, admin: KafkaAdmin) -> None:
    """A new password works, and the one before no longer lets anybody in; neither is shown."""
    applied(home, guarded_kafka)
    old, topic = account(guarded_kafka, home, POLICE), name(home, POLICE)
    told = topics(home, "password", POLICE, **said(guarded_kafka)).output
    new = account(guarded_kafka, home, POLICE)
    assert new.password
    assert old.password
    assert new.password.get_secret_value() not in told
    until(lambda: shows(new, topic))
    check_access(new, reads=[topic])
    with pytest.raises(NoAccess, match="does not accept"):
        check_access(old, reads=[topic])


def test_the_hubs_own_account_may_do_what_it_needs(home: Path, guarded_kafka: KafkaCluster, admin: KafkaAdmin) -> None:
    """The hub's account reads every strand in its own group, writes to every partner's topic and sees how it ends, and
    no more.
    """
    applied(home, guarded_kafka)
    hub = guarded_kafka.account(HUB, HUBS_PASSWORD)
    partners, strands = {name(home, each) for each in shipped().partners}, set(strand_topics())
    check_access(hub, reads=sorted(strands), group="iom-hub.accept")
    new_topic(guarded_kafka.admin(), "somebody.elses")
    with pytest.raises(NoAccess, match="elses"):
        check_access(hub, reads=["somebody.elses"])
    assert {last_on(hub, partner, 5) for partner in partners} == {None}
    own = {operation: set[str]() for operation in ("READ", "WRITE", "DESCRIBE")}
    for rule in admin.found().rules:
        if rule.account == HUB and rule.resource == "TOPIC":
            own[rule.operation].add(rule.name)
    assert own == {"READ": strands | partners, "WRITE": partners, "DESCRIBE": strands | partners}


def test_a_broker_that_asks_nobody_gets_topics_only(home: Path, kafka: str) -> None:
    """Where there are no accounts, topics are made, and the command says that nothing is guarded."""
    done = topics(home, "apply", "--yes", kafka=kafka)
    assert done.exit_code == 0, done.output
    assert "only topics are looked after" in done.stderr
    assert not (home / "broker-accounts").exists()
    topic = KafkaAdmin(Broker(kafka)).found().topics[name(home, POLICE)]
    assert int(topic.settings["retention.ms"]) + SEGMENT.total_seconds() * 1000 < QUARANTINE.total_seconds() * 1000


def test_what_is_missing_is_said_in_a_sentence(home: Path) -> None:
    """Without brokers, with half an administrator, or with brokers out of reach, one sentence says so."""
    assert "IOM_HUB_KAFKA is not set" in topics(home, "plan").stderr
    assert "go together" in topics(home, "plan", kafka="127.0.0.1:1", kafka_admin_username="admin").stderr
    nobody = topics(home, "plan", kafka="127.0.0.1:1")
    assert "the broker does not do that now" in nobody.stderr
    assert nobody.exit_code == 1
