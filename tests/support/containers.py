"""PostgreSQL and Apache Kafka in containers, where Docker runs; they end with this process."""

import atexit

from testcontainers.community.kafka import KafkaContainer
from testcontainers.community.postgres import PostgresContainer


def start(part: str) -> str:
    """Where the container of this part is reached: a URL, or bootstrap servers."""
    return {"postgres": _postgres, "kafka": _kafka}[part]()


def _postgres() -> str:
    container = PostgresContainer("postgres:17", username="hub", password="hub", dbname="postgres", driver=None)
    container.start()
    atexit.register(container.stop)
    return str(container.get_connection_url())


def _kafka() -> str:
    container = KafkaContainer("confluentinc/cp-kafka:8.0.0").with_kraft()
    container.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    container.start()
    atexit.register(container.stop)
    return str(container.get_bootstrap_server())
