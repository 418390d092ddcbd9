"""The integrator's test: the page on integrating, run block by block as it stands, ends in a filtered alert."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.parts import running
from support.servers import node

pytestmark = pytest.mark.system

ROOT = Path(__file__).resolve().parents[2]
WITHHELD = "burglary|Northshire Central|A Constable|positive|intelligence"
"""What the sample of an arrest says and housing is not to know."""


def blocks() -> list[str]:
    """What the page tells somebody to type: the hub, `curl`, Node, the exports."""
    page = (ROOT / "docs" / "integrating.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def typed(tmp_path: Path, *steps: str) -> str:
    """What these blocks print, one after the other in one shell, in a folder of their own."""
    for name in ("docs", "schemas"):
        (tmp_path / name).symlink_to(ROOT / name)
    lines = ["trap 'kill $(jobs -p) 2>/dev/null' EXIT", *steps]
    shell = "\n".join(lines).replace("$PWD/.venv/bin", str(Path(sys.executable).parent))
    own = {name: value for name, value in os.environ.items() if not name.startswith("IOM_HUB_")}
    done = subprocess.run(
        ["bash", "-euc", shell], cwd=tmp_path, env=own, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def curl() -> None:
    """What the page takes beside the hub."""
    missing = [name for name in ("bash", "curl", "sed") if not shutil.which(name)]
    if missing:
        pytest.skip(f"not run: no {' and no '.join(missing)} here")


@pytest.mark.requirement("IX7")
def test_from_nothing_to_a_filtered_alert_with_curl(curl: None, tmp_path: Path) -> None:
    """The police publish by `curl`; housing reads by `curl` an alert that says what it needs, and no word of the rest;
    then both take their feeds out as the page says.
    """
    [start, with_curl, _, exports] = blocks()
    said = typed(tmp_path, start, with_curl, "echo ===", exports)
    told, _, exported = said.partition("===\n")
    [alert] = json.loads(next(line for line in told.splitlines() if line.startswith('{"alerts"')))["alerts"]
    assert alert["headline"] == "Fictional Testcase-1 was arrested on 2026-02-05"
    assert alert["advice"]
    assert not re.search(WITHHELD, said)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "feed.csv").read_text(encoding="utf-8"))))
    assert {row["kind"] for row in rows} >= {"programme.agency.involved", "custody.person.arrested"}
    assert '"EventType": "custody.person.arrested"' in exported
    assert exported.splitlines()[-1].startswith("contact_type,")


def test_a_client_in_another_language_reads_and_checks_the_feed(curl: None, tmp_path: Path) -> None:
    """Node's own fetch, no packages: the feed in order, its chain checked, and the alert."""
    running("node", node)
    [start, with_curl, with_node, _] = blocks()
    said = typed(tmp_path, start, with_curl, "echo ===", with_node).partition("===\n")[2]
    assert "all is as it was told" in said
    assert "ALERT Fictional Testcase-1 was arrested on 2026-02-05" in said
    assert not re.search(WITHHELD, said)


@pytest.mark.parametrize("change", ["s/Testcase-1/Testcase-2/", 's/"seq": *2/"seq":3/'])
def test_the_client_in_another_language_finds_a_change(curl: None, tmp_path: Path, change: str) -> None:
    """Somebody between the hub and the client changes a name or a number: the client says which record."""
    running("node", node)
    [start, with_curl, with_node, _] = blocks()
    spoiled = f"""
mkdir lie && curl -sS -H "Authorization: Bearer $HOUSING" $HUB/v1/feed | sed '{change}' > lie/page
cat > lie.mjs <<'END'
import {{ createServer }} from 'node:http'
import {{ readFileSync, writeFileSync }} from 'node:fs'
const server = createServer((_, answer) => answer.end(readFileSync('lie/page')))
server.listen(0, '127.0.0.1', () => writeFileSync('lie/url', `http://127.0.0.1:${{server.address().port}}`))
END
node lie.mjs & until test -s lie/url; do sleep 0.1; done
HUB=$(cat lie/url)
! {with_node.strip()} 2>&1
"""
    said = typed(tmp_path, start, with_curl, "echo ===", spoiled).partition("===\n")[2]
    assert re.search(r"feed record \d was changed, or does not follow", said)
