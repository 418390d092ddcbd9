"""`python -m benchmarks.kit HOME`: a partner's kit on its topic, which also says what it has taken in, and when.

`time.perf_counter` is the machine's monotonic clock, so that what several processes say of it can be compared.
"""

import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from hub.kit.home import KitHome, KitSettings
from hub.kit.opening import Kit, open_kit, outlets
from hub.kit.reading import Ending, Reading, Stopped
from hub.running import tune_interpreter

_WAIT = 20.0
"""As `iom-hub connect run` waits."""


def main(home: Path) -> None:
    """Read until asked to stop."""
    ending = Ending()
    ending.listen()
    with closing(open_kit(KitHome(KitSettings(home=home)))) as kit:
        tune_interpreter()
        with suppress(Stopped):
            _read(kit, ending)


def _read(kit: Kit, ending: Ending) -> None:
    [topic] = outlets(kit)
    with closing(topic):
        reading = Reading(kit, [topic], lambda said: print(said, file=sys.stderr), ending)
        while True:
            if reading.step(_WAIT):
                print(kit.hosted.position, time.perf_counter(), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
