"""Files as a source: a folder into which an agency's system drops what it publishes.

`x.json` holds one update, `x.ndjson` one a line; `x.json.sig` beside it the signature, as it would stand in the header.
A file counts once its signature is there, so write the signature last. What is taken moves to `taken/`.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from hub.ports import Brought, Coordinates, TryLater

SIGNATURE = "iomhub-signature"
_LOOK_SECONDS = 0.1


class FileSource:
    """Keeps the promises of `hub.ports.Source` on one folder, in the order in which the files were written."""

    def __init__(self, folder: Path) -> None:
        """The folder is made where it is missing."""
        self._folder, self._taken = folder, folder / "taken"
        self._taken.mkdir(parents=True, exist_ok=True)
        self._brought: dict[Coordinates, Path] = {}

    def bring(self, limit: int, seconds: float) -> list[Brought]:
        """Looks again and again until a file is there or the time is up."""
        until = time.monotonic() + seconds
        try:
            while not (found := list(self._waiting(limit))) and time.monotonic() < until:
                time.sleep(min(_LOOK_SECONDS, seconds))
        except OSError as trouble:
            raise TryLater("the folder cannot be read now") from trouble
        return found

    def _waiting(self, limit: int) -> Iterator[Brought]:
        new = [path for path in self._files() if path not in self._brought.values()]
        for path in new[:limit]:
            place = Coordinates(f"file.{self._folder.name}", 0, path.stat().st_mtime_ns)
            while place in self._brought:
                place = place._replace(offset=place.offset + 1)
            self._brought[place] = path
            yield Brought(place, path.read_bytes(), {SIGNATURE: _signature(path).read_bytes().strip()})

    def _files(self) -> list[Path]:
        """The oldest first; two of one moment by their names."""
        found = (path for form in ("*.json", "*.ndjson") for path in self._folder.glob(form))
        return sorted((path for path in found if _signature(path).exists()), key=_age)

    def taken(self, brought: Sequence[Brought]) -> None:
        """These and all before them move aside, the update before its signature: a crash between leaves no half."""
        last = max((each.place for each in brought), default=None)
        for place in sorted(place for place in self._brought if last and place <= last):
            path = self._brought[place]
            try:
                for each in (path, _signature(path)):
                    each.replace(self._taken / f"{place.offset}-{each.name}")
            except OSError as trouble:
                raise TryLater("the folder cannot be written now") from trouble
            del self._brought[place]

    def again(self) -> None:
        """Forget what was brought."""
        self._brought.clear()

    def close(self) -> None:
        """Nothing is held open."""
        self._brought.clear()


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name


def _signature(path: Path) -> Path:
    return path.with_name(path.name + ".sig")
