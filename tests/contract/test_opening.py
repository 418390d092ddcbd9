"""Opening a store: for one process, under the key it was made with, and as if it had never been closed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.places import Place, a_case, contents, on_the_feed, on_the_ledger, problems
from hub.adapters.keyfile import NoKey
from hub.adapters.sqlite import StoreInUse
from hub.adapters.store import UnusableStore
from support.builders import an_arrest
from support.partnership import EVERYONE, POLICE, PROBATION, Partnership

ARREST = "custody.person.arrested"
ANOTHER_PROCESS = """
import sys
from pathlib import Path
from hub.bootstrap import open_hub
from hub.settings import Settings
try:
    open_hub(Settings(home=Path(sys.argv[1]))).close()
except Exception as refused:
    print(type(refused).__name__)
else:
    print("opened")
"""


def another_process_opens(home: Path) -> str:
    """What another process is told that opens the same home."""
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def arrests(partners: Partnership, person: dict[str, object], count: int) -> None:
    """The person is arrested again and again."""
    for _ in range(count):
        partners.publish(POLICE, ARREST, {**person, **an_arrest()})


@pytest.mark.system
def test_another_process_is_kept_out(embedded: Place) -> None:
    """A second process cannot open a file that is in use, and can once it is closed; the first one notices nothing."""
    partners = embedded.open()
    person, _ = a_case(partners)
    assert another_process_opens(embedded.home) == "StoreInUse"
    arrests(partners, person, 1)
    assert problems(partners) == []
    embedded.close()
    assert another_process_opens(embedded.home) == "opened"


def test_one_process_cannot_open_a_store_twice(embedded: Place) -> None:
    """The lock holds within one process, too."""
    embedded.open()
    with pytest.raises(StoreInUse):
        Partnership(embedded.home)


def test_everything_goes_on_after_a_restart(place: Place) -> None:
    """Over three restarts the ledger, every chain and every record go on where they stood, and all of it verifies."""
    partners = place.open()
    person, _ = a_case(partners)
    for published in (3, 6, 9):
        arrests(partners, person, 3)
        if published == 6:
            partners.hub.recorder.checkpoint()
        heads = {agency: partners.hub.feed.head(agency) for agency in EVERYONE}
        before = contents(partners)
        partners = place.again()
        assert {agency: partners.hub.feed.head(agency) for agency in EVERYONE} == heads
        assert contents(partners) == before
        assert problems(partners) == []
        assert len(partners.told(POLICE, ARREST)) == published
    arrests(partners, person, 1)
    assert list(on_the_ledger(partners).values())[-1] == partners.hub.verify().entries - 1
    assert len(on_the_feed(partners, PROBATION)) == heads[PROBATION][0] + 1
    assert problems(partners) == []


def remove(key_file: Path) -> None:
    """The key file is gone: with a store beside it, the hub makes no new one."""
    key_file.unlink()


def exchange(key_file: Path) -> None:
    """The key of another hub lies there."""
    key_file.write_bytes(key_file.read_bytes()[:-1] + b"\0")


@pytest.mark.parametrize(("spoil", "refusal"), [(remove, NoKey), (exchange, UnusableStore)])
def test_another_key(place: Place, spoil: Callable[[Path], None], refusal: type[Exception]) -> None:
    """Under another key the store does not open, and nothing in it changes; with its own key it opens again."""
    partners = place.open()
    arrests(partners, a_case(partners)[0], 1)
    before, key = contents(partners), partners.settings.key_file.read_bytes()
    place.close()
    spoil(place.home / "hub.key")
    with pytest.raises(refusal):
        place.open()
    (place.home / "hub.key").write_bytes(key)
    assert contents(place.open()) == before


@pytest.mark.parametrize(
    ("made_with", "opened_with"),
    [
        ("a long passphrase", "another passphrase"),
        ("a long passphrase", None),
        ("a long passphrase", ""),
        (None, "a long passphrase"),
    ],
)
def test_another_passphrase(place: Place, made_with: str | None, opened_with: str | None) -> None:
    """A key under a passphrase opens with that one and with no other, nor without; the hub then does not start."""
    arrests(partners := place.open(passphrase=made_with), a_case(partners)[0], 1)
    before = contents(partners)
    place.close()
    with pytest.raises(NoKey):
        place.open(passphrase=opened_with)
    assert contents(place.open(passphrase=made_with)) == before


def test_the_version_of_the_last_bundle(place: Place) -> None:
    """It is known without the bundle itself."""
    store = place.open().hub.store
    last = store.bundle()
    assert last
    assert store.bundle_version() == last.version > 0
