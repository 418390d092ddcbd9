"""A hub that is killed between the database's commit and the broker's: nothing is lost, nothing happens twice."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from contract.sources import KafkaPlace
from hub.answering import RECEIVED, REJECTED
from support.attested import Post, header, with_keys
from support.builders import an_arrest
from support.partnership import POLICE, PROBATION, Partnership, who

ROOT = Path(__file__).parents[2]
UPDATES, CRASHES = 120, 12
ARREST = "custody.person.arrested"


@pytest.mark.system
def test_killed_before_the_broker_hears_of_it(tmp_path: Path, kafka: str) -> None:
    """Twelve SIGKILLs, after the transaction and before the offset, and around the transaction: every update has one
    effect and one answer, what is rejected is rejected once, and the ledger is whole.
    """
    home, place = tmp_path / "home", KafkaPlace(kafka)
    partners = Partnership(home, policies=with_keys())
    person = partners.person()
    for agency in (POLICE, PROBATION):
        partners.involve(person, agency)
    post, ids = Post(partners), [uuid4() for _ in range(UPDATES)]
    raws = [
        post.raw(POLICE, ARREST, {**(person if number % 3 else who(77)), **an_arrest()}, update_id)
        for number, update_id in enumerate(ids)
    ]
    raws += [b"{broken"]
    partners.hub.close()
    for crash in range(CRASHES):
        some = raws[crash::CRASHES]
        place.put([(f"k{number}", raw, header(POLICE, raw)) for number, raw in enumerate(some)])
        point = random.Random(crash).choice(("before_taken", "after_commit", "before_commit"))
        assert collect(home, place, f"{point}:1") == -signal.SIGKILL
    assert collect(home, place, "") == 0
    partners = Partnership(home, policies=with_keys())
    told = partners.told(POLICE)
    answers = Counter((each["kind"], each.get("id")) for each in told if each["kind"].startswith("hub."))
    assert answers == Counter({(RECEIVED, str(each)): 1 for each in ids} | {(REJECTED, None): 1})
    placed = [each for number, each in enumerate(ids) if number % 3]
    messages = Counter(each["message_id"] for each in told if each["kind"] == ARREST)
    assert messages == Counter(_message(partners, each) for each in placed)
    assert partners.hub.verify().problems == []
    partners.hub.close()


def _message(partners: Partnership, update_id: UUID) -> str:
    return str(partners.hub.identity.message(POLICE, POLICE, update_id))


def collect(home: Path, place: KafkaPlace, crash_at: str) -> int:
    """One run of the program, and how it ended."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests"), "IOM_HUB_CRASH_AT": crash_at}
    command = [sys.executable, "-m", "support.collecting", str(home), place.servers, place.topic, place.group]
    return subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False).returncode
