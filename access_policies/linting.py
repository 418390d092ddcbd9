"""What must hold across the files: every word known, every field decided on, every power fitting."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from access_policies.masking import MASKS
from access_policies.model import Clause, FieldRule, Given, KindPolicy, Never, Policies, Power, When
from access_policies.words import UNKNOWN
from schemas.updates import KINDS, Update

Where = tuple[str | int, ...]
"""A place in a document, key by key."""

HUB = "hub"
"""The publisher of what the hub itself says: the settling of provisional updates."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: in which document (a file, or a kind), where in it, and what to do."""

    document: str
    path: Where
    sentence: str


def findings(policies: Policies) -> Iterator[Finding]:
    """Everything that keeps these policies from being used."""
    yield from _vocabulary(policies)
    yield from _partners(policies)
    yield from _agreements(policies)
    yield from _clauses(policies)
    for name, never in policies.nevers.items():
        for path, sentence in _never(policies, never):
            yield Finding("nevers.yaml", (name, *path), sentence)
    for kind in KINDS:
        if kind not in policies.kinds:
            yield Finding("vocabulary.yaml", (), f"the kind {kind!r} has no policy file; write one")
    for kind, policy in policies.kinds.items():
        if kind not in KINDS:
            yield Finding(kind, ("kind",), f"there is no kind {kind!r}; see `iom-hub policy render`")
        else:
            yield from _Kind(policies, policy, KINDS[kind]).findings()


def _vocabulary(policies: Policies) -> Iterator[Finding]:
    for mask in policies.vocabulary.masks:
        if mask not in MASKS:
            yield Finding("vocabulary.yaml", ("masks", mask), f"there is no mask {mask!r}; choose from {_list(MASKS)}")
    for name, power in policies.vocabulary.powers.items():
        for field_class in (*power.only_classes, *power.not_classes):
            if field_class not in policies.vocabulary.classes:
                yield Finding("vocabulary.yaml", ("powers", name), f"there is no class {field_class!r}")


def _partners(policies: Policies) -> Iterator[Finding]:
    if not policies.partners:
        yield Finding("partners.yaml", (), "names no agency; a hub without partners does not start")
    for agency, partner in policies.partners.items():
        if HUB in (agency, partner.kind):
            yield Finding("partners.yaml", (agency,), f"{HUB!r} is what the hub calls itself; choose another name")
        for kind in partner.bulk:
            if kind not in KINDS:
                yield Finding("partners.yaml", (agency, "bulk"), f"there is no kind {kind!r}")


def _agreements(policies: Policies) -> Iterator[Finding]:
    for name, agreement in policies.agreements.items():
        for agency in agreement.controllers:
            if agency not in policies.partners:
                yield Finding("agreements.yaml", (name, "controllers"), f"no partner is called {agency!r}")
        if agreement.expires <= agreement.signed:
            yield Finding("agreements.yaml", (name, "expires"), "expires before it is signed; set a later day")


def _clauses(policies: Policies) -> Iterator[Finding]:
    for name, clause in policies.clauses.items():
        for path, sentence in _clause(policies, clause):
            yield Finding("clauses.yaml", (name, *path), sentence)


def _clause(policies: Policies, clause: Clause) -> Iterator[tuple[Where, str]]:
    vocabulary = policies.vocabulary
    if clause.recipient not in _partner_kinds(policies):
        yield ("recipient",), f"no partner is of kind {clause.recipient!r}"
    purposes = (*vocabulary.purposes, *vocabulary.purposes_without_consent)
    if clause.purpose not in purposes:
        yield ("purpose",), f"there is no purpose {clause.purpose!r}; choose from {_list(purposes)}"
    if clause.condition not in vocabulary.conditions:
        yield ("condition",), f"there is no condition {clause.condition!r}; choose from {_list(vocabulary.conditions)}"
    if clause.extra_condition and clause.extra_condition not in vocabulary.extra_conditions:
        yield ("extra_condition",), f"choose from {_list(vocabulary.extra_conditions)}"
    agreement, _, schedule = clause.agreement.partition("/")
    if agreement not in policies.agreements:
        yield ("agreement",), f"there is no agreement {agreement!r}; choose from {_list(policies.agreements)}"
    elif schedule not in (schedules := policies.agreements[agreement].schedules):
        yield ("agreement",), f"{agreement} has no schedule {schedule!r}; choose from {_list(schedules)}"
    for path, sentence in _when(policies, clause.when):
        yield ("when", *path), sentence
    for discloser, name in clause.power.items():
        yield from ((("power", discloser), sentence) for sentence in _power(policies, clause, discloser, name))


def _power(policies: Policies, clause: Clause, discloser: str, name: str) -> Iterator[str]:
    power = policies.vocabulary.powers.get(name)
    if discloser != "any" and discloser not in {*_partner_kinds(policies), HUB}:
        yield f"no partner is of kind {discloser!r}"
    if power is None:
        yield f"there is no power {name!r}; choose from {_list(policies.vocabulary.powers)}"
        return
    if power.disclosers != "any" and discloser not in power.disclosers:
        yield f"{name} is no power of {discloser!r}"
    unfit = {p.legal_status for p in policies.partners.values() if p.kind == clause.recipient}
    if power.recipients != "any" and not unfit <= set(power.recipients):
        yield f"{name} does not reach a recipient that is {_list(unfit - set(power.recipients))}"
    if power.needs == "consent" and "consent" not in clause.when:
        yield f"{name} needs `when: {{consent: ...}}`"


