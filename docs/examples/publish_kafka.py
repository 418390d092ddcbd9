"""Publish an update that is signed to a broker: python publish_kafka.py SERVERS TOPIC KEY.pem < update.json."""

import asyncio
import base64
import hashlib
import sys

from aiokafka import AIOKafkaProducer
from cryptography.hazmat.primitives.serialization import load_pem_private_key

servers, topic, key_file = sys.argv[1:]
with open(key_file, "rb") as file:
    key = load_pem_private_key(file.read(), None)
update = sys.stdin.buffer.read()
name = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]
signature = base64.urlsafe_b64encode(key.sign(b"iomhub/envelope/1\0" + update)).decode().rstrip("=")
header = ("iomhub-signature", f"ed25519;key={name};sig={signature}".encode())


async def publish() -> None:
    """Returns once the broker has it."""
    async with AIOKafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, update, headers=[header])


asyncio.run(publish())
