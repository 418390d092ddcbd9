"""What a policy says: vocabulary, partners, clauses and one file for each kind of update."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from schemas.identifiers import AgencyId


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


OneOrMore = Annotated[tuple[str, ...], BeforeValidator(_listed)]
When = dict[str, OneOrMore]


class Form(BaseModel):
    """Closed and frozen, like every part of a policy."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Power(Form):
    """A discloser's legal power, and what it fits (D22; a lawyer must confirm each)."""

    disclosers: Literal["any"] | tuple[str, ...]
    recipients: Literal["any"] | tuple[str, ...]
    needs: Literal["consent"] | None = None
    only_classes: tuple[str, ...] = ()
    not_classes: tuple[str, ...] = ()


class Vocabulary(Form):
    """Every word a rule may use."""

    vocabulary: int
    classes: tuple[str, ...]
    masks: dict[str, Literal["text", "date", "time", "any"]]
    involvement: tuple[str, ...]
    pathways: tuple[str, ...]
    purposes: tuple[str, ...]
    handling: tuple[str, ...]
    age: tuple[str, ...]
    named: tuple[str, ...]
    powers: dict[str, Power]
    conditions: tuple[str, ...]
    extra_conditions: tuple[str, ...]

    def words(self) -> dict[str, tuple[str, ...]]:
        """The words of a condition, each with the values it may be compared with."""
        return {
            "involvement": self.involvement,
            "pathway": self.pathways,
            "consent": self.purposes,
            "handling": self.handling,
            "age": self.age,
            "named": self.named,
        }


class Partner(Form):
    """An agency that takes part. `state_only` keeps a current state, never a history (D1)."""

    kind: str
    legal_status: Literal["relevant_authority", "acting_on_behalf", "voluntary"]
    statutory: bool
    name: str | None = None
    state_only: bool = False
    bulk: tuple[str, ...] = ()
    """Kinds that come from a system covering everyone in a prison or custody suite (D26)."""
    suspended: bool = False


class Clause(Form):
    """A ground on which something is told, written once."""

    recipient: str
    purpose: str
    power: dict[str, str]
    condition: str
    extra_condition: str | None = None
    when: When
    because: str
    agreement: str
    review: date


class FieldRule(Form):
    """A field's class of data, its one mask, and whether people write freely in it."""

    class_: str = Field(alias="class")
    mask: str | None = None
    free_text: bool = False


class Never(Form):
    """Beats every share; what is unknown counts as yes."""

    fields: Literal["*"] | tuple[str, ...]
    when: When = {}
    except_: tuple[str, ...] = Field(default=(), alias="except")
    because: str


class Share(Form):
    """What a clause tells of this kind; what is unknown counts as no."""

    fields: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> "Share":
        if not self.fields and not self.masked:
            raise ValueError("names no field: list `fields`, `masked` or both")
        if set(self.fields) & set(self.masked):
            raise ValueError("names a field both clear and masked; keep one")
        return self


class Inherits(Form):
    """Goes to exactly those who were told the update named in the field `of`; `lapsed` is all they hear
    once no clause tells them more (D1).
    """

    of: str
    lapsed: tuple[str, ...]


class Given(Form):
    """One situation of a partner; `age` may be unknown."""

    recipient: str
    involvement: str = "none"
    pathways: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    handling: str = "normal"
    age: str = "adult"
    named: bool = False


class Expect(Form):
    """What the signatories expect in one situation; whatever is not listed is expected to be withheld."""

    given: Given
    told: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()


class KindPolicy(Form):
    """One kind of update: who may publish it, what its fields are, who is told which."""

    kind: str
    version: int
    owner: str
    publishers: tuple[str, ...]
    fields: dict[str, FieldRule]
    inherits: Inherits | None = None
    never: dict[str, Never] = {}
    share: dict[str, Share] = {}
    expect: tuple[Expect, ...] = ()


class Policies(Form):
    """All of it, as loaded."""

    vocabulary: Vocabulary
    partners: dict[AgencyId, Partner]
    clauses: dict[str, Clause]
    kinds: dict[str, KindPolicy]
