"""The officer's commands, in processes of their own: a key, a bundle, signatures, what is in force, and the undo."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import httpx
import pytest
from typer.testing import CliRunner

from access_policies.loading import SHIPPED
from hub.cli.main import app
from support.http import running, until
from support.partnership import HOUSING
from support.signing import before_kind, govern, signed
from system.terminal import failed, iom_hub, ok

pytestmark = pytest.mark.system

GOVERNANCE, OWNER = "information_governance", "data_owner"
OWN = {"IOM_HUB_BUNDLE": "", "IOM_HUB_SIGNERS": ""}


class Office:
    """A home whose two signers keep their keys elsewhere, and a draft that may be changed."""

    def __init__(self, folder: Path) -> None:
        self.home, self.keys, self.draft = folder / "home", folder / "keys", folder / "draft"
        copytree(SHIPPED, self.draft)
        self.own = {
            "IOM_HUB_POLICIES": str(self.draft),
            "IOM_HUB_BUNDLE": str(self.home / "policies.jws.json"),
            "IOM_HUB_SIGNERS": str(self.home / "signers.yaml"),
        }
        self.next = folder / "next.jws.json"

    def ok(self, *words: object) -> str:
        """A command that succeeds; what it said."""
        return ok(self.home, *words, **self.own)

    def failed(self, *words: object) -> str:
        """A command that fails; what it said."""
        return failed(self.home, *words, **self.own)

    def appoint(self) -> None:
        """Both roles make their keys, and the hub's people write down the public ones."""
        lines = [self.ok("policy", "key", role, "--out", self.keys / role) for role in (GOVERNANCE, OWNER)]
        self.home.mkdir()
        (self.home / "signers.yaml").write_text(
            "needs: 2\nroles:\n" + "".join(each.partition("\n")[2] for each in lines)
        )

    def sign(self, *roles: str) -> None:
        """These roles sign what lies on the table."""
        for role in roles:
            self.ok("policy", "sign", self.next, "--key", self.keys / role, "--as", role)

    def in_force(self) -> int:
        """The version that `policy status` names."""
        return int(re.findall(r"Version (\d+) is in force", self.ok("policy", "status"))[0])

    def narrow(self) -> None:
        """The draft no longer tells housing when custody is expected to end."""
        file = self.draft / "custody" / "person.arrested.yaml"
        text = file.read_text(encoding="utf-8").replace(
            "never:\n", "never:\n  x:\n    fields: [expected_until]\n    because: A test.\n", 1
        )
        file.write_text(re.sub(r"expect:.*", "", text, flags=re.DOTALL), encoding="utf-8")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office whose signers have their keys."""
    found = Office(tmp_path)
    found.appoint()
    return found


def test_two_roles_bring_rules_into_force_and_take_them_back(office: Office) -> None:
    """A draft is bundled, signed by two, installed, taken up by the running hub, and undone by a new version."""
    assert "version 1, " in office.ok("policy", "bundle", "-o", office.next)
    office.sign(GOVERNANCE)
    assert "not yet: data_owner" in office.failed("policy", "install", office.next)
    office.sign(OWNER)
    assert "Version 1" in office.ok("policy", "install", office.next)
    with running(office.home, **office.own) as hub:
        digest = httpx.get(f"{hub.url}/health").json()["policies"]
        office.narrow()
        assert "version 2, " in office.ok("policy", "bundle", "-o", office.next)
        office.sign(OWNER, GOVERNANCE)
        assert "takes it up within seconds" in office.ok("policy", "install", office.next)
        until(lambda: httpx.get(f"{hub.url}/health").json()["policies"] != digest)
        assert office.in_force() == 2
        assert "is in force already" in office.ok("policy", "install", office.next)
        assert "version 3, " in office.ok("policy", "rollback", 1, "-o", office.next)
        office.sign(GOVERNANCE, OWNER)
        office.ok("policy", "install", office.next)
        until(lambda: httpx.get(f"{hub.url}/health").json()["policies"] == digest)
        assert office.in_force() == 3
        assert "Sound" in office.ok("ledger", "verify")
    assert (office.home / "policies.jws.json.previous").exists()


def test_a_tampered_file_alarms_and_the_old_rules_stay(office: Office) -> None:
    """Somebody changes the file of a running hub: health and status say so, and status ends with 1."""
    office.ok("policy", "bundle", "-o", office.next)
    office.sign(GOVERNANCE, OWNER)
    office.ok("policy", "install", office.next)
    file = office.home / "policies.jws.json"
    with running(office.home, **office.own) as hub:
        file.write_text(file.read_text().replace("A", "B", 1))
        until(lambda: "is refused" in str(httpx.get(f"{hub.url}/health").json()["policies_alarm"]))
        done = iom_hub(office.home, "policy", "status", **office.own)
        assert done.returncode == 1
        assert "Version 1 is in force" in done.stdout
        assert "does not verify; the file was altered" in done.stderr
        assert httpx.get(f"{hub.url}/health").json()["status"] == "ok"
        assert '"event": "policies_refused"' in hub.written.read_text()


def test_what_nobody_has_decided_on_is_said_aloud(tmp_path: Path) -> None:
    """After an upgrade `serve` and `policy status` name the kind that the bundle in force says nothing of; it can be
    compared with the draft, and its version counts.
    """
    charged = "custody.person.charged"
    home = govern(tmp_path / "home", signed(7, before_kind(charged)))
    own = {"IOM_HUB_BUNDLE": str(home / "policies.jws.json"), "IOM_HUB_SIGNERS": str(home / "signers.yaml")}
    said = f"No policy in force: {charged}; nobody may publish it, and nobody is told"
    with running(home, **own) as hub:
        assert said in hub.written.read_text()
        done = iom_hub(home, "policy", "status", **own)
        assert (done.returncode, said in done.stderr, "Version 7 is in force" in done.stdout) == (0, True, True)
    assert charged in iom_hub(home, "policy", "diff", home / "policies.jws.json", "draft", **own).stdout
    assert "version 8" in ok(home, "policy", "bundle", "-o", tmp_path / "next.jws.json", **own)


def test_rules_of_tomorrow_wait(office: Office) -> None:
    """What holds from a day far ahead is installed and waits; until then the version before is in force."""
    office.ok("policy", "bundle", "-o", office.next)
    office.sign(GOVERNANCE, OWNER)
    office.ok("policy", "install", office.next)
    assert "Sound" in office.ok("ledger", "verify")
    office.ok("policy", "bundle", "-o", office.next, "--effective-from", "2099-01-01")
    office.sign(GOVERNANCE, OWNER)
    assert "takes effect at 2099-01-01T00:00:00Z" in office.ok("policy", "install", office.next)
    assert "Version 2 waits until 2099-01-01T00:00:00Z" in office.ok("policy", "status")
    assert office.in_force() == 1


Words = Callable[[Office], tuple[object, ...]]
WRONG: tuple[tuple[str, Words, str], ...] = (
    ("a role without its key", lambda o: ("sign", o.next, "--key", o.keys / OWNER, "--as", GOVERNANCE), "no such key"),
    ("no key file", lambda o: ("sign", o.next, "--key", o.keys / "none", "--as", OWNER), "none: No such file"),
    ("a key that is none", lambda o: ("sign", o.next, "--key", o.next, "--as", OWNER), "is no private key"),
    ("no bundle", lambda o: ("sign", o.draft / "clauses.yaml", "--key", o.keys / OWNER, "--as", OWNER), "not JSON"),
    ("a key over another", lambda o: ("key", OWNER, "--out", o.keys / OWNER), "never written over"),
    ("a role in capitals", lambda o: ("key", "Owner", "--out", o.keys / "new"), "small letters"),
    ("an unsigned bundle", lambda o: ("install", o.next), "it is not signed"),
    ("no bundle there", lambda o: ("install", o.draft / "none"), "none: No such file"),
    ("a version that never was", lambda o: ("rollback", 7, "-o", o.next), "never in force"),
    ("trying out beside signers", lambda _: ("try-out",), "signers of its own"),
    ("a day that is none", lambda o: ("bundle", "-o", o.next, "--effective-from", "soon"), "does not match"),
)  # fmt: skip


@pytest.mark.parametrize(("words", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_mistake_is_told_in_a_sentence(
    office: Office, words: Callable[[Office], tuple[object, ...]], said: str
) -> None:
    """Whatever is typed wrongly is told with what to do, and puts nothing into the home."""
    office.ok("policy", "bundle", "-o", office.next)
    assert said in office.failed("policy", *words(office))
    assert [path.name for path in office.home.iterdir()] == ["signers.yaml"]


def test_a_draft_that_breaks_an_expectation_is_not_bundled(office: Office) -> None:
    """What the signatories expect holds before anything is signed."""
    file = office.draft / "custody" / "person.arrested.yaml"
    file.write_text(re.sub(r"(?<=\n    told: )\[source", "[person", file.read_text(encoding="utf-8"), count=1))
    assert "custody.person.arrested: expect row" in office.failed("policy", "bundle", "-o", office.next)
    assert not office.next.exists()


def test_a_key_can_be_kept_under_a_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key made under a passphrase is readable by its owner only, and signs only for who knows it."""
    for name, value in {**OWN, "IOM_HUB_HOME": str(tmp_path / "home")}.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    file, bundle = tmp_path / "key", tmp_path / "next.jws.json"

    def typed(words: list[object], *lines: str) -> int:
        return CliRunner().invoke(app, list(map(str, words)), input="".join(f"{line}\n" for line in lines)).exit_code

    assert typed(["policy", "key", OWNER, "--out", file, "--passphrase"], "long sentence", "long sentence") == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in file.read_bytes()
    assert typed(["policy", "bundle", "-o", bundle]) == 0
    signing: list[object] = ["policy", "sign", bundle, "--key", file, "--as", OWNER]
    assert typed(signing, "another") == 1
    assert typed(signing, "long sentence") == 0


