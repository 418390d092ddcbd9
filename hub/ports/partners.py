"""What a partner sees: its feed, its views, and the consumers that fold one into the other."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import NamedTuple, Protocol
from uuid import UUID

from hub.chains import FeedRecord
from schemas.disclosures import Disclosure
from schemas.identifiers import AgencyId


class Feed(Protocol):
    """Read one partner's records in order, from any sequence, and wait for more."""

    def read(self, recipient: AgencyId, after: int, limit: int) -> list[FeedRecord]:
        """The records after `after`, in order, dense; dropped elements are absent."""

    def told(self, recipient: AgencyId, after: int, limit: int) -> list[tuple[int, Disclosure | None]]:
        """The same records as disclosures, without their proofs; None where the elements were dropped."""

    def head(self, recipient: AgencyId) -> tuple[int, bytes]:
        """The sequence and link of the last record; (0, genesis) of an empty feed."""

    def heads(self) -> dict[AgencyId, int]:
        """The last sequence of every feed that has a record, all by one look."""

    def wait(self, recipient: AgencyId, after: int, seconds: float) -> bool:
        """Whether there are records after `after`, waiting up to `seconds` for them."""


class FactRow(NamedTuple):
    """One fact of one person in one partner's view. `body` is JSON."""

    record: UUID
    fact: str
    message_id: UUID
    seq: int
    body: bytes
    said_on: date | None = None
    """The day on which the partner itself said so last, where that grows old; None of what others said."""


class AlertRow(NamedTuple):
    """One alert of one partner. `body` is JSON."""

    alert_id: UUID
    record: UUID
    seq: int
    acknowledged: bool
    body: bytes


class Touched(NamedTuple):
    """The rows that a consumer reads when it applies a disclosure, so that a batch reads them at once."""

    facts: Sequence[tuple[UUID, str]] = ()
    messages: Sequence[UUID] = ()
    alerts: Sequence[UUID] = ()


class ViewsUnit(Protocol):
    """One partner's rows, changed together with its position in the feed."""

    def prepare(self, touched: Sequence[Touched]) -> None:
        """Read these rows at once. Only a hint: every row can be read without it."""

    def position(self, consumer: str) -> int:
        """The sequence up to which `consumer` has read."""

    def move(self, consumer: str, seq: int, since: int | None = None) -> None:
        """Set the position. Where it is no longer `since` when the unit ends, another consumer was quicker: the unit
        writes nothing, and raises `Collided`.
        """

    def fact(self, record: UUID, fact: str) -> FactRow | None:
        """One fact."""

    def facts_of(self, record: UUID) -> list[FactRow]:
        """Everything the view holds of one person."""

    def fact_by_message(self, message_id: UUID) -> FactRow | None:
        """The fact that stands on this message."""

    def put_fact(self, row: FactRow) -> None:
        """Keep a fact, in place of the one of the same record and name."""

    def drop_fact(self, record: UUID, fact: str) -> None:
        """Forget a fact."""

    def alert(self, alert_id: UUID) -> AlertRow | None:
        """One alert."""

    def alerts_of(self, record: UUID) -> list[AlertRow]:
        """Every alert about one person."""

    def put_alert(self, row: AlertRow) -> None:
        """Keep an alert, in place of the one of the same id."""

    def drop_alert(self, alert_id: UUID) -> None:
        """Forget an alert."""


class Views(Protocol):
    """One partner's view; consumers know no other storage. Rows and position move in one transaction."""

    def unit(self) -> AbstractContextManager[ViewsUnit]:
        """A unit of work on this partner's rows."""

    def position(self, consumer: str) -> int:
        """The sequence up to which `consumer` has read."""

    def records(self) -> list[UUID]:
        """The persons this partner has been told of."""

    def facts(self, record: UUID) -> list[FactRow]:
        """Everything this partner's view holds of one person."""

    def named(self, names: Collection[str]) -> list[FactRow]:
        """The facts of these names, of everybody, by the ids of the persons. Its cost grows with the view, slowly."""

    def said_before(self, days: Mapping[str, date], limit: int) -> list[FactRow]:
        """What the partner itself said last before the day that stands beside the fact's name, the longest ago first.
        Costs as much as it finds, however much the view holds.
        """

    def alerts(self, *, open_only: bool, limit: int) -> list[AlertRow]:
        """Alerts, the newest first."""

    def alert(self, alert_id: UUID) -> AlertRow | None:
        """One alert."""


class Consumer(Protocol):
    """Keeps something for one partner, from its feed and nothing else."""

    name: str

    def touches(self, disclosure: Disclosure) -> Touched:
        """The rows that `apply` will read."""

    def apply(self, views: ViewsUnit, seq: int, disclosure: Disclosure) -> None:
        """Take one disclosure in. Idempotent: the same one may come twice."""
