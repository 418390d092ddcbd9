"""The whole difference between two editions of the policies: what is told differently, to whom, and what else of the
signed text says otherwise.
"""

from collections.abc import Iterator

from access_policies.changing import Change, Direction, changed_cells, tells
from access_policies.compiling import Bundle
from access_policies.enumerating import regions, space
from access_policies.model import Partner, Policies

_ELSEWHERE = ("share", "inherits", "publishers", "expect")
"""Parts of a kind's file that other lines show, or that decide nothing."""


def compare(old: Bundle, new: Bundle) -> list[Change]:
    """One line for each change, the widening ones first."""
    changes = [
        *changed_cells(old, new),
        *_masks(old.masks_version, new.masks_version),
        *_publishers(old.policies, new.policies),
        *_partners(old, new),
        *_texts(old.policies, new.policies),
    ]
    order: dict[Direction, int] = {"WIDER": 0, "NARROWER": 1, "GROUND": 2, "CHANGED": 3}
    return sorted(changes, key=lambda change: order[change.direction])


def _masks(old: int, new: int) -> Iterator[Change]:
    """Nobody can say of a mask that means something else that it tells less."""
    if old != new:
        yield Change("WIDER", "masks", f"version {old} -> {new}")


def _publishers(old: Policies, new: Policies) -> Iterator[Change]:
    """Another publisher means more that is told; and it hears its own updates whole."""
    for kind in dict.fromkeys([*old.kinds, *new.kinds]):
        was, now = (p.kinds[kind].publishers if kind in p.kinds else () for p in (old, new))
        yield from (Change("WIDER", f"{kind}: publishers", f"+ {name}") for name in now if name not in was)
        yield from (Change("NARROWER", f"{kind}: publishers", f"- {name}") for name in was if name not in now)


def _partners(old: Bundle, new: Bundle) -> Iterator[Change]:
    before, after = old.policies.partners, new.policies.partners
    for agency in dict.fromkeys([*before, *after]):
        was, now = before.get(agency), after.get(agency)
        if was != now:
            yield from _Agency(old, new, agency).changes(was, now)


class _Agency:
    """What changes for one agency in the register."""

    def __init__(self, old: Bundle, new: Bundle, agency: str) -> None:
        self._old, self._new, self._where = old, new, f"partner {agency}"

    def changes(self, was: Partner | None, now: Partner | None) -> Iterator[Change]:
        if was is None or now is None:
            partner, what = (now, "new") if was is None else (was, "removed")
            assert partner is not None
            yield self._coming_or_going(partner, f"{what}, {partner.kind}", comes=was is None)
            return
        if was.suspended != now.suspended:
            what = "suspended" if now.suspended else "suspended no longer"
            yield self._coming_or_going(now, what, comes=was.suspended)
        if was.kind != now.kind:
            yield Change(self._other_kind(was.kind, now.kind), f"{self._where}: kind", f"{was.kind} -> {now.kind}")
        if was.state_only != now.state_only:
            way: Direction = "NARROWER" if now.state_only else "WIDER"
            kept = "now keeps a state only" if now.state_only else "now keeps a history"
            yield Change(way, f"{self._where}: state_only", kept)
        for name in ("legal_status", "statutory", "bulk", "name"):
            if getattr(was, name) != getattr(now, name):
                yield Change("CHANGED", f"{self._where}: {name}", _arrow(getattr(was, name), getattr(now, name)))

    def _coming_or_going(self, partner: Partner, what: str, *, comes: bool) -> Change:
        bundle = self._new if comes else self._old
        kinds = [kind for kind in bundle.policies.kinds if tells_anything(bundle, kind, partner.kind)]
        if not kinds and not _publishes(bundle, partner.kind):
            return Change("CHANGED", self._where, f"{what}; told of nothing")
        way: Direction = "WIDER" if comes else "NARROWER"
        told = f"told of {', '.join(kinds)}" if kinds else "told of nothing, but publishes"
        return Change(way, self._where, f"{what}; {told}")

    def _other_kind(self, was: str, now: str) -> Direction:
        ways = {way for kind in self._new.policies.kinds for way in tells(self._old, self._new, kind, (was, now))}
        published = set(_publishes(self._new, now)) - set(_publishes(self._old, was))
        return "WIDER" if "WIDER" in ways or published else "NARROWER" if "NARROWER" in ways else "CHANGED"


def tells_anything(bundle: Bundle, kind: str, recipient: str) -> bool:
    """Whether partners of this kind are told anything of `kind` in any situation."""
    over = space([bundle.policies], [(kind, recipient)])
    return any(plan.names for _, plan in regions(bundle, kind, recipient, over))


def _publishes(bundle: Bundle, recipient: str) -> list[str]:
    return [kind for kind, policy in bundle.policies.kinds.items() if recipient in policy.publishers]


def _texts(old: Policies, new: Policies) -> Iterator[Change]:
    """Everything else that people sign: grounds, powers, words, classes, owners, and bars that bar nothing today."""
    yield from _differing(_signed(old), _signed(new), ())


def _signed(policies: Policies) -> dict[str, object]:
    content = policies.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"partners"})
    for kind, policy in content["kinds"].items():
        posts = {clause: share["signpost"] for clause, share in policy.get("share", {}).items() if "signpost" in share}
        rest = {part: said for part, said in policy.items() if part not in _ELSEWHERE}
        content["kinds"][kind] = {**rest, "signpost": posts}
    return dict(content)


def _differing(was: object, now: object, path: tuple[str, ...]) -> Iterator[Change]:
    """The deepest keys below which two texts differ; what stands in one of them only is one line."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*was, *now]):
            yield from _differing(was.get(key), now.get(key), (*path, key))
    elif was != now:
        yield Change("CHANGED", ".".join(path), _arrow(was, now))


def _arrow(was: object, now: object) -> str:
    if isinstance(was, dict) or isinstance(now, dict):
        return "new" if was is None else "removed"
    return f"{_plain(was)} -> {_plain(now)}"


def _plain(said: object) -> str:
    if isinstance(said, list | tuple):
        return ", ".join(map(str, said)) or "none"
    return "none" if said is None else str(said)
