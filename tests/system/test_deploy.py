"""What is shipped: the image, the unit, the wheel, and the walk that the README offers."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from hub.cli.main import app

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
[PROGRAM] = PROJECT["project"]["scripts"]
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
UNITS = ("iom-hub.service", "iom-hub-worker@.service")
SHIPPED_KINDS_OF_FILE = (".py", ".yaml", ".json", ".csv")


def run(*command: str | Path, cwd: Path = ROOT, timeout: float = 240, **settings: str) -> str:
    """What a command prints. No setting of the machine that runs the tests reaches it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("IOM_HUB_")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**own, **settings},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def is_served(name: str) -> bool:
    """Whether the console script has this command."""
    return name in typer.main.get_command(app).commands


def test_the_dockerfile_is_linted() -> None:
    """Hadolint finds nothing to say, and no rule of it is switched off."""
    linter = Path(sys.executable).parent / "hadolint"
    assert run(linter, "--disable-ignore-pragma", "--failure-threshold", "style", DOCKERFILE) == ""
    assert not list(ROOT.glob(".hadolint.y*ml"))


@pytest.mark.parametrize(
    "line",
    [
        r"RUN python -m pip download .*--require-hashes.*--requirement requirements\.lock",
        r"ENV .*PYTHONSAFEPATH=1",
        r"ENV .*IOM_HUB_HOME=(?P<home>\S+).*VOLUME (?P=home)$",
        r"USER [1-9][0-9]*:[1-9][0-9]*$",
        r"HEALTHCHECK .*/health",
        rf'ENTRYPOINT \["{PROGRAM}"\]\nCMD \["serve"\]',
    ],
)
def test_the_image_is_built_as_it_should_be(line: str) -> None:
    """From the hashed lock, not as root, its home in a volume, asked for its health, safe from folders around it."""
    text = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    assert re.search(line, text, re.MULTILINE | (re.DOTALL if "VOLUME" in line else 0))


def test_the_image_is_built_from_what_it_needs_and_nothing_else() -> None:
    """Neither a key, a store nor a test can get into an image: what is not listed stays out."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    needed = {*PACKAGES, PROJECT["project"]["readme"], PROJECT["project"]["license"]["file"]}
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert let_in == needed | {"pyproject.toml", "requirements.lock"}


@pytest.fixture(scope="module")
def docker() -> Callable[..., str]:
    """The Docker client, where an engine answers it."""
    client = shutil.which("docker")
    asked = client and subprocess.run([client, "version"], capture_output=True, timeout=60, check=False)
    if not client or not asked or asked.returncode != 0:
        pytest.skip("not run: no Docker engine answers here")
    return lambda *words: run(client, *words, timeout=1200).strip()


@pytest.mark.timeout(1500)
def test_the_image_answers(docker: Callable[..., str]) -> None:
    """The image builds, runs without rights, answers for its health, and its ledger is sound."""
    image = docker("build", "--quiet", "--file", str(DOCKERFILE), str(ROOT))
    limits = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
    volume = docker("volume", "create")
    limits = (*limits, "--volume", f"{volume}:/var/lib/iom-hub")
    docker("run", "--rm", *limits, image, "policy", "try-out")
    container = docker("run", "--detach", "--rm", *limits, "--publish", "127.0.0.1::8700", image)
    try:
        answer = health("http://" + docker("port", container, "8700/tcp").splitlines()[0])
        assert answer["status"] == "ok"
        assert docker("exec", container, "id", "-u") == "10001"
        assert docker("exec", container, PROGRAM, "ledger", "verify").startswith("Sound")
    finally:
        docker("stop", container)
        docker("volume", "rm", volume)


def health(url: str) -> dict[str, str]:
    """What `/health` says, once somebody answers."""
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as response:
                return json.load(response)
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until, "nobody answered"
            time.sleep(0.2)


@pytest.fixture(scope="module", params=UNITS)
def unit(request: pytest.FixtureRequest) -> configparser.ConfigParser:
    """A unit file, in which no key stands twice but the files of its settings."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys as they are written
    text = (ROOT / "deploy" / "systemd" / request.param).read_text(encoding="utf-8")
    parser.read_string(text.replace("EnvironmentFile=/etc/iom-hub/worker-%i.env\n", ""))
    return parser


