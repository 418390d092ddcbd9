"""The brokers' administration: what topics, access rules and accounts there are, and changing them.

The client is confluent-kafka's: aiokafka can change neither access rules nor accounts.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, NoReturn

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from hub.adapters.kafka_broker import Broker
from hub.ports import TryLater
from hub.provisioning import Account, Layout, Reset, Resized, Rule, Topic

_NOT_THERE: int = KafkaError.RESOURCE_NOT_FOUND
_NO_TOPIC: int = KafkaError.UNKNOWN_TOPIC_OR_PART
SECONDS = 5.0
ITERATIONS = 8192
"""Of the passwords' hash; every password is random and long, so more would only cost the broker."""


class KafkaAdmin:
    """Speaks as an account that may change everything. Raises `TryLater`, which names what the broker said.

    Keeps the promises of `hub.ports.Access`.
    """

    def __init__(self, broker: Broker, seconds: float = SECONDS) -> None:
        """Nobody is asked yet. `seconds` limits each request."""
        self._guarded, self._seconds = broker.username is not None, seconds
        self._settings: dict[str, Any] = {**broker.confluent(), "log_level": 0}
        self._made: AdminClient | None = None

    @property
    def _client(self) -> AdminClient:
        if self._made is None:
            self._made = AdminClient(self._settings)
        return self._made

    def found(self) -> Layout:
        """What there is. Topics that are the brokers' own are left out."""
        topics = self._topics()
        if not self._guarded:
            return Layout(topics)
        return Layout(topics, self._rules(), self._accounts())

    def make(self, topics: Iterable[Topic]) -> None:
        """With as many copies as the brokers give by default."""
        new = [NewTopic(each.name, each.partitions, config=dict(each.settings)) for each in topics]
        if new:
            self._all(self._client.create_topics(new, request_timeout=self._seconds))

    def resize(self, topics: Iterable[Resized]) -> None:
        """More partitions."""
        if new := [NewPartitions(each.name, each.wanted) for each in topics]:
            self._all(self._client.create_partitions(new, request_timeout=self._seconds))

    def reset(self, settings: Iterable[Reset]) -> None:
        """One setting of a topic at a time; the others stay as they are."""
        entries: dict[str, list[ConfigEntry]] = {}
        for each in settings:
            entry = ConfigEntry(each.setting, each.wanted, incremental_operation=AlterConfigOpType.SET)
            entries.setdefault(each.topic, []).append(entry)
        new = [ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=e) for name, e in entries.items()]
        if new:
            self._all(self._client.incremental_alter_configs(new, request_timeout=self._seconds))

    def allow(self, rules: Iterable[Rule]) -> None:
        """Add rules."""
        if new := [_binding(rule) for rule in rules]:
            self._all(self._client.create_acls(new, request_timeout=self._seconds))

    def forbid(self, rules: Iterable[Rule]) -> None:
        """Remove rules."""
        self._delete_rules([_exactly(rule) for rule in rules])

    def admit(self, account: str, password: str) -> None:
        """An account, or another password for it."""
        how = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
        change = UserScramCredentialUpsertion(account, how, password.encode())
        self._all(self._client.alter_user_scram_credentials([change], request_timeout=self._seconds))

    def dismiss(self, accounts: Iterable[Account]) -> None:
        """Accounts that may no longer come in. One that is in stays, so take its rules away first."""
        gone: list[Any] = [UserScramCredentialDeletion(each.name, ScramMechanism[_member(each)]) for each in accounts]
        if gone:
            self._all(self._client.alter_user_scram_credentials(gone, request_timeout=self._seconds), _NOT_THERE)

    def cut(self, names: Sequence[str]) -> None:
        """Rules first: they bind whoever is connected, and passwords only whoever comes anew."""
        if not names:
            return
        self._delete_rules([each for name in names for each in (_of_account(name), _on_topic(name))])
        self.dismiss(map(Account, names))

    def close(self) -> None:
        """Forget the connection."""
        self._made = None

    def _topics(self) -> dict[str, Topic]:
        try:
            listed = self._client.list_topics(timeout=self._seconds).topics
        except KafkaException as failure:
            _fail(failure)
        names = [name for name in listed if not name.startswith("__")]
        resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names]
        if not resources:
            return {}
        described = self._client.describe_configs(resources, request_timeout=self._seconds)
        configs = self._all(described, _NO_TOPIC)  # one that was deleted meanwhile has none
        there = ((each.name, config) for each, config in configs.items() if config is not None)
        return {name: Topic(name, len(listed[name].partitions), _own(config)) for name, config in there}

    def _rules(self) -> frozenset[Rule]:
        everything = self._client.describe_acls(_filter(), request_timeout=self._seconds)
        return frozenset(_rule(binding) for binding in self._one(everything))

    def _accounts(self) -> frozenset[Account]:
        everybody: Any = self._client.describe_user_scram_credentials(request_timeout=self._seconds)  # type: ignore[call-arg]  # its types want names
        described = self._one(everybody)
        return frozenset(
            Account(name, each.mechanism.name.replace("_", "-"))
            for name, account in described.items()
            for each in account.scram_credential_infos
        )

    def _delete_rules(self, filters: list[AclBindingFilter]) -> None:
        if filters:
            self._all(self._client.delete_acls(filters, request_timeout=self._seconds))

    def _all(self, futures: Mapping[Any, Future[Any]], fine: int | None = None) -> dict[Any, Any]:
        return {what: self._one(future, fine) for what, future in futures.items()}

    def _one(self, future: Future[Any], fine: int | None = None) -> Any:
        """What comes of it; `fine` is an error that means that it was so already."""
        try:
            return future.result(self._seconds + 1)
        except (KafkaException, TimeoutError) as failure:
            if _code(failure) == fine is not None:
                return None
            _fail(failure)


