"""Takes every seed and prints one hash of all that came out, so that two processes can be compared."""

from __future__ import annotations

import hashlib
import sys

from tests.fuzz.keep_seeds import SEEDS
from tests.fuzz.targets import TARGETS


def digest() -> str:
    """SHA-256 (hex) over what each target says of each of its seeds."""
    said = hashlib.sha256()
    for target in sorted(TARGETS):
        for path in sorted((SEEDS / target).iterdir()):
            said.update(TARGETS[target](path.read_bytes()).encode("utf-8", "surrogatepass"))
    return said.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(digest() + "\n")
