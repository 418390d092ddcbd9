"""A page whose commands are typed and whose output is what came: `python tests/support/storytelling.py` writes it anew.

A `console` block is typed line by line into one shell (`$ ` begins a command, `> ` goes on with it); a `diff` block is
applied. What a page shows and what came are compared with ids, times and counters made equal.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import IO

ROOT = Path(__file__).parents[2]
STORY = ROOT / "docs" / "officer.md"
_BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = "@@ the next command @@"
_DIFFERS = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "<digest>"),
    (re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|\+00:00)"), "<time>"),
    (re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b"), "<day>"),
    (re.compile(r"^[0-9]+ (?=[a-z]+\.[a-z]+\.)", re.MULTILINE), "<seq> "),
    (re.compile(r"[0-9]+ (entries|(feed )?records|updates|(signed )?checkpoints)"), r"<n> \1"),
    (re.compile(r" +$", re.MULTILINE), ""),
)


def levelled(page: str) -> str:
    """The page without what differs from one run to the next."""
    for pattern, instead in _DIFFERS:
        page = pattern.sub(instead, page)
    return page


def played(page: str, folder: Path, env: Mapping[str, str]) -> str:
    """The page with what came when its commands were typed in `folder`."""
    copytree(ROOT / "access_policies", folder / "access_policies", ignore=ignore_patterns("*.py", "__pycache__"))
    blocks = [(match[1], match[2]) for match in _BLOCK.finditer(page)]
    script = "".join(f"{line}\necho '{_MARK}'\n" for block in blocks for line in _typed(*block))
    (folder / "story.sh").write_text(script, encoding="utf-8")
    with (folder / "came").open("w+", encoding="utf-8") as out:
        _run(folder, env, out)
        out.seek(0)
        came = iter(out.read().split(f"{_MARK}\n"))
    return _BLOCK.sub(lambda match: _filled(match[1], match[2], came), page)


def _run(folder: Path, env: Mapping[str, str], out: IO[str]) -> None:
    """Type it all; whatever it started is gone afterwards."""
    shell = subprocess.Popen(
        ["bash", "story.sh"],
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        start_new_session=True,
    )
    try:
        shell.wait(timeout=240)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGTERM)
        shell.wait()


def _typed(language: str, block: str) -> Iterator[str]:
    """The commands of a block."""
    if language == "diff":
        yield f"git apply <<'THE END'\n{block}THE END"
        return
    for command in _commands(block):
        yield "\n".join(line[2:] for line in command)


def _commands(block: str) -> list[list[str]]:
    """The lines of each command, as the page shows them."""
    found: list[list[str]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append([line])
        elif line.startswith("> ") and found:
            found[-1].append(line)
    return found


def _filled(language: str, block: str, came: Iterator[str]) -> str:
    if language == "diff":
        assert next(came) == "", "the change does not apply"
        return f"```diff\n{block}```"
    lines = [["\n".join(command), next(came).rstrip("\n")] for command in _commands(block)]
    return "```console\n" + "".join(f"{part}\n" for pair in lines for part in pair if part) + "```"


def main() -> int:
    """Write the page anew."""
    page = STORY.read_text(encoding="utf-8")
    with TemporaryDirectory() as name:
        STORY.write_text(played(page, Path(name), terminal(os.environ)), encoding="utf-8")
    return 0


def terminal(env: Mapping[str, str]) -> dict[str, str]:
    """A terminal of a known width, in which `iom-hub` is this one, and no setting but what the page says."""
    plain = {name: value for name, value in env.items() if not name.startswith("IOM_HUB_")}
    path = f"{Path(sys.executable).parent}:{plain['PATH']}"
    return plain | {"PATH": path, "COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}


if __name__ == "__main__":
    sys.exit(main())
