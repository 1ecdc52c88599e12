"""What a CA's name gives away: the tool that made it up, or the public CA that it wants to be taken for.

Names are compared by their skeleton: lower case, without marks, spaces and signs, with letters and digits that look
alike made one. A name is a hint and never a proof, because whoever makes a certificate chooses it.

See: https://www.unicode.org/reports/tr39/
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

Attributes = Sequence[tuple[str, str]]
"""A name as pairs of type (CN, O, OU, L, ST, C) and value, in its order."""

_MOST_VALUES = 16
_LONGEST_VALUE = 128
_MOST_WORDS = 8
_SHORTEST_BRAND = 4
_SHORTEST_FIRST_WORDS = 6
_SHORTEST_NEAR_MISS = 8
_LONGEST_BRAND = 64
_EDGE = 3
# Cyrillic, Greek and other letters, digits and signs, by the Latin letter that they look like.
_LOOKS = {
    "a": "аαɑ",  # noqa: RUF001
    "b": "вьβ8",
    "c": "сϲⅽ",  # noqa: RUF001
    "d": "ԁ",  # noqa: RUF001
    "e": "еєε3",  # noqa: RUF001
    "g": "ɡԍ9",  # noqa: RUF001
    "h": "нһη",
    "i": "іιı1l|!ӏ",  # noqa: RUF001
    "j": "ј",  # noqa: RUF001
    "k": "кκ",
    "m": "мμ",
    "n": "ո",  # noqa: RUF001
    "o": "оοσօ0",  # noqa: RUF001
    "p": "рρ",  # noqa: RUF001
    "q": "ԛ",  # noqa: RUF001
    "r": "гᴦ",  # noqa: RUF001
    "s": "ѕ5ƽ",  # noqa: RUF001
    "t": "тτ",
    "u": "υս",  # noqa: RUF001
    "v": "νѵ",  # noqa: RUF001
    "w": "ԝω",
    "x": "хχ",
    "y": "уγү",  # noqa: RUF001
}
_LOOK_ALIKE = str.maketrans({other: latin for latin, others in _LOOKS.items() for other in others})
# Marks of letters go with the signs; these two signs look like letters.
_NO_LETTER = re.compile(r"[^\w|!]+|_+")
_NO_WORD = re.compile(r"[^\w]+|_+")
# What may follow a company's own name.
_COMPANY = frozenset(
    {
        "inc",
        "llc",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "ca",
        "sa",
        "ag",
        "gmbh",
        "nv",
        "bv",
        "plc",
        "oyj",
        "ab",
        "as",
        "kft",
        "spa",
        "srl",
        "com",
        "org",
        "trust",
    }
)
# Well-known, though the lists of today hold no root under that name.
_BESIDES = (
    "Let's Encrypt",
    "Entrust",
    "VeriSign",
    "Thawte",
    "GeoTrust",
    "RapidSSL",
    "Symantec",
    "ZeroSSL",
    "Baltimore",
)
# Companies whose names are everyday words; the names of their certificates still count.
_EVERYDAY = ("Certainly", "Taiwan", "Digital Signature", "SecureTrust", "Network Solutions", "Visa")


@dataclass(frozen=True, slots=True)
class FamousNames:
    """The names of well-known CAs by skeleton: of their certificates, of themselves, and with one letter left out.

    ``edges`` are the first and last three letters of the brands: a near miss keeps one of them.
    """

    certificates: Mapping[str, str]
    brands: Mapping[str, str]
    near: Mapping[str, str]
    edges: frozenset[str]


def famous_names(roots: Iterable[Attributes]) -> FamousNames:
    """Collect the names of public roots."""
    certificates: dict[str, str] = {}
    brands = {_skeleton(name): name for name in _BESIDES}
    everyday = frozenset(map(_skeleton, _EVERYDAY))
    for root in roots:
        names = [value for kind, value in root if kind == "CN"] or [value for kind, value in root if kind == "OU"]
        certificates |= {_skeleton(name): name for name in names if len(_skeleton(name)) > _SHORTEST_BRAND}
        for company in (value for kind, value in root if kind == "O"):
            brand = _skeleton("".join(_company_words(_words(company))))
            if len(brand) >= _SHORTEST_BRAND and brand not in everyday:
                brands.setdefault(brand, company)
    long = {brand: name for brand, name in brands.items() if len(brand) >= _SHORTEST_NEAR_MISS}
    near = {shorter: name for brand, name in long.items() for shorter in _one_left_out(brand)}
    edges = frozenset(edge for brand in long for edge in (brand[:_EDGE], brand[-_EDGE:]))
    return FamousNames(MappingProxyType(certificates), MappingProxyType(brands), MappingProxyType(near), edges)


def imitated(name: Attributes, famous: FamousNames) -> str | None:
    """The well-known CA whose name this one is, begins with or misses by a letter; None when it is none's."""
    values = [value[:_LONGEST_VALUE] for kind, value in name if kind in ("CN", "O", "OU")][:_MOST_VALUES]
    found = (_whole(value, famous) or _beginning(value, famous) for value in values)
    return next(filter(None, found), None)


