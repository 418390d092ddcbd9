"""Says aloud which outside parts the tests run with, and fails when one that is required is missing.

`IOM_HUB_REQUIRE=postgres,kafka,browser` names the required ones. So far the project has none of them: everything
runs on the embedded default, so nothing is skipped for want of a part.
"""

import os
import sys

PARTS: dict[str, str] = {}
"""Each part that the project has, and why it cannot run here (empty when it can)."""


def main() -> int:
    """Report, and return the exit code."""
    required = [part for part in os.environ.get("IOM_HUB_REQUIRE", "").split(",") if part]
    unknown = [part for part in required if part not in PARTS]
    missing = [part for part in required if PARTS.get(part)]
    for part, reason in PARTS.items():
        print(f"{part}: {'not run: ' + reason if reason else 'run'}")  # noqa: T201  # this is what it is for
    for part in unknown:
        print(f"{part}: the project has no such part yet", file=sys.stderr)  # noqa: T201
    return 1 if unknown or missing else 0


if __name__ == "__main__":
    sys.exit(main())
