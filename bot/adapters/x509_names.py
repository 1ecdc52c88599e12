"""The names in a certificate: as RFC 4514 text, as pairs of type and value, and in a form to compare.

See: https://www.rfc-editor.org/rfc/rfc4514
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bot.adapters.der import OBJECT_IDENTIFIER, Element, elements, identifier, only

MAX_NAME_CHARACTERS = 2048
"""How much of a name is kept in a case."""
_MAX_ATTRIBUTES = 512
_MOST_COMPARED_BYTES = 16 * 1024
# The types that RFC 4514 writes short; others keep their number.
_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}
# UTF8String, NumericString, PrintableString, T61String, IA5String, VisibleString, UniversalString, BMPString. Bytes
# above 127 in the old kinds are read as Latin-1, which is what they were in practice.
_ENCODINGS = {
    0x0C: "utf-8",
    0x12: "latin-1",
    0x13: "latin-1",
    0x14: "latin-1",
    0x16: "latin-1",
    0x1A: "latin-1",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
_SPECIAL = re.compile(r'[\\",+;<>]')


@dataclass(frozen=True, slots=True)
class _Attribute:
    """A type by its dotted number, the value as text (None: it has no text), and the value as it stands there."""

    kind: str
    text: str | None
    value: bytes

    def written(self) -> str:
        """As RFC 4514 writes it; a value without text is the hex of its DER."""
        value = f"#{self.value.hex()}" if self.text is None else _escaped(self.text)
        return f"{_SHORT.get(self.kind, self.kind)}={value}"

    def compared(self) -> tuple[str, str | bytes]:
        """Type and value; of texts neither case nor the number of spaces counts, nor the kind of string."""
        if self.text is None:
            return self.kind, self.value
        return self.kind, " ".join(unicodedata.normalize("NFKC", self.text).casefold().split())


class Name:
    """A distinguished name, read from its DER once.

    Raises:
        ValueError: the DER is no name.
    """

    def __init__(self, der: bytes) -> None:
        self.der = der
        self._parts = [list(_attributes(part)) for part in elements(only(der))]

    def text(self, most: int = MAX_NAME_CHARACTERS) -> str:
        """As RFC 4514 writes it, last part first; at most so many characters."""
        written: list[str] = []
        size = 0
        for part in reversed(self._parts):
            words = "+".join(one.written() for one in part)
            written += [words] if words else []
            size += len(words) + 1
            if size > most:
                break
        return ",".join(written)[:most]

    def attributes(self) -> tuple[tuple[str, str], ...]:
        """The parts in their order, at most 512: CN, O, OU, L, ST, C …, or the number of another type."""
        found = [one for part in self._parts for one in part][:_MAX_ATTRIBUTES]
        return tuple((_SHORT.get(one.kind, one.kind), one.text or "") for one in found)

    @cached_property
    def compared(self) -> object:
        """A value that is equal for equal names; very long ones are compared as they stand.

        See: https://www.rfc-editor.org/rfc/rfc5280#section-7.1
        """
        if len(self.der) > _MOST_COMPARED_BYTES:
            return self.der
        return tuple(frozenset(one.compared() for one in part) for part in self._parts)

    def short(self) -> str:
        """What a CA of a public list goes by: its common name, or the first unit or organisation that it has."""
        by_kind = dict(reversed(self.attributes()))
        return by_kind.get("CN") or by_kind.get("OU") or by_kind.get("O") or self.text()


def _attributes(part: Element) -> Iterator[_Attribute]:
    for one in elements(part.content):
        kind, value = _pair(one)
        yield _Attribute(identifier(kind.content), _text(value), value.whole)


def _pair(one: Element) -> tuple[Element, Element]:
    found = list(elements(one.content))
    if len(found) != 2 or found[0].tag != OBJECT_IDENTIFIER:  # noqa: PLR2004 - Type and value.
        raise ValueError("no attribute")
    return found[0], found[1]


def _text(value: Element) -> str | None:
    encoding = _ENCODINGS.get(value.tag)
    if encoding is None:
        return None
    try:
        return value.content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _escaped(text: str) -> str:
    escaped = _SPECIAL.sub(r"\\\g<0>", text).replace("\0", r"\00")
    if escaped[-1:] == " ":
        escaped = f"{escaped[:-1]}\\ "
    return f"\\{escaped}" if escaped[:1] in ("#", " ") and escaped else escaped
