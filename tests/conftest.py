"""Real servers as fixtures: one of each for the whole session, started when the first test asks for it."""

from collections.abc import Callable, Iterator

import pytest

from support.parts import running
from support.servers import KafkaCluster, drop_database, kafka_servers, new_database, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Gives the URL of a new, empty database each time it is called; they go with the session."""
    server = running("postgres", postgres_server)
    made: list[str] = []

    def database() -> str:
        made.append(new_database(server))
        return made[-1]

    yield database
    for url in made:
        drop_database(url)


@pytest.fixture(scope="session")
def kafka() -> str:
    """The bootstrap servers of a broker in plain text. Topics have to be made: `support.servers.new_topic`."""
    return running("kafka", kafka_servers)


@pytest.fixture(scope="session")
def guarded_kafka() -> Iterator[KafkaCluster]:
    """A broker with SCRAM and ACLs, where nobody but the administrator may do anything yet."""
    with running("kafka", lambda: KafkaCluster(mode="scram")) as cluster:
        yield cluster
