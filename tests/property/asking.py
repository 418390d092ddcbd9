"""A partner's program that asks for everything a partner can ask for, route by route, and keeps every answer."""

import re
from typing import Any
from uuid import UUID

import orjson

from hub.identity import Identity
from hub.ports import UpdateKey
from support.http import CLOUDEVENTS, LINES, STREAM, Door

Trace = list[tuple[str, int, Any, bytes]]
"""For each request its name, the status, the headers and the body of its answer."""

NOBODYS = UUID(int=404)
"""An id under which there is nothing."""
ASKED_OTHERWISE = {"/v1/updates", "/v1/feed", "/v1/cases", "/v1/alerts"}
"""The routes that are asked with what they need."""


class Asking:
    """One partner at the door."""

    def __init__(self, door: Door, name: str) -> None:
        """`name` is the agency that asks."""
        self.door, self.name, self.trace = door, name, Trace()

    def ask(self, method: str, path: str, content: bytes = b"", **headers: str) -> bytes:
        """One request; its answer is kept."""
        said = self.door.agency(self.name).headers() | {"Content-Type": CLOUDEVENTS} | headers
        answer = self.door.bare(method, path, said, content)
        self.trace.append((f"{method} {path}", *answer))
        return answer.body

    def publish(self, raw: bytes) -> None:
        """An update of its own, by itself and as a line; and what became of it."""
        self.ask("POST", "/v1/updates", raw)
        self.ask("POST", "/v1/updates", raw, **{"Content-Type": LINES})
        self.ask("GET", f"/v1/receipts/{orjson.loads(raw)['id']}")

    def stream(self, after: int, count: int) -> None:
        """The stream from a sequence on, as long as there should be something."""
        headers = self.door.agency(self.name).headers() | {"Accept": STREAM}
        found = self.door.stream(f"/v1/feed?after={after}", headers, count, seconds=20 if count else 0.01)
        self.trace.append((f"stream after {after}", found.status, sorted(found.headers.items()), found.body))

    def glance(self) -> dict[str, list[str]]:
        """What a partner looks at again and again; returns the ids that it has come to know, by their names."""
        page = orjson.loads(self.ask("GET", "/v1/feed?limit=1000"))
        cases = orjson.loads(self.ask("GET", "/v1/cases"))["cases"]
        alerts = orjson.loads(self.ask("GET", "/v1/alerts?open=false"))["alerts"]
        told = [{each["name"]: each["value"] for each in record["elements"]} for record in page["records"]]
        return {
            "record": [line["record"] for line in cases],
            "alert_id": [alert["alert_id"] for alert in alerts],
            "message_id": [each["message_id"] for each in told if each],
            "seq": [str(record["seq"]) for record in page["records"]],
            "kind": sorted({each["kind"] for each in told if each}),
            "version": ["1"],
        }

    def read_everything(self, own: list[UUID]) -> None:
        """Every route of the application, with some of the ids that it knows and with one that nobody has."""
        ids = self.glance() | {"update_id": [str(each) for each in own], "publisher": [self.name]}
        last = len(ids["seq"])
        feed = "/v1/feed"
        for query in (f"after={max(last - 2, 0)}&limit=1", f"after={last}&wait=0.01", "format=csv&limit=1000"):
            self.ask("GET", f"{feed}?{query}")
        self.ask("GET", "/v1/alerts")
        self.stream(0, last)
        self.stream(last, 0)
        for method, path in self._filled(ids):
            self.ask(method, path)

    def _filled(self, ids: dict[str, list[str]]) -> list[tuple[str, str]]:
        """Every operation that the document lists, its names replaced by ids; what is read comes first."""
        found = []
        for template, operations in self.door.app.openapi()["paths"].items():
            names = re.findall(r"{(\w+)}", template)
            known = {name: ids.get(name, [])[-1:] for name in names}
            fills = [{name: str(NOBODYS) for name in names}]
            if names and all(known.values()):
                fills.append({name: last for name, [last] in known.items()})
            if template not in ASKED_OTHERWISE:
                found += [(method.upper(), template.format(**fill)) for fill in fills for method in operations]
        return sorted(found)

    def pry(self, others: list[UpdateKey], identity: Identity) -> None:
        """Try every id under which something may have happened that the partner was not told."""
        for key in others:
            message = identity.message(self.name, *key)
            self.ask("GET", f"/v1/receipts/{key.update_id}")
            self.ask("GET", f"/v1/policies/explanations/{message}")
            self.ask("GET", f"/v1/alerts/{message}")
            self.ask("POST", f"/v1/alerts/{message}/acknowledgement")

    def asked(self) -> set[str]:
        """The operations that were asked, by their templates."""
        paths = self.door.app.openapi()["paths"]
        names = [name.partition("?")[0] for name, *_ in self.trace]
        patterns = {t: re.compile(r"(\w+) " + re.sub(r"\{\w+\}", "[^/]+", t)) for t in paths}
        return {f"{m[1]} {t}" for t, p in patterns.items() for n in names if (m := p.fullmatch(n))}
