"""Setting up: the hub's public keys are fetched once and pinned; a partner's own are shown for the register."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hub.adapters.hub_http import HubHttp, keys_signed
from hub.chains import Tampered
from hub.kit.home import Brokers, KitHome, NotSetUp, Pinned
from hub.ledger import opens
from schemas.identifiers import AgencyId

_COUNTS_FOR = timedelta(days=365)


def fetched(hub: HubHttp, agency: AgencyId, feed: UUID | None, brokers: Brokers | None) -> Pinned:
    """The hub as it presents itself now. Raises `NotSetUp`, `Tampered`, `Barred` or `TryLater`."""
    try:
        keys, note = hub.keys()
        [ledger] = [each["public"] for each in keys if each["use"] == "ledger"]
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(ledger))
        delivery = tuple(each["public"] for each in keys if each["use"] == "delivery")
        [inbound] = [each["public"] for each in keys if each["use"] == "inbound"]
        signed = keys_signed(keys, note, key)
    except (KeyError, TypeError, ValueError, UnsupportedAlgorithm) as wrong:
        raise Tampered(f"{hub.url} does not present keys as a hub does") from wrong
    if not signed:
        raise Tampered(f"the keys that {hub.url} presents are not signed by its own ledger key")
    name = feed or _feed(hub, key)
    pinned = Pinned(agency=agency, hub=hub.url, feed=name, ledger=ledger, delivery=delivery, inbound=inbound)
    return pinned.model_copy(update={"kafka": brokers})


def _feed(hub: HubHttp, key: Ed25519PublicKey) -> UUID:
    """The token's own feed, whose head the hub signs under its name."""
    if not hub.has_token:
        raise NotSetUp("name a token, or the feed's id: --token FILE, or --feed ID")
    try:
        page: Any = hub.page(0, limit=1)
        feed, note = UUID(page["feed"]), page["head"]["note"]
    except (KeyError, TypeError, ValueError) as wrong:
        raise Tampered(f"{hub.url} does not answer with a page of a feed") from wrong
    if not opens(note, f"iom-hub/feed/{feed}", key):
        raise Tampered(f"the head of the feed that {hub.url} names is not signed by its ledger key")
    return feed


def for_the_register(home: KitHome) -> list[str]:
    """This kit's public keys as lines of `partners.yaml`."""
    today = datetime.now(UTC).date()
    counts = f"since: {today}, until: {today + _COUNTS_FOR}"
    newest = list(home.receiving().values())[:1]
    ours = [("signing", home.signing().public_key())] + [("receiving", key.public_key()) for key in newest]
    return [
        f'- {{use: {use}, public: "{base64.b64encode(key.public_bytes_raw()).decode()}", {counts}}}'
        for use, key in ours
    ]