def _code(failure: Exception) -> int | None:
    error = failure.args[0] if failure.args else None
    return error.code() if isinstance(error, KafkaError) else None


def _fail(failure: Exception) -> NoReturn:
    """In the broker's own word for it, which names no value."""
    error: Any = failure.args[0] if failure.args else None
    name = error.name() if isinstance(error, KafkaError) else type(failure).__name__
    refused = "AUTHORIZATION" in name
    said = "does not let this account do that" if refused else "does not do that now"
    raise TryLater(f"the broker {said} ({name})") from failure


def _own(config: Mapping[str, ConfigEntry]) -> dict[str, str]:
    """What is set for the topic itself."""
    here = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    found: Mapping[str, Any] = config  # the library gives the number, and its types say otherwise
    return {name: str(entry.value) for name, entry in found.items() if entry.source == here}


def _member(account: Account) -> str:
    return account.mechanism.replace("-", "_")


def _binding(rule: Rule) -> AclBinding:
    return AclBinding(*_words(rule))


def _exactly(rule: Rule) -> AclBindingFilter:
    return AclBindingFilter(*_words(rule))


def _words(rule: Rule) -> tuple[Any, ...]:
    return (
        ResourceType[rule.resource],
        rule.name,
        ResourcePatternType[rule.pattern],
        f"User:{rule.account}",
        rule.host,
        AclOperation[rule.operation],
        AclPermissionType[rule.permission],
    )


def _filter(**only: Any) -> AclBindingFilter:
    anything: dict[str, Any] = {
        "restype": ResourceType.ANY,
        "name": None,
        "resource_pattern_type": ResourcePatternType.ANY,
        "principal": None,
        "host": None,
        "operation": AclOperation.ANY,
        "permission_type": AclPermissionType.ANY,
    }
    return AclBindingFilter(**anything | only)


def _of_account(name: str) -> AclBindingFilter:
    return _filter(principal=f"User:{name}")


def _on_topic(name: str) -> AclBindingFilter:
    literal = ResourcePatternType.LITERAL
    return _filter(restype=ResourceType.TOPIC, name=name, resource_pattern_type=literal)


def _rule(binding: AclBinding) -> Rule:
    return Rule(
        account=binding.principal.removeprefix("User:"),
        operation=binding.operation.name,
        resource=binding.restype.name,
        name=binding.name,
        pattern=binding.resource_pattern_type.name,
        permission=binding.permission_type.name,
        host=binding.host,
    )
