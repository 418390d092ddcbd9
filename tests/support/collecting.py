"""A program that collects from a topic into one home, and is killed at a crash point (tests/system).

    python -m support.collecting HOME BROKER TOPIC GROUP

It ends by itself once nothing has come for a while.
"""

import sys
import time
from pathlib import Path

from hub.adapters.kafka_broker import Broker
from hub.adapters.kafka_source import KafkaSource
from hub.collecting import Collector
from support.attested import as_it_came, checks, with_keys
from support.partnership import Partnership

QUIET_SECONDS = 3.0


def main() -> None:
    """Collect until it is quiet."""
    home, servers, topic, group = sys.argv[1:]
    partners = Partnership(Path(home), policies=with_keys())
    source = KafkaSource(Broker(servers), group, subscribed=[topic], group_instance_id="one")
    collector = Collector(source, partners.hub.acceptor, as_it_came, checks(partners.hub))
    seen, since = 0, time.monotonic()
    while time.monotonic() - since < QUIET_SECONDS or not seen:
        collector.step()
        if collector.counted["records"] != seen:
            seen, since = collector.counted["records"], time.monotonic()
    collector.close()
    partners.hub.close()


if __name__ == "__main__":
    main()
