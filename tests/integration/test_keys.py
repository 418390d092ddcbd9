"""The hub's public keys, and sealing to it from the command line."""

import subprocess
import sys
from pathlib import Path

import pytest

from hub import ledger
from hub.keying import KEYS_ORIGIN
from hub.wrapping import open_inbound
from integration.scene import Scene
from support.http import serving

RAW = b'{"data": {"person": "Fictional Testcase"}}\n'
COMMAND = [sys.executable, "-c", "from hub.cli.main import main; main()", "seal"]


def test_keys_without_a_token(scene: Scene) -> None:
    """Anybody may have the hub's public keys: nothing in them is secret, and no partner is named."""
    answer = scene.door.request("GET", "/v1/keys")
    assert answer.status_code == 200
    body = answer.json()
    assert [(each["use"], each["current"]) for each in body["keys"]] == [
        ("delivery", True), ("delivery", False), ("inbound", True), ("ledger", True)
    ]  # fmt: skip
    assert ledger.opens(body["note"], KEYS_ORIGIN, scene.p.hub.recorder.key.public_key())
    private = [key.private_bytes_raw().hex() for key in scene.p.hub.keys.inbound.values()]
    private.append(scene.p.hub.keys.delivery.private_bytes_raw().hex())
    assert not any(secret in answer.text for secret in private)
    assert not any(agency in answer.text for agency in scene.p.hub.bundle.policies.partners)


def test_sealing_at_the_command_line(scene: Scene, tmp_path: Path) -> None:
    """What an agency seals with the command opens at the hub, whether it fetched the key or was given it."""
    given = next(e["public"] for e in scene.door.request("GET", "/v1/keys").json()["keys"] if e["use"] == "inbound")
    file = tmp_path / "sealed.bin"
    with serving(scene.p.hub) as url:
        fetched = subprocess.run(
            [*COMMAND, "--hub", url, "--out", str(file)], input=RAW, capture_output=True, check=True
        )
    header, _, name = fetched.stdout.decode().strip().partition("=")
    assert header == "iomhub-sealed"
    assert open_inbound(scene.p.hub.keys.inbound, name, file.read_bytes()) == RAW
    piped = subprocess.run([*COMMAND, "--key", given], input=RAW, capture_output=True, check=True)
    assert piped.stderr.decode().strip() == f"iomhub-sealed={name}"
    assert open_inbound(scene.p.hub.keys.inbound, name, piped.stdout) == RAW


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "name either the hub or its key"),
        (["--key", "not hexadecimal"], "64 hexadecimal digits"),
        (["--key", "00" * 31], "64 hexadecimal digits"),
        (["--hub", "http://127.0.0.1:9"], "no key could be fetched"),
    ],
)
def test_sealing_refuses(options: list[str], said: str) -> None:
    """Without a usable key nothing comes out, and the reason is said; never what was to be sealed."""
    done = subprocess.run([*COMMAND, *options], input=RAW, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout == b""
    assert said in done.stderr.decode()
    assert "Fictional" not in done.stderr.decode()
