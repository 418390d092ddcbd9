"""What a decision may reveal: the words that decide for a kind of partner and read facts which it is not told.

A partner that is told a thing today and not tomorrow may guess why. Words may read such facts all the same (design
decision 3b), but the list of them is complete, and somebody signs it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from access_policies.compiling import Bundle
from access_policies.enumerating import asks, cells
from access_policies.rendering import NOTE, table, title

ITSELF = "the update itself"

_TAKEN_BACK = ("trust.update.withdrawn", "update")
_UPHELD = (("trust.fact.confirmed", "update"), _TAKEN_BACK)
"""What makes a claim count that waits for a second agency (D12), and what ends it."""

_LEFT = ("programme.person.deselected", "reason")

FACTS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "involvement": (
            ("programme.agency.involved", "role"),
            ("programme.agency.withdrew", "agency"),
            ("programme.case.transferred", "role"),
            ("programme.cohort.decided", "cohort"),
            *_UPHELD,
        ),
        "pending": (("programme.agency.involved", "role"), ("programme.case.transferred", "role"), *_UPHELD),
        "pathway": (
            ("programme.agency.involved", "pathways"),
            ("programme.case.transferred", "pathways"),
            *_UPHELD,
        ),
        "consent": (
            ("trust.consent.given", "purposes"),
            ("trust.consent.given", "scope"),
            ("trust.consent.given", "expires_on"),
            ("trust.consent.withdrawn", "consent"),
            ("accommodation.referral.made", "authority"),
            *_UPHELD,
        ),
        "handling": ((ITSELF, "handling"),),
        "age": ((ITSELF, "date_of_birth"),),
        "named": (
            ("programme.agency.involved", "agency"),
            ("programme.case.transferred", "to_agency"),
            ("programme.review.called", "invited"),
            ("trust.consent.given", "recipients"),
            ("trust.fact.confirmed", "update"),
        ),
        "standing": (("programme.cohort.decided", "statutory"), _LEFT, _TAKEN_BACK),
        "cohort": (("programme.cohort.decided", "cohort"), _LEFT, _TAKEN_BACK),
        "restriction": (
            ("trust.restriction.set", "restriction"),
            ("trust.restriction.set", "open_to"),
            ("trust.restriction.lifted", "restriction"),
            *_UPHELD,
        ),
        "safeguarding": (
            ("trust.concern.disclosed", "recipients"),
            ("trust.concern.disclosed", "until"),
            _TAKEN_BACK,
        ),
        "access": (("trust.access.opened", "until"), ("trust.access.closed", "access"), _TAKEN_BACK),
        "agreement": (),
    }
)
"""For each word the fields from which it is worked out; an agreement stands in the register, for all to read."""

_HEAD = """\
# Words that read what a partner is not told

What a partner is told depends on these words, and they rest on facts that it is never told in full. It may guess at
them from what comes and what does not. Each row is a choice that somebody signs. A word that is missing here reads only
what the partner is told itself.

"""


@dataclass(frozen=True)
class Silence:
    """A word that decides for a kind of partner, the kinds of update it decides in, and the facts it is not told."""

    recipient: str
    word: str
    values: tuple[str, ...]
    decides: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def silences(bundle: Bundle) -> Iterator[Silence]:
    """Every such word, by kind of partner."""
    hears = _Hears(bundle)
    for recipient in bundle.policies.recipients():
        for word in bundle.policies.words():
            decides, values = _decides(bundle, recipient, word, hears)
            facts = tuple(fact for fact in _facts(word, decides) if not hears.in_full(recipient, fact))
            if facts:
                yield Silence(recipient, word, values, decides, facts)


class _Hears:
    """What each kind of partner may ever hear."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        plans = [(kind, who, plan) for kind, who, _, found in cells(bundle) for _, plan in found]
        self._in_full = {(who, kind, name) for kind, who, plan in plans for name in plan.told}
        self.of = {(who, kind) for kind, who, plan in plans if plan.names}

    def in_full(self, recipient: str, fact: tuple[str, str]) -> bool:
        """Whether such a partner may be told a fact in full; what only its own kind publishes, it knows."""
        policy = self._bundle.policies.kinds.get(fact[0])
        return (recipient, *fact) in self._in_full or (policy is not None and policy.publishers == (recipient,))


def _decides(bundle: Bundle, recipient: str, word: str, hears: _Hears) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The kinds in which `word` decides what such a partner hears, and the values that are asked for."""
    heard = [kind for kind in bundle.policies.kinds if (recipient, kind) in hears.of]
    asked = {kind: [c.when[word] for c in asks(bundle.policies, kind, recipient) if word in c.when] for kind in heard}
    values = {value for lists in asked.values() for each in lists for value in each}
    order = bundle.words.allowed(word)
    return tuple(sorted(kind for kind in heard if asked[kind])), tuple(sorted(values, key=order.index))


def _facts(word: str, decides: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The facts that a word reads; a word nobody described reads something that nobody is told."""
    if not decides:
        return
    for kind, name in FACTS.get(word, ((word, "not described"),)):
        yield from ((each, name) for each in decides) if kind == ITSELF else [(kind, name)]


def words_not_told(bundle: Bundle) -> str:
    """The page."""
    found = list(silences(bundle))
    return NOTE + _HEAD + "\n".join(_section(found, recipient) for recipient in bundle.policies.recipients())


def _section(found: list[Silence], recipient: str) -> str:
    rows = [
        [each.word, ", ".join(map(title, each.values)), _numbered(each.decides), _listed(each)]
        for each in found
        if each.recipient == recipient
    ]
    head = ["word", "asked for", "decides in", "facts that it is not told"]
    return "\n".join([f"## {title(recipient)}\n", *(table(head, rows) if rows else ["None."]), ""])


def _numbered(kinds: tuple[str, ...]) -> str:
    return "1 kind" if len(kinds) == 1 else f"{len(kinds)} kinds"


def _listed(each: Silence) -> str:
    by_field: dict[str, list[str]] = {}
    for kind, name in each.facts:
        by_field.setdefault(name, []).append(kind)
    return "<br>".join(f"`{name}` of {_of(kinds, each.decides)}" for name, kinds in by_field.items())


def _of(kinds: list[str], decides: tuple[str, ...]) -> str:
    return "each of them" if tuple(sorted(kinds)) == decides else ", ".join(f"`{kind}`" for kind in kinds)
