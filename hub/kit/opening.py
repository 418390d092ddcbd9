"""Opening: a kit is put together from its home. Everything it needs is its own; of the hub it knows public keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import entry_points
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consumers import practice
from consumers.freshness import prompts
from hub.adapters.feeds import StoreFeed
from hub.adapters.hub_http import HttpOutlet, HubHttp, keys_signed
from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_strands import StrandTopics
from hub.adapters.kafka_topic import TopicOutlet, Unwrap
from hub.adapters.keyfile import KeyFile
from hub.adapters.sqlite import SqliteStore, StoreInUse
from hub.adapters.views import StoreViews
from hub.chains import Tampered
from hub.identity import Identity
from hub.kit.home import KitHome, NotSetUp, Pinned
from hub.kit.taking import Taking
from hub.ports import Outlet, TryLater
from hub.running import Hosted
from hub.wrapping import Unwrapper
from schemas.identifiers import AgencyId
from schemas.views import Prompt


class PinnedFeed(Identity):
    """A kit names nothing for anybody; it only knows its own feed's name."""

    def __init__(self, feed: UUID) -> None:
        """As it was pinned."""
        super().__init__(bytes(32))
        self._pinned = feed

    def feed(self, recipient: AgencyId) -> UUID:  # noqa: ARG002  # there is only one
        """The one feed of this kit."""
        return self._pinned


@dataclass
class Kit:
    """A kit, all its parts at hand."""

    home: KitHome
    pinned: Pinned
    store: SqliteStore
    feed: StoreFeed
    hosted: Hosted
    taking: Taking
    hub: HubHttp
    practice: practice.Pack
    beside: bool
    """Whether another process runs it, and reads for it."""

    @property
    def agency(self) -> AgencyId:
        """Whose kit this is."""
        return self.pinned.agency

    def prompts(self, today: date, limit: int) -> list[Prompt]:
        """What this agency is asked today: whether what it said long ago is still so."""
        return prompts(self.hosted.views, self.practice, today, limit)

    def close(self) -> None:
        """Release the store and the connections."""
        self.hub.close()
        self.store.close()


def open_kit(home: KitHome, *, beside: bool = False) -> Kit:
    """Open it; `beside` a kit that runs, to read. Raises `NotSetUp`, `NoKey`, `StoreInUse`,
    `UnusableStore` or `UnusablePractice`.
    """
    pinned = home.pinned()
    if beside and not home.store_file.exists():
        raise NotSetUp(f"{home.store_file} is missing: `iom-hub connect run` makes it")
    pack = practice.load(home.settings.practice)
    keys = KeyFile.open(home.key_file, home.secret, create=not home.store_file.exists())
    store = SqliteStore(home.store_file, keys, beside=beside)
    feed = StoreFeed(store, PinnedFeed(pinned.feed))
    views = StoreViews(store, pinned.agency, keys.derive("views"))
    found = {point.name: point for point in entry_points(group="iom_hub.consumers")}
    consumers = [found[name].load()() for name in home.settings.consumers]
    return Kit(
        home=home,
        pinned=pinned,
        store=store,
        feed=feed,
        hosted=Hosted(pinned.agency, feed, views, consumers),
        taking=Taking(store, feed, pinned.agency, pinned.feed, pinned.ledger_key),
        hub=HubHttp(pinned.hub, home.token),
        practice=pack,
        beside=beside,
    )


def open_either(home: KitHome) -> Kit:
    """Open it alone; where it runs already, beside that. Raises as `open_kit` does."""
    try:
        return open_kit(home)
    except StoreInUse:
        return open_kit(home, beside=True)


def outlets(kit: Kit) -> list[Outlet]:
    """Where the kit reads, the first choice first: its topic where there is one, and the hub where it has a token."""
    over_http = HttpOutlet(kit.hub, kit.pinned.feed, kit.pinned.ledger_key)
    if kit.pinned.kafka is None:
        return [over_http]
    topic = TopicOutlet(_broker(kit), f"partner.{kit.pinned.feed}", _unwrap(kit, kit.pinned), _renewed(kit))
    return [topic, over_http] if kit.home.token() else [topic]


def _broker(kit: Kit) -> Broker:
    """Raises `UnusableBroker`."""
    said = kit.pinned.kafka
    if said is None:
        raise NotSetUp("kit.yaml names no brokers")
    return Broker(said.servers, said.username, kit.home.settings.kafka_password, said.ca)


def _unwrap(kit: Kit, pinned: Pinned) -> Unwrap:
    return Unwrapper(pinned.feed, kit.home.receiving(), pinned.delivery_keys).unwrap


def _renewed(kit: Kit) -> Callable[[], Unwrap]:
    """The hub may have a new delivery key: it is taken on the word of the pinned ledger's key, and pinned, too."""

    def renew() -> Unwrap:
        keys = presented(kit.hub, kit.pinned.ledger_key, "delivery")
        now = kit.home.pinned()
        kit.pinned = now.model_copy(update={"delivery": tuple(dict.fromkeys((*now.delivery, *keys)))})
        kit.home.pin(kit.pinned)
        return _unwrap(kit, kit.pinned)

    return renew


def presented(hub: HubHttp, ledger: Ed25519PublicKey, use: str) -> list[str]:
    """The hub's public keys for this use, in hexadecimal. Raises `Tampered` unless the ledger's key signs them."""
    keys, note = hub.keys()
    if not keys_signed(keys, note, ledger):
        raise Tampered(f"the keys that {hub.url} presents are not signed by the hub's pinned key")
    return [each["public"] for each in keys if each["use"] == use]


def inbound_key(kit: Kit) -> bytes:
    """The key to seal to: as the hub presents it now, else as it did last. Raises `TryLater` where it never did."""
    try:
        [public] = presented(kit.hub, kit.pinned.ledger_key, "inbound")
    except TryLater:
        if kit.pinned.inbound is None:
            raise
        return bytes.fromhex(kit.pinned.inbound)
    if public != kit.pinned.inbound:
        kit.pinned = kit.home.pinned().model_copy(update={"inbound": public})
        kit.home.pin(kit.pinned)
    return bytes.fromhex(public)


def strands(kit: Kit) -> StrandTopics:
    """Where the kit publishes at the brokers. Its key there is the name of its own feed, which its account has, too."""
    return StrandTopics(_broker(kit), str(kit.pinned.feed).encode())
