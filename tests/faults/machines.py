"""What runs under faults: servers, processes of a hub, and two partners' kits, each started again when it dies."""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from hub.adapters.kafka_source import topics
from hub.kit.home import Brokers, KitHome
from support.attested import public_key
from support.carrying import receiving, topics_of, with_keys
from support.http import PROGRAM, environment, serving, until
from support.kits import set_up
from support.partnership import EVERYONE, POLICE, PROBATION, Partnership
from support.servers import KafkaCluster, PostgresServer, free_port, new_topic
from support.workers import CUSTODY, PARTITIONS

PEOPLE = 8
KITS = (POLICE, PROBATION)
_PATIENCE = 90.0
"""Seconds in which a process must reach a crash point."""


class Process:
    """One process, as often as it is started."""

    def __init__(self, name: str, command: list[str], settings: dict[str, str], folder: Path) -> None:
        """Nothing runs yet."""
        self.name, self._command, self._settings, self._said = name, command, settings, folder / f"{name}.said"
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self, crash_at: str = "") -> None:
        """Start it; with a crash point it will die there."""
        with self._said.open("ab") as said:
            more = self._settings | {"IOM_HUB_CRASH_AT": crash_at}
            self._popen = subprocess.Popen(self._command, env=more, stdout=said, stderr=said)

    def start_and_work(self) -> None:
        """Start it, and wait until a worker says that it works: the next fault may meet what it needs to start."""
        before = self._said.stat().st_size if self._said.exists() else 0
        self.start()
        if "worker" in self._command:
            until(lambda: b"Working: " in self._said.read_bytes()[before:], _PATIENCE)

    def kill(self) -> None:
        """SIGKILL, and it is gone."""
        assert self._popen
        self._popen.kill()
        ended = self._popen.wait()
        assert ended == -signal.SIGKILL, f"{self.name} had ended by itself, with {ended}: {self.last_words()}"

    def dies(self, seconds: float = _PATIENCE) -> None:
        """Wait until it has killed itself at its crash point."""
        assert self._popen
        try:
            ended = self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not reach its crash point: {self.last_words()}") from None
        assert ended == -signal.SIGKILL, f"{self.name} ended with {ended}: {self.last_words()}"

    def stand_still(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after so many seconds."""
        assert self._popen
        self._popen.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._popen.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """SIGKILL, whatever state it is in."""
        if self._popen:
            self._popen.kill()
            self._popen.wait()

    def last_words(self) -> str:
        """What it wrote last."""
        return self._said.read_text(errors="replace")[-1000:]


class Machine:
    """A hub's processes and two kits on these servers, and a hub in this process that looks at the same database."""

    def __init__(self, folder: Path, postgres: PostgresServer, kafka: KafkaCluster) -> None:
        """All processes are started; they are ended with `close`."""
        self.postgres, self.kafka = postgres, kafka
        self._open = ExitStack()
        self.faults: Counter[str] = Counter()
        try:
            self._start(folder)
        except BaseException:  # interrupted, too: nothing goes on running
            self.close()
            raise

    def _start(self, folder: Path) -> None:
        self.partners = self._hub(folder)
        self._open.enter_context(closing(self.partners.hub))
        self._make_topics(self.kafka.brokers)
        settings, port = self._settings(folder), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.serve = self._process("serve", ["serve", "--port", str(port)], settings, folder)
        self.accept = self._process("accept", ["worker", "accept"], settings, folder)
        self.outward = self._process("outward", ["worker", "carry", "consume"], settings, folder)
        for each in (self.serve, self.accept, self.outward):
            each.start()
        until((folder / "hub.url").exists, 30)
        self.homes: dict[str, KitHome] = {}
        self.kits = {agency: self._kit(folder, agency) for agency in KITS}

    def _hub(self, folder: Path) -> Partnership:
        keys = {agency: [public_key(agency), receiving(agency)] for agency in EVERYONE}
        self.database = self.postgres.database().replace("postgresql+psycopg://", "postgresql://")
        found = Partnership(folder, policies=with_keys(keys), database=SecretStr(self.database))
        found.clock.moment = datetime.now(UTC)
        self.people = [found.person(number) for number in range(1, PEOPLE + 1)]
        for person in self.people:
            for agency in KITS:
                found.involve(person, agency)
        return found

    def _make_topics(self, brokers: int) -> None:
        copies: dict[str, Any] = {"copies": brokers} | ({"min.insync.replicas": "2"} if brokers > 1 else {})
        for name in (*topics(), *topics_of(self.partners)):
            new_topic(self.kafka.admin(), name, PARTITIONS if name == CUSTODY else 1, **copies)

    def _settings(self, folder: Path) -> dict[str, str]:
        files = self.partners.settings.files
        own = {"IOM_HUB_DATABASE": self.database, "IOM_HUB_KAFKA": self.kafka.bootstrap}
        return environment(folder, **own, IOM_HUB_BUNDLE=str(files.bundle), IOM_HUB_SIGNERS=str(files.signers))

    def _process(self, name: str, command: list[str], settings: dict[str, str], folder: Path) -> Process:
        found = Process(name, [PROGRAM, *command], settings, folder)
        self._open.callback(found.end)
        return found

    def _kit(self, folder: Path, agency: str) -> Process:
        """The police's reads its topic, probation's the hub: a fault on one way is no fault on the other."""
        brokers = Brokers(servers=self.kafka.bootstrap) if agency == POLICE else None
        with serving(self.partners.hub) as url:
            home = set_up(folder / f"kit-{agency}", self.partners, url, agency, brokers)
        home.pin(home.pinned().model_copy(update={"hub": self.url}))
        self.homes[agency] = home
        found = self._process(
            f"kit of {agency}", ["connect", "run", "--home", str(home.folder)], environment(folder), folder
        )
        found.start()
        return found

    @property
    def processes(self) -> list[Process]:
        """All that may be killed."""
        return [self.serve, self.accept, self.outward, *self.kits.values()]

    def did(self, what: str, do: Callable[[], object]) -> None:
        """Do it, and count it."""
        do()
        self.faults[what] += 1

    def close(self) -> None:
        """End every process; the servers go on."""
        self._open.close()
