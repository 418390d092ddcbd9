"""The load: the police publish to the brokers and probation over HTTP, without a pause, whatever is broken."""

import json
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

import httpx
from confluent_kafka import KafkaError, Message, Producer

from faults.machines import Machine
from hub.attesting import HEADER
from support.attested import header
from support.builders import a_missed_appointment, an_arrest
from support.http import CLOUDEVENTS
from support.partnership import POLICE, PROBATION, raw_update
from support.workers import CUSTODY

ARREST, MISSED = "custody.person.arrested", "supervision.appointment.missed"
_LONGEST_MS = 300_000
Sent = dict[int, list[str]]
"""For each person the ids of the updates that were acknowledged, in their order."""


class OverKafka:
    """The police's own producer: idempotent, so the broker has each record once and in its order."""

    def __init__(self, machine: Machine, seconds: float) -> None:
        """One record every `seconds`."""
        self._machine, self._pause = machine, seconds
        settings = {"enable.idempotence": True, "message.timeout.ms": _LONGEST_MS, "linger.ms": 5, "log_level": 0}
        quiet = {"error_cb": lambda _: None}
        self._producer = Producer({"bootstrap.servers": machine.kafka.bootstrap, **settings, **quiet})
        self.sent: Sent = defaultdict(list)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        for number in count():
            if self._ends.wait(self._pause):
                return
            self._publish(number % len(self._machine.people))
            self._producer.poll(0)

    def _publish(self, person: int) -> None:
        update = {**self._machine.people[person], **an_arrest()}
        raw = raw_update(POLICE, ARREST, update, uuid4(), datetime.now(UTC))

        def acknowledged(error: KafkaError | None, _: Message) -> None:
            if error is None:
                self.sent[person].append(json.loads(raw)["id"])

        headers: list[tuple[str, str | bytes | None]] = [(HEADER, header(POLICE, raw))]
        self._producer.produce(CUSTODY, raw, key=f"k{person}", headers=headers, on_delivery=acknowledged)

    def end(self) -> None:
        """Publish no more, and wait for the acknowledgements that are still out."""
        self._ends.set()
        self._thread.join()
        assert self._producer.flush(_LONGEST_MS / 1000) == 0


class OverHttp:
    """Probation's own program: it sends an update again, with its id, until the hub gives a receipt."""

    def __init__(self, machine: Machine, seconds: float) -> None:
        """One update every `seconds`."""
        self._machine, self._pause = machine, seconds
        self.sent: Sent = defaultdict(list)
        self.later = 0
        """How often it was told to try again, or nobody answered."""
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with httpx.Client(base_url=self._machine.url, timeout=10) as client:
            for number in count():
                if self._ends.wait(self._pause):
                    return
                person = number % len(self._machine.people)
                update = {**self._machine.people[person], **a_missed_appointment()}
                raw = raw_update(PROBATION, MISSED, update, uuid4(), datetime.now(UTC))
                while not self._accepted(client, raw):
                    self.later += 1
                    time.sleep(0.2)
                self.sent[person].append(json.loads(raw)["id"])

    def _accepted(self, client: httpx.Client, raw: bytes) -> bool:
        token = self._machine.partners.hub.tokens.issue(
            PROBATION, "a program", frozenset({"publish"}), datetime.now(UTC)
        )
        said = {"Authorization": f"Bearer {token}", "Content-Type": CLOUDEVENTS}
        try:
            answer = client.post("/v1/updates", content=raw, headers=said)
        except httpx.HTTPError:
            return False
        assert answer.is_success or answer.status_code in (429, 503), answer.text
        return answer.is_success

    def end(self) -> None:
        """Publish no more, once the last is accepted."""
        self._ends.set()
        self._thread.join()
