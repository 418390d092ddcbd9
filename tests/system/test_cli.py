"""The command line, in processes of its own: what an operator types, and what they read."""

import json
import socket
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from hub.adapters import tables as t
from support.http import running, until
from support.partnership import HOUSING, POLICE, PRISON, UNIT
from system.terminal import a_story, an_arrest_of, failed, iom_hub, ok, somebody

pytestmark = pytest.mark.system

SAMPLES = Path(__file__).parents[1] / "fixtures" / "hmpps"
COMMANDS = (
    ["demo"],
    ["serve"],
    ["worker"],
    ["publish"],
    ["seal"],
    ["sign"],
    ["agency", "key"],
    ["agency", "list"],
    ["agency", "add"],
    ["agency", "token"],
    ["agency", "dry-run"],
    ["policy", "diff"],
    ["policy", "approve"],
    ["policy", "continue"],
    ["policy", "check"],
    ["policy", "render"],
    ["policy", "explain"],
    ["policy", "key"],
    ["policy", "bundle"],
    ["policy", "sign"],
    ["policy", "install"],
    ["policy", "status"],
    ["policy", "rollback"],
    ["policy", "try-out"],
    *(["case", name] for name in ("show", "check")),
    ["feed"],
    *(["held", name] for name in ("list", "place", "discard")),
    ["feed", "export"],
    ["connect", "export"],
    ["explain", "update"],
    ["explain", "case"],
    ["explain", "alert"],
    ["explain", "message"],
    ["ledger", "verify"],
    *(["connect", name] for name in ("setup", "run", "status", "alerts", "case", "publish")),
    *(["import", name] for name in ("caseload", "custody-log")),
    *(["topics", name] for name in ("plan", "apply", "password")),
    ["migrate-store"],
    ["backup"],
    ["restore"],
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that is not there yet."""
    return tmp_path / "home"


@pytest.fixture
def figures(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str], None]]:
    """Prints a figure that was measured, whether the test passes or not."""
    found: list[str] = []
    yield found.append
    with capsys.disabled():
        print("".join(f"\n{figure}" for figure in found))  # noqa: T201  # the figures are wanted


def test_help_is_quick(home: Path, figures: Callable[[str], None]) -> None:
    """`iom-hub --help` is there in half a second, the median of five; a slow machine has three times as long."""
    took = []
    for _ in range(5):
        started = time.monotonic()
        ok(home, "--help")
        took.append(time.monotonic() - started)
    figures(f"iom-hub --help: {statistics.median(took):.2f} s")
    assert statistics.median(took) < 1.5


@pytest.mark.parametrize("command", COMMANDS, ids=[" ".join(command) for command in COMMANDS])
def test_every_command_shows_an_example(home: Path, command: list[str]) -> None:
    """The help of every command says what it does and shows an example that names it."""
    text = ok(home, *command, "--help")
    assert f"Example: iom-hub {' '.join(command)}" in text or f"iom-hub {' '.join(command)}" in text.split("Example")[1]
    assert not home.exists(), "help touches nothing"


def test_no_command_is_missing_from_these_tests(home: Path) -> None:
    """The commands that the help lists are those tested here."""
    listed = {line.split()[1] for line in ok(home, "--help").splitlines() if line.startswith("│ ") and line[2] != "-"}
    assert listed == {command[0] for command in COMMANDS}


def test_a_hub_starts_quickly_and_stops_cleanly(home: Path, figures: Callable[[str], None]) -> None:
    """`serve` answers within two seconds (a slow machine has six); SIGTERM ends it within five with code 0, and
    nothing is left that says a hub runs.
    """
    with running(home) as hub:
        figures(f"iom-hub serve: first answer after {hub.seconds:.2f} s")
        assert hub.seconds < 6
        assert httpx.get(f"{hub.url}/health").json()["status"] == "ok"
        started = time.monotonic()
        assert hub.stop() == 0
        assert time.monotonic() - started < 5
        assert not (home / "hub.url").exists()


def test_a_hub_stops_though_somebody_reads_a_stream(home: Path) -> None:
    """A reader of the stream does not keep a hub from stopping cleanly within five seconds."""
    with running(home) as hub:
        token = ok(home, "agency", "token", HOUSING, "--sub", "a test").strip()
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        with httpx.stream("GET", f"{hub.url}/v1/feed", headers=headers) as reader:
            assert reader.status_code == 200
            started = time.monotonic()
            assert hub.stop() == 0
            assert time.monotonic() - started < 5
    assert not (home / "hub.url").exists()


def test_a_worker_on_the_embedded_store_does_not_start(home: Path) -> None:
    """Only one process may open it: the sentence says what to do, and nothing is left behind."""
    said = failed(home, "worker", "consume")
    assert "only one process may open the embedded store" in said
    assert "IOM_HUB_DATABASE" in said
    assert "IOM_HUB_KAFKA" in failed(home, "worker", "accept", IOM_HUB_DATABASE="postgresql://localhost:1/hub")
    assert not home.exists()


def test_without_signed_policies_a_hub_refuses_to_start(home: Path) -> None:
    """Nothing opens a store before policies are signed; the sentence names the commands that help."""
    nowhere = {"IOM_HUB_BUNDLE": str(home / "none"), "IOM_HUB_SIGNERS": str(home / "none")}
    for command in (("serve",), ("feed", "--as", HOUSING)):
        said = failed(home, *command, **nowhere)
        assert "`iom-hub policy try-out`" in said
        assert "`iom-hub policy install`" in said
    assert not (home / "hub.sqlite").exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"IOM_HUB_PORT": "many"}, "IOM_HUB_PORT: Input should be a valid integer"),
        ({"IOM_HUB_SIGNERS": "/nowhere/signers.yaml"}, "signers.yaml:1: there is no such file"),
        ({"IOM_HUB_HOST": "192.0.2.1"}, "choose another --host or --port"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(home: Path, more: dict[str, str], sentence: str) -> None:
    """A setting that cannot be is named with what it should be; the hub does not start."""
    said = failed(home, "serve", **more)
    assert sentence in said
    assert not (home / "hub.url").exists()


def test_a_taken_port_is_told_with_what_to_do(home: Path) -> None:
    """A port that another program listens at is named, with the option for another; the number of an error is not."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = failed(home, "serve", "--port", port)
    assert said.strip() == f"127.0.0.1:{port}: Address already in use; choose another --host or --port"


def test_a_mistyped_home_stays_as_it_is(home: Path) -> None:
    """Whoever asks in a folder that is no home, or of an agency that is none, is told so, and no key is made there."""
    nowhere = {"IOM_HUB_BUNDLE": str(home / "none"), "IOM_HUB_SIGNERS": str(home / "none")}
    assert "no bundle is in force" in failed(home, "feed", "--as", HOUSING, **nowhere)
    assert "no bundle is in force" in failed(home, "ledger", "verify", **nowhere)
    assert not (home / "hub.key").exists()
    assert "see `iom-hub agency list`" in failed(home, "feed", "--as", "northshire-polic")


def test_a_second_hub_on_one_home_says_that_there_is_one(home: Path) -> None:
    """A second process on the same home is told so in a sentence, and does the first no harm."""
    with running(home) as hub:
        assert "is in use by another process" in failed(home, "serve", "--port", 0)
        assert httpx.get(f"{hub.url}/health").status_code == 200
        address = home / "hub.url"
        assert address.read_text() == hub.url
        address.unlink()  # as while the first is still starting
        assert "is in use by another process" in failed(home, "feed", "--as", HOUSING)


def test_a_hub_that_was_killed_leaves_a_home_that_works(home: Path, tmp_path: Path) -> None:
    """After kill -9 the address of the dead hub misleads nobody: commands open the store themselves."""
    a_story(home, somebody(tmp_path))
    with running(home) as hub:
        hub.popen.kill()
        hub.popen.wait()
    assert (home / "hub.url").exists()
    assert "1 updates" in ok(home, "ledger", "verify")


@pytest.mark.requirement("IX13")
def test_a_file_is_published_with_and_without_a_hub(home: Path, tmp_path: Path) -> None:
    """The same command publishes into the store and through a running hub; the same file again is acknowledged."""
    first, second = somebody(tmp_path), an_arrest_of(tmp_path)
    said = ok(home, "publish", first, "--as", UNIT)
    assert f"{first.name}: receipt {json.loads(first.read_bytes())['id']}" in said
    with running(home) as hub:
        assert "receipt" in ok(home, "publish", second, "--as", POLICE)
        assert '"route": "/updates", "status": 200' in hub.written.read_text()
        until(lambda: "custody.person.arrested" in ok(home, "feed", "--as", UNIT))
    assert "1 of 1 acknowledged" in ok(home, "publish", first, "--as", UNIT)
    assert "2 updates" in ok(home, "ledger", "verify")


def test_what_is_refused_is_told_by_path_and_rule(home: Path, tmp_path: Path) -> None:
    """A refused file is told with path and rule, not with its words, and the exit code says so; nothing is stored."""
    wrong = an_arrest_of(tmp_path)
    wrong.write_bytes(wrong.read_bytes().replace(b"Northshire Central", b"kanari" * 50))
    said = failed(home, "publish", wrong, "--as", POLICE)
    assert "data.station" in said
    assert "string_too_long" in said
    assert "kanari" not in said
    assert "0 updates" in ok(home, "ledger", "verify")


@pytest.mark.requirement("IX7")
def test_lines_are_published_in_order_and_the_bad_ones_named(home: Path, tmp_path: Path) -> None:
    """A file of lines is published whole; each bad line is named by its number, and the good ones count."""
    lines = [somebody(tmp_path).read_bytes(), b"{", b"", somebody(tmp_path).read_bytes(), b'{"id": 1}']
    file = tmp_path / "many.ndjson"
    file.write_bytes(b"\n".join(lines))
    done = iom_hub(home, "publish", file, "--as", UNIT, "--format", "ndjson")
    assert done.returncode == 1
    assert "2 of 4 acknowledged" in done.stdout
    assert [line.split(":")[1] for line in done.stderr.splitlines() if line.startswith("many")] == ["2", "5"]


@pytest.mark.requirement("IX7")
def test_prison_events_are_published_and_a_transfer_out_is_set_aside(home: Path) -> None:
    """HMPPS events become updates, a death no release; who left for another prison is set aside by name."""
    said = ok(home, "publish", *sorted(SAMPLES.glob("*.json")), "--as", PRISON, "--format", "hmpps")
    assert "transferred.json: set aside as transferred" in said
    assert "4 of 4 acknowledged" in said


def test_a_view_and_a_feed_are_shown(home: Path, tmp_path: Path) -> None:
    """`case show` lists people and shows one fact by fact; `feed` prints what was told; strangers see nothing."""
    a_story(home, somebody(tmp_path), an_arrest_of(tmp_path))
    table = ok(home, "case", "show", "--as", UNIT)
    [row] = [line for line in table.splitlines() if "Fictional Testcase-1" in line]
    record = row.split("│")[1].strip()
    case = ok(home, "case", "show", "--as", UNIT, record)
    assert "alleged_offence: burglary" in case
    assert POLICE in case
    feed = ok(home, "feed", "--as", UNIT)
    assert [line.split()[:2] for line in feed.splitlines()] == [
        ["1", "programme.cohort.decided"],
        ["2", "custody.person.arrested"],
    ]
    assert ok(home, "feed", "--as", HOUSING) == ""
    assert "There is nothing here for you" in failed(home, "case", "show", "--as", HOUSING, record)


def test_a_token_opens_what_it_was_made_for(home: Path) -> None:
    """`agency token` prints a token that a running hub takes, for its scopes and no others."""
    with running(home) as hub:
        token = ok(home, "agency", "token", HOUSING, "--sub", "a test", "--scope", "read").strip()
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{hub.url}/v1/cases", headers=headers).json() == {"cases": []}
        assert httpx.post(f"{hub.url}/v1/updates", headers=headers).status_code == 403
    assert "not in the register" in failed(home, "agency", "token", "nobody-at-all", "--sub", "a test")
    assert "choose from publish, read, ig" in failed(home, "agency", "token", HOUSING, "--sub", "x", "--scope", "root")


@pytest.mark.duty("D29")
def test_a_changed_byte_names_its_entry(home: Path, tmp_path: Path) -> None:
    """`ledger verify` says Sound; once somebody has changed bytes in the file it names those entries, and fails."""
    a_story(home, *(make(tmp_path) for make in (somebody, an_arrest_of, an_arrest_of, an_arrest_of, an_arrest_of)))
    assert ok(home, "ledger", "verify").startswith("Sound: ")
    number = next(column.name for column in t.ledger.primary_key)
    changed = [column.name for column in t.ledger.columns if column.name not in (number, "record_id")]
    assert len(changed) == 4
    with sqlite3.connect(home / "hub.sqlite") as store:
        for entry, column in enumerate(changed, 1):
            [value] = store.execute(f'SELECT "{column}" FROM ledger WHERE "{number}" = ?', (entry,)).fetchone()
            other = value + 1 if isinstance(value, int) else value[:-1] + bytes([value[-1] ^ 1])
            store.execute(f'UPDATE ledger SET "{column}" = ? WHERE "{number}" = ?', (other, entry))
    store.close()
    done = iom_hub(home, "ledger", "verify")
    assert done.returncode == 1
    named = {line.partition(":")[0] for line in done.stdout.splitlines() if line.startswith("ledger entry")}
    assert named == {f"ledger entry {entry}" for entry in range(1, len(changed) + 1)}
    assert "Not sound" in done.stdout
    assert "Fictional" not in done.stdout + done.stderr
