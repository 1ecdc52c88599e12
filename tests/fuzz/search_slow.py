"""Looks for bodies that take long: bodies are changed and blown up to their limit, and the slowest live on.

    python -m tests.fuzz.search_slow message --minutes 5 --keep FOLDER

The time is processor time, the least of three tries, of the whole way of a body (``tests/fuzz/ways.py``). What it
keeps are the slowest bodies, with their milliseconds as names.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.adapters.formats.json_text import MAX_BODY_BYTES
from bot.adapters.formats.pem_bundle import MAX_BUNDLE_CHARACTERS
from tests.fuzz.der_trees import elements_of
from tests.fuzz.first_seeds import first_seeds
from tests.fuzz.mutations import changed, spots_of, words_of
from tests.fuzz.ways import WAYS, seconds_of

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_MOST = {"message": MAX_BODY_BYTES, "authority": MAX_BUNDLE_CHARACTERS}
_KEPT = 40
_SAME_SECONDS = 0.0002
_LONGEST_SMALL = 12_000


Gene = tuple[bytes, int]
"""A small body, and the number that decides how it is blown up; 0 leaves it as it is."""


@dataclass(slots=True)
class Search:
    """The slowest bodies so far, slowest first: seconds, gene, body."""

    target: str
    chance: random.Random
    slowest: list[tuple[float, Gene, bytes]] = field(default_factory=list)
    runs: int = 0

    def take(self, gene: Gene) -> None:
        """Measure a body, and keep it while it is among the slowest."""
        small, number = gene
        most = _MOST[self.target]
        body = Enlarger(self.target, random.Random(number)).blown_up(small)[:most] if number else small  # noqa: S311 - Chance, not a secret.
        self.runs += 1
        seconds = seconds_of(WAYS[self.target], body, tries=1)
        if len(self.slowest) == _KEPT and seconds < self.slowest[-1][0]:
            return
        seconds = seconds_of(WAYS[self.target], body, tries=3)
        # One body of a kind is enough.
        same = [one for one in self.slowest if one[1][0] == small or abs(one[0] - seconds) < _SAME_SECONDS]
        if same and same[0][0] >= seconds:
            return
        others = [one for one in self.slowest if one not in same[:1]]
        self.slowest = sorted([*others, (seconds, gene, body)], key=lambda one: -one[0])[:_KEPT]

    def step(self) -> None:
        """Change one of the bodies that are kept, how it is blown up, or both."""
        place = min(int(self.chance.expovariate(0.15)), len(self.slowest) - 1)
        small, number = self.slowest[place][1]
        for _ in range(self.chance.choice((0, 1, 2))):
            small = changed(self.target, small, self.chance, self._change)
        if number == 0 or self.chance.random() < 0.5:
            number = self.chance.randrange(1, 1 << 30)
        if small and len(small) < _LONGEST_SMALL:
            self.take((small, number))

    def _change(self, some: bytes) -> bytes:
        at = self.chance.randrange(len(some) + 1)
        word = self.chance.choice(words_of(self.target)).encode("utf-8", "replace")
        new = (self.chance.randbytes(self.chance.randrange(4)), word, some[at : at + 40])
        return some[:at] + self.chance.choice(new) + some[at + self.chance.randrange(8) :]


@dataclass(frozen=True, slots=True)
class Enlarger:
    """Makes a large body of a small one, by chance."""

    target: str
    chance: random.Random

    def blown_up(self, body: bytes) -> bytes:
        """The body with something in it repeated until there is no more room."""
        if self.target == "authority":
            return self._larger_pem(body.decode("latin-1")).encode("latin-1")
        try:
            message = {"": json.loads(body)}
        except (ValueError, RecursionError):
            return self._repeated(body, MAX_BODY_BYTES - len(body))
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            room = MAX_BODY_BYTES - len(json.dumps(message[""])) - 100
            if room > 0:
                self._enlarge(message, room)
        written = json.dumps(message[""], ensure_ascii=self.chance.random() < 0.5).encode("utf-8", "replace")
        return written[:MAX_BODY_BYTES]

    def _enlarge(self, message: dict[str, Any], room: int) -> None:
        node, key = self.chance.choice(list(spots_of(message)))
        value, part = node[key], self.chance.choice((1.0, 1.0, 0.5, 0.1))
        size = len(json.dumps(value)) + 2
        if isinstance(value, str) and "-----BEGIN" in value and self.chance.random() < 0.7:
            node[key] = self._larger_pem(value)
        elif isinstance(value, str) and self.chance.random() < 0.8:
            node[key] = self._repeated(value.encode("utf-8", "replace"), int(room * part * 0.9)).decode(
                "utf-8", "replace"
            )
        elif isinstance(node, list):
            node[key + 1 : key + 1] = [value] * int(room * part / size)
        elif isinstance(value, list) and value:
            one = self.chance.choice(value)
            node[key] = value + [one] * int(room * part / (len(json.dumps(one)) + 2))
        elif isinstance(value, dict) and self.chance.random() < 0.5:
            value |= {f"{self.chance.choice(words_of('message'))}{one}": 1 for one in range(int(room * part / 40))}
        else:
            node[key] = self._many(value, int(room * part / size))

    def _many(self, value: object, count: int) -> object:
        word = self.chance.choice(("Records", "findings", "hits", "alerts", "logEvents", ""))
        return {word: [value] * count} if word else [value] * count

    def _repeated(self, some: bytes, room: int) -> bytes:
        start = self.chance.randrange(len(some) + 1)
        end = min(len(some), start + self.chance.choice((1, 3, 10, 30, 300)))
        piece = some[start:end] or b"["
        return some[:start] + piece * max(room // len(piece), 0) + some[end:]

    def _larger_pem(self, text: str) -> str:
        """More blocks, or one whose certificate has more of something in it."""
        blocks = list(_BLOCK.finditer(text))
        room = MAX_BUNDLE_CHARACTERS - len(text) - 200
        if not blocks or room <= 0:
            return self._repeated(text.encode("latin-1", "replace"), max(room, 0)).decode("latin-1")
        block = self.chance.choice(blocks)
        if self.chance.random() < 0.4:
            return text + block[0] * (room // len(block[0]))
        roots = elements_of(_decoded(block[1]))
        inner = [one for root in roots for one in root.all() if one.inner]
        if not inner:
            return text
        node = self.chance.choice(inner)
        one = self.chance.choice(node.inner)
        at = node.inner.index(one)
        room_in_bytes = int(room * 0.74 * self.chance.choice((1.0, 0.2, 0.05)))
        node.inner[at:at] = [one] * (room_in_bytes // max(len(one.der()), 1))
        der = b"".join(root.der() for root in roots)
        block_text = f"-----BEGIN CERTIFICATE-----{base64.b64encode(der).decode()}-----END CERTIFICATE-----"
        return text[: block.start()] + block_text + text[block.end() :]


def _decoded(letters: str) -> bytes:
    kept = re.sub(r"[^A-Za-z0-9+/]", "", letters)
    return base64.b64decode(kept[: len(kept) // 4 * 4])


def main() -> None:
    """Search until the time is over and keep what is slowest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=sorted(WAYS))
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, required=True, help="a folder for the slowest bodies; made when missing")
    arguments = parser.parse_args()
    search = Search(arguments.target, random.Random(arguments.seed))  # noqa: S311 - Chance, not a secret.
    until = time.monotonic() + arguments.minutes * 60
    for seed in first_seeds(arguments.target):
        search.take((seed, 0))
        search.take((seed, 1))
    while time.monotonic() < until:
        search.step()
    arguments.keep.mkdir(parents=True, exist_ok=True)
    for seconds, _, body in search.slowest:
        (arguments.keep / f"{seconds * 1000:06.1f}ms-{len(body)}").write_bytes(body)
    sys.stdout.write(f"{search.runs} runs; slowest {search.slowest[0][0] * 1000:.1f} ms\n")


if __name__ == "__main__":
    main()
