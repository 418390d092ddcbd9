"""A program that publishes into one home, carries to Kafka, and is killed at a crash point (tests/system).

python -m support.carrying_on HOME SERVERS
"""

import sys
from datetime import timedelta
from pathlib import Path

from support.builders import a_score
from support.partnership import START, UNIT, Partnership, who


def main() -> None:
    """Publish and carry until the crash point of the environment is reached; without one, a hundred times."""
    partners = Partnership(Path(sys.argv[1]), kafka=sys.argv[2])
    partners.clock.moment = START + timedelta(minutes=1)
    assert partners.hub.carrier
    for _ in range(100):
        for _ in range(3):
            partners.publish(UNIT, "programme.risk.reassessed", {"identifiers": who()["identifiers"], **a_score()})
        partners.hub.carrier.catch_up()


if __name__ == "__main__":
    main()