def test_the_unit_starts_the_console_script(unit: configparser.ConfigParser) -> None:
    """The unit runs the program that the wheel installs, with a command that it has."""
    program, command, *_ = unit["Service"]["ExecStart"].split()
    assert Path(program).name == PROGRAM
    assert is_served(command)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("User", "iom-hub"),
        ("UMask", "0077"),
        ("StateDirectoryMode", "0700"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("MemoryDenyWriteExecute", "yes"),
        ("SystemCallFilter", "@system-service"),
        ("LimitCORE", "0"),
    ],
)
def test_the_unit_is_hardened(unit: configparser.ConfigParser, key: str, value: str) -> None:
    """The hub writes to its own folder alone, gains no rights, and leaves no core file with keys in it."""
    assert unit["Service"][key] == value


def test_the_unit_keeps_folders_from_posing_as_packages(unit: configparser.ConfigParser) -> None:
    """A folder called `access_policies` in the working directory never replaces the policies."""
    assert "PYTHONSAFEPATH=1" in unit["Service"]["Environment"].split()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built anew."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    [found] = folder.glob("*.whl")
    return found


def test_the_wheel_ships_everything(wheel: Path) -> None:
    """Every module, policy, schema, sample and table of the four packages is in the wheel."""
    shipped = set(zipfile.ZipFile(wheel).namelist())
    ours = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in SHIPPED_KINDS_OF_FILE and "__pycache__" not in path.parts
    }
    assert ours - shipped == set()
    assert {Path(name).suffix for name in ours} == set(SHIPPED_KINDS_OF_FILE)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script of a fresh environment: the wheel in it, and beside it the dependencies that we have."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    own = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder / "bin" / PROGRAM


def test_what_is_shipped_works_from_anywhere(installed: Path, tmp_path: Path) -> None:
    """Installed, the hub finds its own policies and consumers, though folders of the same names lie around it."""
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise SystemExit('the wrong package')\n", encoding="utf-8")
    said = run(installed, "policy", "check", cwd=tmp_path, PYTHONPATH="")
    assert f"\n{installed.parents[1]}" in said
    assert "0 not kept" in said
    run(installed, "policy", "try-out", "--home", "home", cwd=tmp_path, PYTHONPATH="")
    said = run(installed, "ledger", "verify", "--home", "home", cwd=tmp_path, PYTHONPATH="")
    assert said.startswith("Sound")


@pytest.fixture
def walk(tmp_path: Path) -> str:
    """The walk printed in the README, in a home of its own."""
    shown = re.findall(
        r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    [block] = [each for each in shown if "iom-hub serve" in each]
    steps = block.replace("var/walk", str(tmp_path)).replace("$PWD/.venv/bin", str(Path(sys.executable).parent))
    return "trap 'kill $(jobs -p) 2>/dev/null' EXIT\n" + steps


def test_the_walk_in_the_readme_ends_in_a_filtered_alert(walk: str) -> None:
    """Every line of the walk works, and housing's alert says what housing needs and nothing of the offence; the last
    lines say why not.
    """
    missing = [name for name in ("bash", "curl", "sed") if not shutil.which(name)]
    if missing:
        pytest.skip(f"not run: no {' and no '.join(missing)} here")
    said = run("bash", "-euc", walk, timeout=120, COLUMNS="200")
    told, _, why = said[said.index("\n1 programme.agency.involved") :].partition(
        "custody.person.arrested, decided under"
    )
    [alert] = json.loads(told[told.index('{\n    "alerts"') :])["alerts"]
    assert alert["headline"] == "Fictional Testcase-1 was arrested on 2026-02-05"
    assert alert["advice"]
    assert not re.search("burglary|Northshire Central|A Constable|positive|intelligence", told)
    assert "offence-stays-with-justice" in why
    assert "Sound" in why
