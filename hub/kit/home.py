"""The kit's home: what was pinned when it was set up, its own keys, and nothing of any other partner."""

import os
from pathlib import Path
from uuid import UUID

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.wrapping import key_id
from schemas.identifiers import AgencyId

_HEX = r"^[0-9a-f]{64}$"
_PrivateKey = Ed25519PrivateKey | X25519PrivateKey


class NotSetUp(Exception):
    """The home is not one of a kit, or something in it cannot be used. Names the file and what to do."""


class Brokers(BaseModel):
    """Where the partner's topic and those of the strands are, and as whom they are read and written to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    servers: str
    username: str | None = None
    ca: Path | None = None


class Pinned(BaseModel):
    """`kit.yaml`: whose kit this is, and the hub as it was known on the first day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = Field(default=1, ge=1, le=1)
    agency: AgencyId
    hub: str
    feed: UUID
    ledger: str = Field(pattern=_HEX)
    """The public key under which the hub signs heads and its other keys."""
    delivery: tuple[str, ...] = ()
    """The public keys under which it seals to a topic. New ones are taken on the word of the ledger's key."""
    inbound: str | None = Field(default=None, pattern=_HEX)
    """The public key to which the kit seals what it publishes to a broker, as the hub last presented it."""
    kafka: Brokers | None = None

    @property
    def ledger_key(self) -> Ed25519PublicKey:
        """To check signed notes with."""
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.ledger))

    @property
    def delivery_keys(self) -> dict[str, Ed25519PublicKey]:
        """By id."""
        raw = [bytes.fromhex(each) for each in self.delivery]
        return {key_id(each): Ed25519PublicKey.from_public_bytes(each) for each in raw}


class KitSettings(BaseSettings):
    """What differs from one installation to the next and is no business of the hub (`IOM_HUB_KIT_…`)."""

    model_config = SettingsConfigDict(env_prefix="IOM_HUB_KIT_", frozen=True)

    home: Path = Field(default=Path("var/kit"), description="Where the kit keeps its keys and its store.")
    passphrase: SecretStr | None = Field(default=None, description="Opens the kit's keys.")
    token: SecretStr | None = Field(default=None, description="The hub's token; else the file `token` in the home.")
    kafka_password: SecretStr | None = Field(default=None, description="The password at the brokers.")
    consumers: tuple[str, ...] = Field(default=("case_views", "alerts"), description="The consumers that run.")
    practice: str = Field(default="staffordshire-2014", description="The pack of local practice: a name, or a file.")


class KitHome:
    """The files in a kit's home."""

    def __init__(self, settings: KitSettings) -> None:
        """Nothing is read or made yet."""
        self.settings, self.folder = settings, settings.home
        self.pins_file, self.token_file = self.folder / "kit.yaml", self.folder / "token"
        self.key_file, self.store_file = self.folder / "kit.key", self.folder / "kit.sqlite"
        self.state_file = self.folder / "state.json"

    @property
    def secret(self) -> str | None:
        """The passphrase."""
        return self.settings.passphrase.get_secret_value() if self.settings.passphrase else None

    def pinned(self) -> Pinned:
        """Raises `NotSetUp`."""
        try:
            return Pinned.model_validate(yaml.safe_load(self.pins_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise NotSetUp(f"{self.pins_file} is missing: run `iom-hub connect setup` first") from None
        except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as wrong:
            raise NotSetUp(f"{self.pins_file} is not what `iom-hub connect setup` writes") from wrong

    def pin(self, pinned: Pinned) -> None:
        """Write `kit.yaml`, whole or not at all."""
        text = yaml.safe_dump(pinned.model_dump(mode="json", exclude_none=True), sort_keys=False)
        _write(self.pins_file, text.encode())

    def token(self) -> str | None:
        """Read anew each time: the hub's tokens are short-lived, and somebody puts a new one there."""
        if self.settings.token:
            return self.settings.token.get_secret_value()
        try:
            return self.token_file.read_text(encoding="ascii").strip() or None
        except (FileNotFoundError, UnicodeDecodeError):
            return None

    def keep_token(self, token: str) -> None:
        """For its owner only."""
        _write(self.token_file, token.encode())

    def make_keys(self) -> None:
        """A key to sign with and one to receive under, where there are none."""
        if not self._pem("signing").exists():
            self._keep("signing", Ed25519PrivateKey.generate())
        if not self._pem("receiving").exists():
            self._keep("receiving", X25519PrivateKey.generate())

    def signing(self) -> Ed25519PrivateKey:
        """The agency's own key to sign with. Raises `NotSetUp`."""
        key = self._load(self._pem("signing"))
        if not isinstance(key, Ed25519PrivateKey):
            raise NotSetUp(f"{self._pem('signing')} is not an Ed25519 key")
        return key

    def receiving(self) -> dict[str, X25519PrivateKey]:
        """Every key to receive under, by id: `receiving.pem`, and older ones beside it as `receiving-….pem`."""
        files = sorted(self.folder.glob("receiving*.pem"))
        if not files:
            raise NotSetUp(f"{self._pem('receiving')} is missing: nothing that the hub seals opens without it")
        found = {}
        for file in files:
            key = self._load(file)
            if not isinstance(key, X25519PrivateKey):
                raise NotSetUp(f"{file} is not an X25519 key")
            found[key_id(key.public_key().public_bytes_raw())] = key
        return found

    def _pem(self, use: str) -> Path:
        return self.folder / f"{use}.pem"

    def _keep(self, use: str, key: _PrivateKey) -> None:
        guard = BestAvailableEncryption(self.secret.encode()) if self.secret else NoEncryption()
        _write(self._pem(use), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, guard))

    def _load(self, file: Path) -> object:
        try:
            return load_pem_private_key(file.read_bytes(), self.secret.encode() if self.secret else None)
        except FileNotFoundError:
            raise NotSetUp(f"{file} is missing: put it back, or run `iom-hub connect setup`") from None
        except (TypeError, ValueError) as wrong:
            raise NotSetUp(f"{file} does not open; is IOM_HUB_KIT_PASSPHRASE right?") from wrong


def _write(file: Path, content: bytes) -> None:
    """For its owner only, and never half."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
