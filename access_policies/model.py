"""What a policy says: vocabulary, partners, clauses and one file for each kind of update."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from access_policies.keys import AgencyKey
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
    needs: Literal["consent", "no-consent"] | None = None
    """What a clause that rests on it must ask for, or must not (D17)."""
    only_classes: tuple[str, ...] = ()
    not_classes: tuple[str, ...] = ()


class PartnerKind(Form):
    """What a kind of partner is: what it may be told for, and which closed doors it may pass."""

    purposes: tuple[str, ...]
    """What its clauses may be for."""
    support: bool = False
    """A support agency is no informant (D7)."""
    youth: bool = False
    """Named for people under 18 (D18)."""
    admits: tuple[str, ...] = ()
    """The closed classes that it may be told (D19)."""


class Vocabulary(Form):
    """Every word a rule may use."""

    vocabulary: int
    classes: tuple[str, ...]
    closed_classes: tuple[str, ...] = ()
    """Classes told to nobody but the kinds of partner that admit them (D19)."""
    special_classes: tuple[str, ...] = ()
    """Classes that a clause tells only on an extra condition: health, and what may show it (D6, D22)."""
    plain: dict[str, str] = {}
    """Classes, masks, pathways and kinds of update in the words of the notice to the person (D22)."""
    partner_kinds: dict[str, PartnerKind] = {}
    areas: tuple[str, ...] = ()
    """The areas of the partnership, where it has several."""
    masks: dict[str, Literal["text", "date", "time", "any"]]
    involvement: tuple[str, ...]
    pathways: tuple[str, ...]
    purposes: tuple[str, ...]
    purposes_without_consent: tuple[str, ...] = ()
    """Purposes that never hang on a consent: safety and safeguarding (D17)."""
    scopes: tuple[str, ...] = ()
    """What a consent may be limited to; one that names none covers all of them."""
    handling: tuple[str, ...]
    age: tuple[str, ...]
    named: tuple[str, ...]
    standing: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    safeguarding: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    access_hours: int = 8
    """How many hours access stays open that was opened in an emergency (D13)."""
    powers: dict[str, Power]
    conditions: tuple[str, ...]
    extra_conditions: tuple[str, ...]

    def words(self) -> dict[str, tuple[str, ...]]:
        """The words of a condition, each with the values it may be compared with."""
        return {
            "involvement": self.involvement,
            "pending": self.involvement[1:],
            "pathway": self.pathways,
            "consent": (*self.purposes, *(scoped for purpose in self.purposes for scoped in self.scoped(purpose))),
            "handling": self.handling,
            "age": self.age,
            "named": self.named,
            "standing": self.standing,
            "cohort": self.cohorts,
            "restriction": self.restrictions,
            "safeguarding": self.safeguarding,
            "access": self.access,
        }

    def scoped(self, purpose: str) -> tuple[str, ...]:
        """The purpose within each scope, as a rule names it: `treatment/health`."""
        return tuple(f"{purpose}/{scope}" for scope in self.scopes)


class Partner(Form):
    """An agency that takes part. `state_only` keeps a current state, never a history (D1)."""

    kind: str
    legal_status: Literal["relevant_authority", "acting_on_behalf", "court", "voluntary"]
    statutory: bool
    name: str | None = None
    area: str | None = None
    """The area in which it works; without one it works in all."""
    state_only: bool = False
    bulk: tuple[str, ...] = ()
    """Kinds that come from a system covering everyone in a prison or custody suite (D26)."""
    suspended: bool = False
    seals: bool = False
    """Whether what it publishes to a broker must be sealed to the hub; else the broker's operator can read it."""
    keys: tuple[AgencyKey, ...] = ()


class Agreement(Form):
    """An information-sharing agreement: who is controller under it, and until when it holds (D16)."""

    title: str
    controllers: tuple[AgencyId, ...]
    schedules: dict[str, str]
    signed: date
    expires: date
    retention: dict[str, str] = {}
    """How long each class of data is kept under it, in words; what is not said is not set (D25)."""


class Clause(Form):
    """A ground on which something is told, written once. `agreement` is `<id>/<schedule>`."""

    recipient: str
    purpose: str
    power: dict[str, str]
    condition: str
    extra_condition: str | None = None
    when: When
    because: str
    agreement: str
    review: date

    @property
    def agreement_id(self) -> str:
        """The agreement, without its schedule."""
        return self.agreement.partition("/")[0]


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

    def bars(self, recipient: str, name: str) -> bool:
        """Whether it keeps this field from this kind of partner while its `when` holds."""
        return recipient not in self.except_ and (self.fields == "*" or name in self.fields)


class Share(Form):
    """What a clause tells of this kind; what is unknown counts as no."""

    fields: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    signpost: str | None = None
    """What the partner is told to ask of whom, whether or not there is anything to ask about (D28)."""
    free_text: str | None = None
    """Why a partner that is not statutory may be told here what people write freely; without it, it is not."""

    @model_validator(mode="after")
    def _says_something(self) -> "Share":
        if not (self.fields or self.masked or self.signpost):
            raise ValueError("names no field; list `fields`, `masked` or both")
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
    """One situation of a partner. `age`, `standing` and `cohort` may be `unknown`."""

    recipient: str
    involvement: str = "none"
    pending: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    handling: str = "normal"
    age: str = "adult"
    named: bool = False
    standing: str = "statutory"
    cohort: str | None = None
    """None is the first cohort of the vocabulary."""
    restrictions: tuple[str, ...] = ()
    safeguarding: bool = False
    access: bool = False
    lapsed: tuple[str, ...] = ()
    """Agreements that are no longer in force (D16)."""


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

    def always_bars(self, recipient: str, name: str) -> bool:
        """Whether this kind of partner is told the field in no situation, whatever is shared."""
        return any(never.bars(recipient, name) for never in self.never.values() if not never.when)

    def with_nevers(self, nevers: dict[str, Never]) -> "KindPolicy":
        """This policy with the rules that hold for every kind; its own rule of the same name comes first."""
        return self.model_copy(update={"never": nevers | self.never})


class Policies(Form):
    """All of it, as loaded."""

    vocabulary: Vocabulary
    partners: dict[AgencyId, Partner]
    agreements: dict[str, Agreement] = {}
    clauses: dict[str, Clause]
    kinds: dict[str, KindPolicy]
    """Each with the `never` rules that hold for every kind, unless it has one of the same name."""
    nevers: dict[str, Never] = Field(default={}, exclude=True)
    """The `never` rules that hold for every kind, as their own file says them."""

    def words(self) -> dict[str, tuple[str, ...]]:
        """The words of a condition, each with its values. `agreement` is the hub's own: which are in force (D16)."""
        return self.vocabulary.words() | {"agreement": tuple(self.agreements)}

    def recipients(self) -> tuple[str, ...]:
        """The kinds of partner in the register, in its order."""
        return tuple(dict.fromkeys(partner.kind for partner in self.partners.values()))

    def conditions(self, clause: str) -> When:
        """What must be known to hold before a clause tells anything: its `when`, and its agreement in force."""
        return self.clauses[clause].when | {"agreement": (self.clauses[clause].agreement_id,)}

    def agreement_of(self, clause: str) -> str:
        """The agreement behind a clause, in words."""
        agreement, _, schedule = self.clauses[clause].agreement.partition("/")
        return f"{self.agreements[agreement].title}, schedule {schedule}"
