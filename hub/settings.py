"""Settings, from the environment (`IOM_HUB_…`): everything that differs from one installation to the next."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from access_policies.loading import SHIPPED, is_policy_directory
from hub.accepting import VIEW_RETENTION
from hub.offering import Files


class Settings(BaseSettings):
    """Sensible for one machine; docs/operating/one-machine.md lists them all."""

    model_config = SettingsConfigDict(env_prefix="IOM_HUB_", frozen=True, hide_input_in_errors=True)

    home: Path = Field(default=Path("var/hub"), description="Where the store, the key and the signed policies lie.")
    policies: Path | None = Field(
        default=None, description="The draft of the policies; else `policies` in the home, else the shipped ones."
    )
    bundle: Path | None = Field(default=None, description="The signed bundle; else `policies.jws.json` in the home.")
    signers: Path | None = Field(default=None, description="Whose signatures count; else `signers.yaml` in the home.")
    database: SecretStr | None = Field(
        default=None, description="A `postgresql://…` URL; without one the store is a file in the home."
    )
    passphrase: SecretStr | None = Field(default=None, description="Opens the key file.")
    settle_minutes: float = Field(default=45, gt=0, description="How long an arrest or a release stays provisional.")
    view_retention_days: float = Field(
        default=VIEW_RETENTION.days, ge=0, description="How long a view stays open once a partner's involvement ended."
    )
    held_retention_days: float = Field(
        default=28, gt=0, description="After how many days an update that nobody placed is discarded."
    )
    held_urgent_minutes: float = Field(
        default=10, gt=0, description="After how many minutes a held arrest or release pages the IOM unit on its feed."
    )
    answer_hours: float | None = Field(
        default=None, gt=0, description="How long a partner has to answer an arrest or a release; else it is not asked."
    )
    checkpoint_seconds: float = Field(default=60, gt=0, description="How often the ledger is checkpointed.")
    consumers: tuple[str, ...] = Field(default=("case_views", "alerts"), description="The consumers that run hosted.")
    practice: str = Field(
        default="staffordshire-2014",
        description="The pack of local practice: a shipped one's name, or a file of one's own.",
    )
    host: str = Field(default="127.0.0.1", description="Where `serve` listens.")
    port: int = Field(default=8700, ge=0, le=65535, description="Where `serve` listens.")
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, description="Where `/ready` and `/metrics` are, on loopback; else nowhere."
    )
    watchdog_seconds: float = Field(default=60, gt=0, description="How long a loop may show no progress.")
    kafka: str | None = Field(default=None, description="Where the brokers are, `host:port,…`; else none are used.")
    inbox: Path | None = Field(
        default=None, description="A folder from which `serve` takes in signed updates, where no brokers are used."
    )
    kafka_username: str | None = Field(default=None, description="As whom the hub speaks to them (SCRAM-SHA-512).")
    kafka_password: SecretStr | None = Field(default=None, description="The password for that.")
    kafka_ca: Path | None = Field(default=None, description="Whose certificates are trusted (PEM); makes it TLS.")
    kafka_admin_username: str | None = Field(default=None, description="As whom topics and access are changed there.")
    kafka_admin_password: SecretStr | None = Field(default=None, description="The password for that.")
    kafka_partitions: int = Field(default=6, ge=1, le=100, description="Partitions of each strand's topic.")
    kafka_retention_days: float = Field(
        default=7, gt=0, lt=29, description="How many days topics keep records; with a day more, less than a month."
    )
    key_number: int = Field(
        default=1, ge=1, description="Which of the hub's own keys for a broker are current: one more changes them."
    )

    @field_validator("database")
    @classmethod
    def _of_postgresql(cls, database: SecretStr | None) -> SecretStr | None:
        if database and not database.get_secret_value().startswith("postgresql://"):
            raise PydanticCustomError("database", "must be a URL that begins with postgresql://")
        return database

    @field_validator("inbox")
    @classmethod
    def _instead_of_brokers(cls, inbox: Path | None, said: ValidationInfo) -> Path | None:
        if inbox and said.data.get("kafka"):
            raise PydanticCustomError("inbox", "must not be set beside IOM_HUB_KAFKA: updates come in one way")
        return inbox

    @property
    def store_file(self) -> Path:
        """The embedded store."""
        return self.home / "hub.sqlite"

    @property
    def key_file(self) -> Path:
        """The root key."""
        return self.home / "hub.key"

    @property
    def address_file(self) -> Path:
        """Where a running hub says at which URL it listens."""
        return self.home / "hub.url"

    @property
    def settle(self) -> timedelta:
        """The settling time."""
        return timedelta(minutes=self.settle_minutes)

    @property
    def files(self) -> Files:
        """The signed bundle, and whose signatures count."""
        return Files(self.bundle or self.home / "policies.jws.json", self.signers or self.home / "signers.yaml")

    @property
    def view_retention(self) -> timedelta:
        """How long a view stays open once it is told no more."""
        return timedelta(days=self.view_retention_days)

    @property
    def held_retention(self) -> timedelta:
        """How long a held update waits for somebody to place it."""
        return timedelta(days=self.held_retention_days)

    @property
    def held_urgent(self) -> timedelta:
        """How long one that cannot wait does."""
        return timedelta(minutes=self.held_urgent_minutes)

    @property
    def answer_within(self) -> timedelta | None:
        """How long a partner has to answer what cannot wait."""
        return timedelta(hours=self.answer_hours) if self.answer_hours else None

    def policy_directory(self) -> Path:
        """The directory with the draft: what the `policy` commands work on. No hub decides by it."""
        own = self.home / "policies"
        return self.policies or (own if is_policy_directory(own) else SHIPPED)