def test_trying_out_takes_one_command(tmp_path: Path) -> None:
    """`policy try-out` is enough to start a hub, says that it is not for real people, and takes a changed draft."""
    home = tmp_path / "home"
    own = {"IOM_HUB_BUNDLE": str(home / "policies.jws.json"), "IOM_HUB_SIGNERS": str(home / "signers.yaml")}
    done = iom_hub(home, "policy", "try-out", **own)
    assert done.returncode == 0
    assert "Not for data of real people" in done.stderr
    assert "in force already" in ok(home, "policy", "try-out", **own)
    with running(home, **own) as hub:
        said = ok(home, "agency", "add", "eastshire-housing", "--kind", "council_housing", "--legal-status",
                  "relevant_authority", "--statutory", **own)  # fmt: skip
        assert "iom-hub policy bundle" in said
        assert "not yet" in ok(home, "agency", "list", **own)
        assert "not in the register" in failed(home, "agency", "token", "eastshire-housing", "--sub", "x", **own)
        assert "signed and installed" in ok(home, "policy", "try-out", **own)
        until(lambda: "not yet" not in ok(home, "agency", "list", **own))
        token = ok(home, "agency", "token", "eastshire-housing", "--sub", "x", **own).strip()
        until(lambda: httpx.get(f"{hub.url}/v1/cases", headers={"Authorization": f"Bearer {token}"}).is_success)
    assert HOUSING in ok(home, "agency", "list", **own)
