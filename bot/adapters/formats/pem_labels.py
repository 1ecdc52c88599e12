"""Finds the labels in PEM text, however loosely they are written.

See: https://www.rfc-editor.org/rfc/rfc7468
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Hyphens, and the dashes that word processors make of them.
_DASHES = r"[-\u2010-\u2015\u2212]{2}"
# One label's closing dashes may be the next one's opening dashes, so they are only looked at.
_LABEL = re.compile(
    r"-----[ \t]{0,4}(BEGIN|END)[ \t]{1,4}([A-Z0-9#]{1,32}(?: [A-Z0-9#]{1,32}){0,4})[ \t]{0,4}(?=-----)"
)
_LABEL_WORDS = ("BEGIN", "END ", "egin ")
_LOOSE_LABEL = re.compile(
    rf"{_DASHES}[ \t]{{0,4}}(BEGIN|END)[ \t]{{1,4}}([A-Z0-9#]{{1,32}}(?:[ \t]{{1,2}}[A-Z0-9#]{{1,32}}){{0,4}})"
    rf"[ \t]{{0,4}}(?={_DASHES})",
    re.IGNORECASE,
)
_DASH_BEFORE = re.compile(r"[-\u2010-\u2015\u2212]{0,3}\Z")
CERTIFICATE_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
"""The labels of one certificate."""
CARRIER_LABELS = frozenset({"PKCS7", "CMS", "PKCS #7 SIGNED DATA"})
"""The labels of a bundle."""
TRUSTED = "TRUSTED CERTIFICATE"
"""OpenSSL's own label, of a certificate with trust settings behind it."""
KEY_WORDS = "PRIVATE KEY"
"""What stands in the labels of private keys."""
_PRIVATE_KEY = re.compile(
    rf"{_DASHES}[ \t]{{0,4}}BEGIN[ \t]{{1,4}}(?:[A-Z0-9]{{1,32}} ){{0,3}}PRIVATE KEY|PuTTY-User-Key-File-",
    re.IGNORECASE,
)
_LONGEST_AROUND = 2000


@dataclass(frozen=True, slots=True)
class Label:
    """A BEGIN or an END, where it begins and ends, and what it is the label of, in capitals."""

    start: int
    end: int
    begins: bool
    kind: str


def labels(text: str) -> Iterator[Label]:
    """The labels in the text; loosely written ones only where they matter here."""
    strict = list(_LABEL.finditer(text))
    if len(strict) == sum(map(text.count, _LABEL_WORDS)):
        # The usual case, and by far the faster one: there is no word of a label outside of one.
        yield from (Label(found.start(), found.end(), found[1] == "BEGIN", found[2]) for found in strict)
        return
    for found in _LOOSE_LABEL.finditer(text):
        kind = " ".join(found[2].upper().split())
        dashes = _DASH_BEFORE.search(text, max(found.start() - 3, 0), found.start())
        start = dashes.start() if dashes else found.start()
        is_strict = text.startswith("-----", start) and (found[1] + found[2]).isupper()
        if is_strict or kind in CERTIFICATE_LABELS | CARRIER_LABELS or KEY_WORDS in kind:
            yield Label(start, found.end(), found[1].upper() == "BEGIN", kind)


def names_a_key(text: str) -> bool:
    """Whether a label or a header names a private key."""
    # Looked for first, because the search for the label takes longer.
    capitals = text.upper()
    return (KEY_WORDS in capitals or "PUTTY" in capitals) and _PRIVATE_KEY.search(text) is not None


def may_hold_pem(text: str) -> bool:
    """Whether anything in a text may be a label or a mark of a private key, or it is too strange to be sure."""
    capitals = text.upper()
    is_strange = len(text) > _LONGEST_AROUND or not text.isascii()
    return is_strange or any(mark in capitals for mark in ("--", "BEGIN", "KEY", "PUTTY"))
