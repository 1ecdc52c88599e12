"""DER as trees that can be changed and written again, with lengths that fit."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from bot.adapters.der import element
from tests.authorities import element_of

Bytes = Callable[[bytes], bytes]
"""Changes bytes at random."""

_CONSTRUCTED = 0x20
_BIT_STRING, _OCTET_STRING = 0x03, 0x04
_MOST_DEPTH = 12
_MOST_BYTES = 40_000
_BLOCK = re.compile(r"(-----BEGIN [A-Z0-9 ]{1,40}-----)(.*?)(-----END [A-Z0-9 ]{1,40}-----)", re.DOTALL)


@dataclass(slots=True)
class Element:
    """One element: its tag, what it holds (bytes or elements), and bytes before them that are no element."""

    tag: int
    content: bytes = b""
    inner: list[Element] = field(default_factory=list)
    before: bytes = b""

    def der(self) -> bytes:
        """The element as bytes."""
        inside = b"".join(one.der() for one in self.inner) if self.inner else self.content
        return element_of(self.tag, self.before + inside)

    def all(self) -> Iterator[Element]:
        """The element and everything in it."""
        yield self
        for one in self.inner:
            yield from one.all()


def elements_of(der: bytes, depth: int = 0) -> list[Element]:
    """The elements that bytes are made of; empty when they are not."""
    found, at = [], 0
    while at < len(der):
        try:
            content, end = element(der, at)
        except ValueError:
            return []
        if not at < content <= end <= len(der):
            return []
        found.append(_element(der[at], der[content:end], depth))
        at = end
    return found


def _element(tag: int, content: bytes, depth: int) -> Element:
    before = content[:1] if tag == _BIT_STRING else b""
    may_hold = tag & _CONSTRUCTED or tag in (_BIT_STRING, _OCTET_STRING)
    inner = elements_of(content[len(before) :], depth + 1) if may_hold and depth < _MOST_DEPTH else []
    return Element(tag, b"", inner, before) if inner else Element(tag, content)


def changed_der(der: bytes, chance: random.Random, change: Bytes, other: bytes = b"") -> bytes:
    """DER with one or a few elements changed, doubled, taken away, or taken from elsewhere."""
    roots = elements_of(der[:_MOST_BYTES])
    if not roots:
        return change(der)
    # Other objects than those that are changed, so that nothing comes to stand within itself.
    spare = [one for root in elements_of((other or der)[:_MOST_BYTES]) for one in root.all()] or [Element(0x05)]
    for _ in range(chance.randint(1, 3)):
        _change(chance.choice([one for root in roots for one in root.all()]), chance, change, spare)
    return b"".join(one.der() for one in roots)


def _change(one: Element, chance: random.Random, change: Bytes, spare: list[Element]) -> None:
    kind = chance.randrange(7)
    if kind == 0 and one.inner:
        one.inner.pop(chance.randrange(len(one.inner)))
    elif kind == 1 and one.inner:
        copies = chance.choice((1, 2, 50))
        one.inner += [deepcopy(chance.choice(spare)) for _ in range(copies)]
    elif kind == 2:
        one.tag = chance.choice((one.tag ^ 1 << chance.randrange(8), chance.choice(spare).tag))
    elif kind == 3:
        new = deepcopy(chance.choice(spare))
        one.tag, one.content, one.inner, one.before = new.tag, new.content, new.inner, new.before
    elif kind == 4 and one.inner:
        chance.shuffle(one.inner)
    elif kind == 5:
        one.content, one.inner = chance.choice((b"", bytes(chance.choice((20, 300))), b"\xff" * 9)), []
    else:
        one.content, one.inner, one.before = change(one.content or one.der()), [], b""


def changed_pem(text: str, chance: random.Random, change: Bytes) -> str:
    """PEM text with one block's DER changed; text without a block as it is."""
    blocks = list(_BLOCK.finditer(text))
    if not blocks:
        return text
    block, other = chance.choice(blocks), chance.choice(blocks)
    new = changed_der(_decoded(block[2]), chance, change, _decoded(other[2]))
    written = base64.b64encode(new).decode()
    if chance.random() < 0.3:
        written = "\n".join(written[at : at + 64] for at in range(0, len(written), 64))
    return f"{text[: block.start()]}{block[1]}\n{written}\n{block[3]}{text[block.end() :]}"


def _decoded(letters: str) -> bytes:
    kept = re.sub(r"[^A-Za-z0-9+/]", "", letters)
    return base64.b64decode(kept[: len(kept) // 4 * 4])
