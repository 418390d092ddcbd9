"""The vocabulary: that its lists agree with each other, with the schemas, and with what no power may carry."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from access_policies.linting.finding import HUB, Finding, Found, unknown
from access_policies.masking import FITS
from access_policies.model import Policies, Power, Vocabulary
from schemas.updates import KINDS
from schemas.vocabulary import Age, ConsentScope, Handling, Involvement, Pathway, Purpose, Restriction

_OF_SCHEMAS: dict[str, type[StrEnum]] = {
    "involvement": Involvement,
    "pathways": Pathway,
    "purposes": Purpose,
    "scopes": ConsentScope,
    "handling": Handling,
    "age": Age,
    "restrictions": Restriction,
}
"""The lists that an update's own words come from: one word more is never said, one less cannot be decided on."""

PATIENT = "health"
"""The class of what a health service knows of its patient."""

CARRIES_NO_PATIENT = ("CDA1998", "PCSCA2022")
"""The Acts, as the names of powers begin, that give no power to disclose patient information (D22; a lawyer must
confirm)."""


def of_vocabulary(policies: Policies) -> Iterator[Finding]:
    """Everything that is wrong with the vocabulary."""
    vocabulary = policies.vocabulary
    for check in (_as_in_schemas, _masks, _classes, _partner_kinds, _plain):
        for path, sentence in check(vocabulary):
            yield Finding("vocabulary.yaml", path, sentence)
    for name, power in vocabulary.powers.items():
        for sentence in _power(vocabulary, name, power):
            yield Finding("vocabulary.yaml", ("powers", name), sentence)


def _as_in_schemas(vocabulary: Vocabulary) -> Found:
    for name, words in _OF_SCHEMAS.items():
        if getattr(vocabulary, name) != tuple(words):
            yield (name,), f"updates say {', '.join(words)} here; list exactly these, in this order"


def _masks(vocabulary: Vocabulary) -> Found:
    for sentence in unknown("mask", vocabulary.masks, FITS):
        yield ("masks",), sentence
    for mask, form in vocabulary.masks.items():
        if FITS.get(mask, form) != form:
            yield ("masks", mask), f"{mask} is a mask of {FITS[mask]}; write `{mask}: {FITS[mask]}`"


def _classes(vocabulary: Vocabulary) -> Found:
    for name in ("closed_classes", "special_classes"):
        for sentence in unknown("class", getattr(vocabulary, name), vocabulary.classes):
            yield (name,), sentence


def _partner_kinds(vocabulary: Vocabulary) -> Found:
    purposes = (*vocabulary.purposes, *vocabulary.purposes_without_consent)
    for kind, partner in vocabulary.partner_kinds.items():
        for sentence in unknown("purpose", partner.purposes, purposes):
            yield ("partner_kinds", kind, "purposes"), sentence
        for sentence in unknown("closed class", partner.admits, vocabulary.closed_classes):
            yield ("partner_kinds", kind, "admits"), sentence


def _plain(vocabulary: Vocabulary) -> Found:
    known = [*vocabulary.classes, *vocabulary.masks, *vocabulary.pathways, *KINDS]
    for sentence in unknown("class, mask, pathway or kind", vocabulary.plain, known):
        yield ("plain",), sentence


def _power(vocabulary: Vocabulary, name: str, power: Power) -> Iterable[str]:
    yield from unknown("class", (*power.only_classes, *power.not_classes), vocabulary.classes)
    if power.disclosers != "any":
        yield from unknown("kind of partner", power.disclosers, (*vocabulary.partner_kinds, HUB))
    if name.startswith(CARRIES_NO_PATIENT) and covers(power, PATIENT):
        yield f"{name} carries no patient information (D22); list {PATIENT!r} under its `not_classes`"


def covers(power: Power, class_: str) -> bool:
    """Whether a power reaches data of this class."""
    return class_ not in power.not_classes and (not power.only_classes or class_ in power.only_classes)
