"""The one place that chooses adapters and starts consumers: everything else is handed what it needs."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import entry_points

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access_policies.compiling import Bundle
from access_policies.loading import UnusablePolicies, load
from hub.accepting import Acceptor
from hub.adapters.evidence import StoreEvidence
from hub.adapters.feeds import StoreFeed
from hub.adapters.keyfile import KeyFile
from hub.adapters.sqlite import SqliteStore
from hub.adapters.system import SystemClock, SystemEntropy
from hub.adapters.views import StoreViews
from hub.identity import Identity
from hub.ports import Clock, Consumer, Entropy
from hub.receiving import Caller, receive
from hub.recording import Recorder
from hub.running import GroupCommit, Hosted, Loop, take_in, tune_interpreter
from hub.settings import Settings
from hub.timers import fire_due
from hub.tokens import Tokens
from hub.verifying import Verdict, Verifier
from schemas.identifiers import AgencyId
from schemas.receipts import Receipt

_TIMER_SECONDS = 0.25
_GATHER_SECONDS = 0.01
"""How long consumers let news gather once there is some: a batch costs them little more than one record."""


@dataclass
class Hub:
    """A hub in one process, all its parts at hand."""

    settings: Settings
    bundle: Bundle
    clock: Clock
    store: SqliteStore
    identity: Identity
    acceptor: Acceptor
    commits: GroupCommit
    feed: StoreFeed
    recorder: Recorder
    tokens: Tokens
    hosted: Mapping[AgencyId, Hosted]
    _loops: list[Loop]

    def start(self) -> None:
        """Start what works in the background: hosted consumers, timers, checkpoints."""
        tune_interpreter()
        for loop in self._loops:
            loop.start()

    def close(self) -> None:
        """Finish what was begun and release the store."""
        self.commits.close()
        for loop in self._loops:
            loop.close()
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

    def verify(self, progress: Callable[[int], None] = lambda _: None) -> Verdict:
        """Check ledger, feeds and updates against each other."""
        key = self.recorder.key.public_key()
        with closing(StoreEvidence(self.store)) as evidence:
            return Verifier(evidence, self.identity, key, progress).verify()


def open_keys(settings: Settings) -> KeyFile:
    """The key store. Raises `NoKey`."""
    secret = settings.passphrase.get_secret_value() if settings.passphrase else None
    return KeyFile.open(settings.key_file, secret, create=not settings.store_file.exists())


def open_tokens(keys: KeyFile) -> Tokens:
    """The issuer of tokens, which needs the key and not the store."""
    return Tokens(Ed25519PrivateKey.from_private_bytes(keys.derive("token-signing")))


def load_bundle(settings: Settings) -> Bundle:
    """The policies in force. Raises `UnusablePolicies`: the hub refuses to start rather than guess."""
    bundle = Bundle(load(settings.policy_directory()))
    if not settings.allow_unsigned_policies:
        raise UnusablePolicies(
            ["bundles are not signed yet: set IOM_HUB_ALLOW_UNSIGNED_POLICIES=true to start with unsigned ones"]
        )
    return bundle


def open_hub(settings: Settings, clock: Clock | None = None, entropy: Entropy | None = None) -> Hub:
    """Open everything. Raises `UnusablePolicies`, `NoKey`, `UnusableStore` or `StoreInUse`."""
    clock, entropy = clock or SystemClock(), entropy or SystemEntropy()
    bundle = load_bundle(settings)
    keys = open_keys(settings)
    store = SqliteStore(settings.store_file, keys)
    identity = Identity(keys.derive("identity"))
    acceptor = Acceptor(store, bundle, identity, clock, entropy, settings.settle)
    signing = Ed25519PrivateKey.from_private_bytes(keys.derive("ledger-signing"))
    recorder = Recorder(store, identity, clock, entropy, signing)
    feed = StoreFeed(store, identity)
    hosted = _hosted(settings, bundle, store, feed, keys.derive("views"))
    return Hub(
        settings=settings,
        bundle=bundle,
        clock=clock,
        store=store,
        identity=identity,
        acceptor=acceptor,
        commits=GroupCommit(acceptor),
        feed=feed,
        recorder=recorder,
        tokens=open_tokens(keys),
        hosted=hosted,
        _loops=_loops(settings, store, acceptor, recorder, hosted),
    )


def _hosted(
    settings: Settings, bundle: Bundle, store: SqliteStore, feed: StoreFeed, key: bytes
) -> dict[AgencyId, Hosted]:
    """Every partner's consumers. Only those named in the settings start."""
    consumers = _consumers(settings.consumers)
    return {
        agency: Hosted(agency, feed, StoreViews(store, agency, key), consumers) for agency in bundle.policies.partners
    }


def _consumers(names: tuple[str, ...]) -> list[Consumer]:
    found = {point.name: point for point in entry_points(group="iom_hub.consumers")}
    return [found[name].load()() for name in names]


def _loops(
    settings: Settings,
    store: SqliteStore,
    acceptor: Acceptor,
    recorder: Recorder,
    hosted: Mapping[AgencyId, Hosted],
) -> list[Loop]:
    def consume() -> float:
        version = store.version
        while take_in(hosted.values()):
            pass
        store.wait(version, 0.5)
        return _GATHER_SECONDS

    def fire() -> float:
        return 0.0 if fire_due(acceptor) else _TIMER_SECONDS

    def checkpoint() -> float:
        recorder.checkpoint()
        return settings.checkpoint_seconds

    return [Loop("consume", consume), Loop("timers", fire), Loop("checkpoints", checkpoint)]