def _when(policies: Policies, when: When) -> Iterator[tuple[Where, str]]:
    words = policies.vocabulary.words()
    for word, values in when.items():
        if word not in words:
            yield (word,), f"there is no word {word!r}; choose from {_list(words)}"
        if not values:
            yield (word,), f"{word} names no value, so the rule would never apply; name one, or take the word out"
        for value in values:
            if word in words and value not in words[word]:
                yield (word,), f"{word} is never {value!r}; choose from {_list(words[word])}"


def _never(policies: Policies, never: Never) -> Iterator[tuple[Where, str]]:
    yield from ((("when", *path), text) for path, text in _when(policies, never.when))
    if not never.fields:
        yield ("fields",), "bars no field; list some, or take the rule out"
    for kind in never.except_:
        if kind not in _partner_kinds(policies):
            yield ("except",), f"no partner is of kind {kind!r}"


class _Kind:
    """The findings in one kind's file."""

    def __init__(self, policies: Policies, policy: KindPolicy, model: type[Update]) -> None:
        self._policies, self._policy, self._model = policies, policy, model

    def findings(self) -> Iterator[Finding]:
        for part in (self._fields, self._publishers, self._inherits, self._nevers, self._shares, self._expects):
            for path, sentence in part():
                yield Finding(self._policy.kind, path, sentence)

    def _fields(self) -> Iterator[tuple[Where, str]]:
        listed, of_schema = set(self._policy.fields), set(self._model.fields())
        for name in sorted(of_schema - listed):
            yield ("fields",), f"the field {name!r} of the schema is not decided on; list it with its class"
        for name in sorted(listed - of_schema):
            yield ("fields", name), f"the schema has no field {name!r}; take it out"
        for name, field in self._policy.fields.items():
            if field.class_ not in self._policies.vocabulary.classes:
                yield ("fields", name), f"there is no class {field.class_!r}"
            if field.mask and field.mask not in self._policies.vocabulary.masks:
                yield ("fields", name), f"there is no mask {field.mask!r}"

    def _publishers(self) -> Iterator[tuple[Where, str]]:
        for publisher in self._policy.publishers:
            if publisher not in {*_partner_kinds(self._policies), HUB}:
                yield ("publishers",), f"no partner is of kind {publisher!r}"

    def _inherits(self) -> Iterator[tuple[Where, str]]:
        if not (inherits := self._policy.inherits):
            return
        if inherits.of != self._model.REFERS_TO:
            yield ("inherits", "of"), f"this kind does not refer to an earlier update in {inherits.of!r}"
        yield from self._listed(("inherits", "lapsed"), inherits.lapsed)

    def _nevers(self) -> Iterator[tuple[Where, str]]:
        for name, never in self._policy.never.items():
            if never == self._policies.nevers.get(name):
                continue  # it holds for every kind, and is looked at once, where it stands
            yield from ((("never", name, *path), text) for path, text in _never(self._policies, never))
            yield from self._listed(("never", name, "fields"), () if never.fields == "*" else never.fields)

    def _shares(self) -> Iterator[tuple[Where, str]]:
        for name, share in self._policy.share.items():
            path = ("share", name)
            yield from self._listed(path, (*share.fields, *share.masked))
            clause = self._policies.clauses.get(name)
            if clause is None:
                yield path, f"there is no clause {name!r} in clauses.yaml"
                continue
            for field in share.masked:
                if (rule := self._policy.fields.get(field)) and not rule.mask:
                    yield path, f"{field!r} has no mask; give it one under `fields`, or share it clear"
            yield from ((path, sentence) for sentence in self._powers(clause, (*share.fields, *share.masked)))

    def _powers(self, clause: Clause, fields: tuple[str, ...]) -> Iterator[str]:
        """Each publisher needs a power that fits every class of data shared (D22)."""
        for publisher in self._policy.publishers:
            name = clause.power.get(publisher) or clause.power.get("any")
            if name is None and publisher not in (HUB, clause.recipient):
                yield f"the clause gives {publisher!r} no power to disclose this; add it under `power`"
            power = self._policies.vocabulary.powers.get(name or "")
            for field in fields:
                if power and (rule := self._policy.fields.get(field)) and not _fits(power, rule):
                    yield f"{name} does not cover {field!r}, which is of class {rule.class_!r}"

    def _expects(self) -> Iterator[tuple[Where, str]]:
        for row, expect in enumerate(self._policy.expect):
            yield from self._listed(("expect", row), (*expect.told, *expect.masked))
            if expect.given.recipient not in _partner_kinds(self._policies):
                yield ("expect", row), f"no partner is of kind {expect.given.recipient!r}"
            yield from ((("expect", row), text) for _, text in _when(self._policies, _said(expect.given)))

    def _listed(self, path: Where, fields: tuple[str, ...]) -> Iterator[tuple[Where, str]]:
        for name in fields:
            if name not in self._policy.fields:
                yield path, f"there is no field {name!r} in this kind"


def _said(given: Given) -> When:
    """The words of an `expect` row that must stand in the vocabulary; what is unknown says nothing."""
    said = {
        "involvement": (given.involvement,),
        "pathway": given.pathways,
        "consent": given.consents,
        "handling": (given.handling,),
        "age": (given.age,),
        "pending": given.pending,
        "standing": (given.standing,),
        "cohort": (given.cohort,) if given.cohort else (),
        "restriction": given.restrictions,
    }
    return {word: values for word, values in said.items() if values and UNKNOWN not in values}


def _fits(power: Power, field: FieldRule) -> bool:
    covered = not power.only_classes or field.class_ in power.only_classes
    return covered and field.class_ not in power.not_classes


def _partner_kinds(policies: Policies) -> set[str]:
    return {partner.kind for partner in policies.partners.values()}


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
