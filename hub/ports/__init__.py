"""The ports: what the hub needs from the outside, as promises that every adapter keeps."""

from hub.ports.archive import Archive
from hub.ports.outside import Clock, Entropy, KeyStore, Publisher
from hub.ports.partners import AlertRow, Consumer, FactRow, Feed, Touched, Views, ViewsUnit
from hub.ports.rows import (
    Arrival,
    BundleRow,
    Counter,
    Entered,
    FeedRow,
    Kept,
    KeptRecord,
    KeptUpdate,
    LeafRow,
    Person,
    Stored,
    Timer,
    TryLater,
    UpdateKey,
)
from hub.ports.store import Evidence, Store, Unit

__all__ = [
    "AlertRow",
    "Archive",
    "Arrival",
    "BundleRow",
    "Clock",
    "Consumer",
    "Counter",
    "Entered",
    "Entropy",
    "Evidence",
    "FactRow",
    "Feed",
    "FeedRow",
    "Kept",
    "KeptRecord",
    "KeptUpdate",
    "KeyStore",
    "LeafRow",
    "Person",
    "Publisher",
    "Store",
    "Stored",
    "Timer",
    "Touched",
    "TryLater",
    "Unit",
    "UpdateKey",
    "Views",
    "ViewsUnit",
]
