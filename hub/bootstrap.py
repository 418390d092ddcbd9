"""The one place that chooses adapters and starts consumers: everything else is handed what it needs."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access_policies.compiling import Bundle
from hub.accepting import Acceptor
from hub.adapters import sqlite
from hub.adapters.archive import StoreArchive
from hub.adapters.backlog import StoreBacklog
from hub.adapters.evidence import StoreEvidence, agencies_ever
from hub.adapters.feeds import StoreFeed
from hub.adapters.files import FileSource
from hub.adapters.kafka_broker import Broker, administrator, broker
from hub.adapters.keyfile import KeyFile
from hub.adapters.positions import StorePositions
from hub.adapters.store import DatabaseStore
from hub.adapters.system import SystemClock, SystemEntropy
from hub.adapters.views import StoreViews
from hub.attending import Attending
from hub.collecting import Collector, checker, opener
from hub.delivering import Carriage, Carrier
from hub.governing import Governing
from hub.identity import Identity
from hub.keying import HubKeys
from hub.metering import Meters, metered
from hub.offering import begin
from hub.ports import Archive, BundleRow, Clock, Consumer, Entropy, Source
from hub.receiving import Caller, receive
from hub.recording import Recorder, signing_key
from hub.running import GroupCommit, Hosted, Hosting, Loop, take_in, tune_interpreter
from hub.settings import Settings
from hub.severing import Severer
from hub.ticking import Watchdog
from hub.tokens import Tokens
from hub.verifying import Verdict, Verifier
from hub.working import EVERYTHING, Role, loops
from schemas.identifiers import AgencyId
from schemas.receipts import Receipt

if TYPE_CHECKING:
    from hub.adapters.kafka import KafkaChannel
    from hub.adapters.kafka_source import KafkaSource


@dataclass
class Hub:
    """A hub in one process, all its parts at hand."""

    settings: Settings
    governing: Governing
    clock: Clock
    store: DatabaseStore
    identity: Identity
    acceptor: Acceptor
    commits: GroupCommit
    feed: StoreFeed
    recorder: Recorder
    tokens: Tokens
    keys: HubKeys
    meters: Meters
    _hosting: Hosting
    roles: frozenset[Role] = EVERYTHING
    stopping: bool = False
    source: "KafkaSource | None" = None
    channel: "KafkaChannel | None" = None
    carrier: Carrier | None = None
    """Carries feeds to Kafka, where there is one."""
    collector: Collector | None = None
    """Takes in what agencies publish to Kafka, or put into a folder, where there is one."""
    severer: Severer | None = None
    """Takes away access at the brokers, where the hub may do that."""
    ahead: set[AgencyId] = field(default_factory=set)
    """Partners that have read further than their feeds go: the store has lost its end."""
    _loops: list[Loop] = field(default_factory=list)
    _watching: Loop | None = None

    @property
    def bundle(self) -> Bundle:
        """The bundle in force. It can be another one a moment later: ask once for what must hang together."""
        return self.governing.bundle

    @property
    def hosted(self) -> Mapping[AgencyId, Hosted]:
        """The consumers of every partner in the register."""
        return self._hosting.of(self.bundle.policies.partners)

    @cached_property
    def backlog(self) -> StoreBacklog:
        """What waits in the store."""
        return StoreBacklog(self.store)

    @cached_property
    def attending(self) -> Attending:
        """Answers whoever asks how this process is."""
        return Attending(self)

    @cached_property
    def watchdog(self) -> Watchdog:
        """Looks at everything that works by itself."""
        return Watchdog(lambda: (self.commits, *self._loops), self.settings.watchdog_seconds)

    def start(self) -> None:
        """Start what works in the background: what this process's roles are."""
        tune_interpreter()
        self._loops = loops(self, self.roles)
        for loop in self._loops:
            loop.start()
        self._watching = Loop("watchdog", self.watchdog.look)
        self._watching.start()

    def close(self) -> None:
        """Finish what was begun, leave the brokers, give leases back, release the store; twice does no harm."""
        if self.stopping:
            return
        self.stopping = True
        self.commits.close()
        for loop in self._loops:
            loop.end()
        for loop in self._loops:
            loop.close()
        for each in (self.carrier, self.collector, self.severer, self._watching):
            if each:
                each.close()
        self.store.close()

    def publish(self, agency: AgencyId, raw: bytes, *, sub: str) -> Receipt:
        """The port `Publisher`, in process. Raises `Rejected`, `Refused` or `TryLater`."""
        received = receive(raw, Caller(agency, sub), self.bundle, self.clock.now())
        [result] = self.commits.accept([received])
        if isinstance(result, Receipt):
            return result
        raise result

    def catch_up(self) -> None:
        """Let every hosted consumer take in all there is (what the background does by itself)."""
        while take_in(self.hosted.values()):
            pass

    def archive(self) -> AbstractContextManager[Archive]:
        """One snapshot, for those who ask why."""
        return closing(StoreArchive(self.store))

    def verify(self, progress: Callable[[int], None] = lambda _: None) -> Verdict:
        """Check ledger, feeds and updates against each other."""
        key = self.recorder.key.public_key()
        with closing(StoreEvidence(self.store)) as evidence:
            return Verifier(evidence, self.identity, key, progress).verify()


def open_keys(settings: Settings, *, beginning: bool = True) -> KeyFile:
    """The key store, made where a hub begins that has no store yet. Raises `NoKey`."""
    secret = settings.passphrase.get_secret_value() if settings.passphrase else None
    return KeyFile.open(settings.key_file, secret, create=beginning and not _is_made(settings))


