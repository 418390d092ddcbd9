"""People under 18: told to nobody but the kinds of partner named for them; unknown age counts as under 18 (D18)."""

from access_policies.linting.finding import Found, Kind
from access_policies.model import KindPolicy, Never


def of_youth(kind: Kind) -> Found:
    """Each kind of partner that is not named for youth, and some field of this kind that nothing bars for it."""
    for recipient in sorted(kind.policies.recipients()):
        partner = kind.policies.vocabulary.partner_kinds.get(recipient)
        if partner and not partner.youth and (open_ := _not_barred(kind.policy, recipient)):
            yield (
                ("never",),
                (
                    f"{recipient} is not named for people under 18 (D18), and no `never` bars {open_[0]!r} "
                    "when age is youth; add one, or do not except it"
                ),
            )


def _not_barred(policy: KindPolicy, recipient: str) -> list[str]:
    bars = [never for never in policy.never.values() if _for_every_youth(never)]
    return [name for name in policy.fields if not any(never.bars(recipient, name) for never in bars)]


def _for_every_youth(never: Never) -> bool:
    """Whether it holds for each person under 18, whatever else is so."""
    return all(word == "age" and "youth" in values for word, values in never.when.items())
