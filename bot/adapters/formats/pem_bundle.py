"""Takes the certificates out of a CA bundle, and nothing else, in whatever state the text is.

Line ends may be of any kind, missing, or written as a backslash and an n; a byte order mark and comments may
stand around the blocks. OpenSSL's own label and its trust settings behind the certificate are known.

See: https://www.rfc-editor.org/rfc/rfc7468
See: https://docs.openssl.org/master/man1/openssl-x509/
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.adapters.der import SEQUENCE, element, is_private_key

MAX_BUNDLE_CHARACTERS = 204_800
"""Longest ``x509CertificateData`` that the API takes.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_SourceData.html
"""
_MAX_BLOCKS = 256
_MAX_DEFECTS = 64
# One label's closing dashes may be the next one's opening dashes, so they are only looked at.
_LABEL = re.compile(r"-----[ \t]{0,4}(BEGIN|END)[ \t]{1,4}([A-Z0-9]{1,32}(?: [A-Z0-9]{1,32}){0,4})[ \t]{0,4}(?=-----)")
_CERTIFICATE_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
_TRUSTED = "TRUSTED CERTIFICATE"
_PRIVATE_KEY = re.compile(r"----[ \t]?BEGIN (?:[A-Z0-9]{1,32} ){0,3}PRIVATE KEY|PuTTY-User-Key-File-")
_ESCAPED_LINE_END = re.compile(r"\\{1,4}(?:[rnt]|u000[aAdD9])")
_LINE_END = re.compile(r"\r\n?|\n|(?:\\{1,4}r)?\\{1,4}n")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_LINE_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class PemDefect:
    """Something in a bundle that is no whole certificate, and where it begins (lines and characters from 1)."""

    message: str
    at: str


@dataclass(frozen=True, slots=True)
class PemBundle:
    """The CERTIFICATE blocks of a bundle, each in lines of 64 characters, and what had to be left out.

    ``missing`` names that in plain words. ``held_private_key`` says that a private key stood there. ``places`` says
    where each block began, ``defects`` what is no whole certificate; both only when they were asked for.
    """

    certificates: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    held_private_key: bool = False
    places: tuple[str, ...] = ()
    defects: tuple[PemDefect, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A block (``letters``) or a defect (``message``), where it begins, and whether a private key was in it."""

    start: int
    letters: str | None = None
    message: str | None = None
    held_key: bool = False


def read_bundle(text: object, *, with_places: bool = False) -> PemBundle:
    """Take the certificates out of PEM text; anything but text is an empty bundle.

    At most 204,800 characters are read and at most 256 blocks kept. A block keeps its base64 letters only, so it
    may be unreadable as a certificate. ``with_places`` asks for ``places`` and ``defects`` too.
    """
    if not isinstance(text, str):
        return PemBundle()
    missing = []
    if len(text) > MAX_BUNDLE_CHARACTERS:
        missing.append(f"the part of the CA bundle beyond {MAX_BUNDLE_CHARACTERS} characters")
    text = text[:MAX_BUNDLE_CHARACTERS]
    parts = list(_parts(text))
    blocks = [part for part in parts if part.letters is not None]
    if any(part.message == _CUT_OFF for part in parts):
        missing.append("the rest of a certificate that is cut off or mixed with other text")
    if len(blocks) > _MAX_BLOCKS:
        missing.append(f"the certificates behind the first {_MAX_BLOCKS}")
    held_key = any(part.held_key for part in parts) or bool(_PRIVATE_KEY.search(text))
    if held_key:
        missing.append("a private key that stood in the CA bundle (not kept)")
    kept = blocks[:_MAX_BLOCKS]
    bundle = PemBundle(tuple(_block(part.letters or "") for part in kept), tuple(missing), held_key)
    if not with_places:
        return bundle
    defects = [part for part in parts if part.message is not None][:_MAX_DEFECTS]
    at = dict(_positions(text, sorted({part.start for part in (*kept, *defects)})))
    return replace(
        bundle,
        places=tuple(at[part.start] for part in kept),
        defects=tuple(PemDefect(part.message or "", at[part.start]) for part in defects),
    )


_CUT_OFF = "a certificate block that is cut off or mixed with other text"
_OTHER = "a block that holds no certificate"
_NO_BEGIN = "the end of a certificate block that has no beginning"
_MORE = "bytes behind a certificate, in the same block; they were left out"


def _parts(text: str) -> Iterator[_Part]:
    """What the labels mark off, in the text's order; private keys leave nothing but their mark."""
    labels = list(_LABEL.finditer(text))
    inside = False
    for label, following in pairwise((*labels, None)):
        if label is None:
            break
        begins, kind = label[1] == "BEGIN", label[2]
        ends = following is not None and following[1] == "END"
        if begins and "PRIVATE KEY" in kind:
            yield _Part(label.start(), held_key=True)
        elif begins and kind in _CERTIFICATE_LABELS:
            if following is not None and ends:
                yield from _block_parts(label.start(), kind, text[label.end() : following.start()])
            else:
                yield _Part(label.start(), message=_CUT_OFF)
        elif begins:
            yield _Part(label.start(), message=_OTHER)
        elif kind in _CERTIFICATE_LABELS and not inside:
            yield _Part(label.start(), message=_NO_BEGIN)
        inside = begins


def _block_parts(start: int, kind: str, body: str) -> Iterator[_Part]:
    letters = _NOT_BASE64.sub("", _ESCAPED_LINE_END.sub("", body))
    der = _decoded(letters)
    if der is None or len(der) < 2 or der[0] != SEQUENCE:  # noqa: PLR2004 - Tag and length.
        # The reader of certificates says what is wrong with it.
        yield (
            _Part(start, letters) if not is_private_key(_decoded(letters[:32]) or b"") else _Part(start, held_key=True)
        )
        return
    _, end = element(der, 0)
    rest = der[end:]
    if is_private_key(der):
        yield _Part(start, held_key=True)
        return
    yield _Part(start, base64.b64encode(der[:end]).decode(), held_key=is_private_key(rest))
    if rest and kind != _TRUSTED:
        yield _Part(start, message=_MORE)


def _decoded(letters: str) -> bytes | None:
    """The bytes, with or without the padding; None when it is no base64."""
    whole = letters.partition("=")[0]
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4))
    except binascii.Error:
        return None


def _block(letters: str) -> str:
    lines = [letters[start : start + _LINE_CHARACTERS] for start in range(0, len(letters), _LINE_CHARACTERS)]
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----"))


def _positions(text: str, starts: list[int]) -> Iterator[tuple[int, str]]:
    """Lines and characters of places in the text, which come in order; written-out line ends count."""
    line, begins = 1, 0
    ends = _LINE_END.finditer(text)
    end = next(ends, None)
    for start in starts:
        while end is not None and end.end() <= start:
            line, begins = line + 1, end.end()
            end = next(ends, None)
        yield start, f"line {line}, character {start - begins + 1}"