def open_tokens(keys: KeyFile) -> Tokens:
    """The issuer of tokens, which needs the key and not the store."""
    return Tokens(Ed25519PrivateKey.from_private_bytes(keys.derive("token-signing")))


def last_bundle(settings: Settings, version: int | None = None, digest: str = "") -> BundleRow | None:
    """The bundle that was in force last, or the one of a version, or of a digest that begins so, read beside whatever
    hub may run.
    """
    if settings.database:
        from hub.adapters import postgres

        return postgres.kept_bundle(settings.database.get_secret_value(), version, digest)
    return sqlite.kept_bundle(settings.store_file, version, digest)


def _is_made(settings: Settings) -> bool:
    if settings.database:
        from hub.adapters import postgres

        return postgres.is_made(settings.database.get_secret_value())
    return settings.store_file.exists()


def _open_store(settings: Settings, keys: KeyFile) -> DatabaseStore:
    if settings.database:
        from hub.adapters import postgres

        return postgres.PostgresStore(settings.database.get_secret_value(), keys)
    return sqlite.SqliteStore(settings.store_file, keys)


def bundle_in_force(settings: Settings) -> Bundle:
    """What a hub with this home decides by, running or not. Raises `UnusablePolicies`."""
    return begin(last_bundle(settings), settings.files, SystemClock().now())[0].bundle


def open_hub(
    settings: Settings,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    roles: Collection[Role] = EVERYTHING,
) -> Hub:
    """Open everything that these roles need. Raises `UnusablePolicies`, `NoKey`, `UnusableStore`, `StoreInUse`, or
    `TryLater` when the database is out of reach.
    """
    clock, entropy = clock or SystemClock(), entropy or SystemEntropy()
    if not _is_made(settings):
        begin(None, settings.files, clock.now())  # a hub that cannot start leaves no key and no store behind
    keys = open_keys(settings)
    store = _open_store(settings, keys)
    try:
        return _opened(settings, store, keys, clock, entropy, frozenset(roles))
    except BaseException:  # interrupted, too: the store is not left locked
        store.close()
        raise


def _opened(
    settings: Settings, store: DatabaseStore, keys: KeyFile, clock: Clock, entropy: Entropy, roles: frozenset[Role]
) -> Hub:
    identity, meters = Identity(keys.derive("identity")), Meters()
    governing = Governing(store, settings.files, identity, clock, entropy)
    counted = metered(store, meters, identity.feed)
    spans = settings.settle, settings.view_retention, settings.answer_within
    acceptor = Acceptor(counted, lambda: governing.bundle, identity, clock, entropy, *spans)
    recorder = Recorder(store, identity, clock, entropy, signing_key(keys))
    feed = StoreFeed(store, identity)
    hub = Hub(
        settings=settings,
        governing=governing,
        clock=clock,
        store=store,
        identity=identity,
        acceptor=acceptor,
        commits=GroupCommit(acceptor),
        feed=feed,
        recorder=recorder,
        tokens=open_tokens(keys),
        keys=HubKeys(keys.derive, settings.key_number),
        meters=meters,
        roles=roles,
        _hosting=_hosting(settings, store, feed, keys.derive("views")),
    )
    if where := broker(settings):
        _connect(hub, where)
    elif settings.inbox and hub.roles == EVERYTHING:  # a folder is for one process
        hub.collector = _collector(hub, FileSource(settings.inbox))
    if (admin := administrator(settings)) and Role.CARRY in roles:
        from hub.adapters.kafka_admin import KafkaAdmin

        hub.severer = Severer(KafkaAdmin(admin), lambda: hub.bundle, identity, partial(agencies_ever, store))
    meters.standing = hub.attending.standing
    return hub


def _connect(hub: Hub, where: Broker) -> None:
    """The ways in and out, as far as this process goes them."""
    if Role.ACCEPT in hub.roles:
        from hub.adapters.kafka_source import GROUP, KafkaSource

        hub.source = KafkaSource(where, GROUP)
        hub.collector = _collector(hub, hub.source)
    if Role.CARRY in hub.roles:
        from hub.adapters.kafka import KafkaChannel

        hub.channel = KafkaChannel(where, hub.identity.topic)
        hub.carrier = _carrier(hub, hub.channel)


def _collector(hub: Hub, source: Source) -> Collector:
    """The way in from Kafka, or from a folder."""
    return Collector(source, hub.acceptor, opener(lambda: hub.keys.inbound), checker(hub.acceptor.in_force, hub.clock))


def _carrier(hub: Hub, channel: "KafkaChannel") -> Carrier:
    """The way out to Kafka."""
    return Carrier(
        Carriage(
            name="kafka",
            channel=channel,
            feed=hub.feed,
            positions=StorePositions(hub.store),
            identity=hub.identity,
            recorder=hub.recorder,
            delivery=lambda: hub.keys.delivery,
            partners=lambda: hub.bundle.policies.partners,
            clock=hub.clock,
            divide=hub.store.divide,
        )
    )


def _hosting(settings: Settings, store: DatabaseStore, feed: StoreFeed, key: bytes) -> Hosting:
    """Every partner's consumers. Only those named in the settings start."""
    found = {point.name: point for point in entry_points(group="iom_hub.consumers")}
    consumers: list[Consumer] = [found[name].load()() for name in settings.consumers]
    return Hosting(lambda agency: Hosted(agency, feed, StoreViews(store, agency, key), consumers))