def tool_named(name: Attributes) -> str | None:
    """The tool whose default or example name this is, in words that fit "as … names a CA"; None for other names."""
    values: dict[str, str] = {}
    for kind, value in name:
        values.setdefault(kind, value[:_LONGEST_VALUE])
    cn, company = values.get("CN", ""), values.get("O", "")
    places = {values.get("L"), values.get("ST")}
    if company in ("Internet Widgits Pty Ltd", "Default Company Ltd") or "Some-State" in places:
        return "OpenSSL"
    if company == "mkcert development CA" or cn.startswith("mkcert "):
        return "mkcert"
    if re.fullmatch(r"minica root ca( [0-9a-f]{6})?", cn):
        return "minica"
    if cn in ("example.net", "www.example.net") and "San Francisco" in places:
        return "cfssl"
    if cn.removesuffix(" Intermediate Authority") in ("Vault CA", "myvault.com", "my-website.com", "example.com"):
        return "Vault (or its tutorial)"
    if company and set(values) == {"CN", "O"} and cn in (f"{company} Root CA", f"{company} Intermediate CA"):
        return "step"
    return None


def _whole(value: str, famous: FamousNames) -> str | None:
    whole = _skeleton(value)
    brand = _skeleton("".join(_company_words(_words(value))))
    return famous.certificates.get(whole) or famous.brands.get(whole) or famous.brands.get(brand)


def _beginning(value: str, famous: FamousNames) -> str | None:
    beginning, found = "", None
    for word in _words(value)[:_MOST_WORDS]:
        beginning = _merged(beginning + _letters(word))
        if len(beginning) > _LONGEST_BRAND:
            break
        if len(beginning) >= _SHORTEST_FIRST_WORDS:
            found = found or famous.brands.get(beginning) or _near_miss(beginning, famous)
    return found


def _near_miss(skeleton: str, famous: FamousNames) -> str | None:
    """A brand that differs by one letter: one more, one less, or another."""
    if len(skeleton) < _SHORTEST_NEAR_MISS - 1 or famous.edges.isdisjoint((skeleton[:_EDGE], skeleton[-_EDGE:])):
        return None
    for one in (skeleton, *_one_left_out(skeleton)):
        found = famous.near.get(one) or (famous.brands.get(one) if len(one) >= _SHORTEST_NEAR_MISS else None)
        if found:
            return found
    return None


def _one_left_out(word: str) -> tuple[str, ...]:
    return tuple(word[:place] + word[place + 1 :] for place in range(len(word)))


def _words(value: str) -> list[str]:
    return [word for word in _NO_WORD.split(value.replace("'", "").replace("’", "")) if word]  # noqa: RUF001


def _company_words(words: list[str]) -> list[str]:
    kept = list(words)
    while len(kept) > 1 and (kept[-1].casefold() in _COMPANY or kept[-1].isdigit() or len(kept[-1]) == 1):
        kept.pop()
    return kept


def _skeleton(value: str) -> str:
    return _merged(_letters(value))


def _letters(value: str) -> str:
    plain = value.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", value).casefold())
    return _NO_LETTER.sub("", plain).translate(_LOOK_ALIKE)


def _merged(letters: str) -> str:
    """Two letters that look like one are one."""
    return letters.replace("rn", "m").replace("vv", "w")
