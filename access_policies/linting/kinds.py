"""One kind's file: that every field is decided on, and that who publishes, who is barred and what is expected exist."""

from collections.abc import Iterator

from access_policies.linting.finding import HUB, Finding, Found, Kind, no_such_partner, of_when, unknown
from access_policies.linting.shares import of_shares
from access_policies.linting.youth import of_youth
from access_policies.model import Given, KindPolicy, Never, Policies, When
from access_policies.words import UNKNOWN
from schemas.updates import Update


def of_kind(policies: Policies, policy: KindPolicy, model: type[Update]) -> Iterator[Finding]:
    """Everything that is wrong with what one kind's policy says, held to the schema of that kind."""
    kind = Kind(policies, policy, model)
    for check in (_fields, _freely, _masks, _publishers, _feeds, _inherits, _nevers, of_youth, of_shares, _expects):
        for path, sentence in dict.fromkeys(check(kind)):
            yield Finding(policy.kind, path, sentence)


def of_nevers(policies: Policies) -> Iterator[Finding]:
    """Everything that is wrong with the rules that hold for every kind."""
    for name, never in policies.nevers.items():
        for path, sentence in _never(policies, never):
            yield Finding("nevers.yaml", (name, *path), sentence)


def _fields(kind: Kind) -> Found:
    for name in sorted(kind.policy.fields.keys() - set(kind.model.fields())):
        yield ("fields", name), f"the schema has no field {name!r}; take it out"
    for name, field in kind.policy.fields.items():
        for sentence in unknown("class", [field.class_], kind.policies.vocabulary.classes):
            yield ("fields", name), sentence


def _freely(kind: Kind) -> Found:
    for name in sorted(kind.model.written_freely()):
        if name in kind.policy.fields and not kind.policy.fields[name].free_text:
            yield ("fields", name), f"people write freely in {name!r}; add `free_text: true`"


def _masks(kind: Kind) -> Found:
    """A mask made for days, on a field that holds words, would tell nothing, or more than it should."""
    masks = kind.policies.vocabulary.masks
    for name, field in kind.policy.fields.items():
        for sentence in unknown("mask", [field.mask] if field.mask else [], masks):
            yield ("fields", name), sentence
        fit = masks.get(field.mask or "", "any")
        if name in kind.model.fields() and fit != "any" and fit not in (forms := kind.model.forms_of(name)):
            said = " and ".join(sorted(forms)) or "neither text nor a date"
            yield ("fields", name), f"{field.mask} is a mask of {fit}, and {name!r} is {said}; choose another mask"


def _publishers(kind: Kind) -> Found:
    for sentence in no_such_partner(kind.policies, kind.policy.publishers, (HUB,)):
        yield ("publishers",), sentence
    for sentence in no_such_partner(kind.policies, [kind.policy.owner]):
        yield ("owner",), sentence


def _feeds(kind: Kind) -> Found:
    """Support agencies are not informants (D7)."""
    for publisher in kind.policy.publishers:
        partner = kind.policies.vocabulary.partner_kinds.get(publisher)
        if partner and partner.support and kind.model.FEEDS:
            fed = ", ".join(sorted(kind.model.FEEDS))
            yield ("publishers",), f"{publisher} is a support agency, and this kind feeds {fed} (D7); take it out"


def _inherits(kind: Kind) -> Found:
    if not (inherits := kind.policy.inherits):
        return
    if inherits.of != kind.model.REFERS_TO:
        yield (
            ("inherits", "of"),
            f"this kind refers to no earlier update in {inherits.of!r}; name {kind.model.REFERS_TO!r}",
        )
    for sentence in unknown("field", inherits.lapsed, kind.policy.fields):
        yield ("inherits", "lapsed"), sentence


def _nevers(kind: Kind) -> Found:
    for name, never in kind.policy.never.items():
        if never == kind.policies.nevers.get(name):
            continue  # it holds for every kind, and is looked at once, where it stands
        for path, sentence in _never(kind.policies, never):
            yield ("never", name, *path), sentence
        for sentence in unknown("field", () if never.fields == "*" else never.fields, kind.policy.fields):
            yield ("never", name, "fields"), sentence


def _never(policies: Policies, never: Never) -> Found:
    for path, sentence in of_when(policies, never.when):
        yield ("when", *path), sentence
    if not never.fields:
        yield ("fields",), "bars no field; list some, or take the rule out"
    for sentence in no_such_partner(policies, never.except_):
        yield ("except",), sentence


def _expects(kind: Kind) -> Found:
    for row, expect in enumerate(kind.policy.expect):
        for sentence in unknown("field", (*expect.told, *expect.masked), kind.policy.fields):
            yield ("expect", row), sentence
        for sentence in no_such_partner(kind.policies, [expect.given.recipient]):
            yield ("expect", row), sentence
        for sentence in unknown("agreement", expect.given.lapsed, kind.policies.agreements):
            yield ("expect", row), sentence
        for _, sentence in of_when(kind.policies, _said(expect.given)):
            yield ("expect", row), sentence


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
