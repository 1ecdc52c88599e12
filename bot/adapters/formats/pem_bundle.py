"""Takes the certificates out of a CA bundle, and nothing else, in whatever state the text is.

Line ends may be of any kind, missing, or written as a backslash and an n; a byte order mark and comments may
stand around the blocks, header lines in them. OpenSSL's own label and its trust settings behind the certificate are
known, and so are the bundles of PKCS #7. Labels may be in small letters or have lost a dash.

See: https://www.rfc-editor.org/rfc/rfc7468
See: https://docs.openssl.org/master/man1/openssl-x509/
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.adapters.der import SEQUENCE, element, is_private_key
from bot.adapters.formats.pem_labels import (
    CARRIER_LABELS,
    CERTIFICATE_LABELS,
    KEY_WORDS,
    TRUSTED,
    Label,
    labels,
    names_a_key,
)
from bot.adapters.pkcs7 import carried_certificates

MAX_BUNDLE_CHARACTERS = 204_800
"""Longest ``x509CertificateData`` that the API takes.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_SourceData.html
"""
MAX_MESSAGE_BLOCKS = 160
"""How many certificates of a bundle are kept of a message: more than fit into the 100 KB that CloudTrail keeps.

Roles Anywhere takes two.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/quotas.html
See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""
MAX_FILE_BLOCKS = 256
"""How many are kept of a file that a person hands over."""
_MAX_DEFECTS = 64
_PARTS_OF_A_BLOCK = 4
_ESCAPED_LINE_END = re.compile(r"\\{1,8}[rnt]")
_ESCAPED_CHARACTER = re.compile(r"\\{1,8}u00([0-9a-fA-F]{2})")
_MARKUP = re.compile(r"<[^<>]{1,32}>")
_LINE_END = re.compile(r"\r\n?|\n|(?:\\{1,8}r)?\\{1,8}n")
# A header of the block, or a comment in it.
_FOREIGN_LINE = re.compile(r"^[^\n:#]*[:#][^\n]*", re.MULTILINE)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_LINE_CHARACTERS = 64
_NO_LENGTH = b"\x80"
_SMALLEST_CERTIFICATE = 100


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


def read_bundle(text: object, *, of_file: bool = False) -> PemBundle:
    """Take the certificates out of PEM text; anything but text is an empty bundle.

    At most 204,800 characters are read and at most 160 blocks kept, 256 of a file. A block keeps its base64 letters
    only, so it may be unreadable as a certificate. ``of_file`` asks for ``places`` and ``defects`` too.
    """
    most_blocks = MAX_FILE_BLOCKS if of_file else MAX_MESSAGE_BLOCKS
    if not isinstance(text, str):
        return PemBundle()
    missing = []
    if len(text) > MAX_BUNDLE_CHARACTERS:
        missing.append(f"the part of the CA bundle beyond {MAX_BUNDLE_CHARACTERS} characters")
    text = text[:MAX_BUNDLE_CHARACTERS]
    parts, is_whole = _first_parts(text, most_blocks)
    blocks = [part for part in parts if part.letters is not None]
    if any(part.message == _CUT_OFF for part in parts):
        missing.append("the rest of a certificate that is cut off or mixed with other text")
    if not is_whole:
        missing.append(f"the certificates behind the first {len(parts)} blocks")
    held_key = any(part.held_key for part in parts) or names_a_key(text)
    if held_key:
        missing.append("a private key that stood in the CA bundle (not kept)")
    kept = blocks[:most_blocks]
    bundle = PemBundle(tuple(_block(part.letters or "") for part in kept), tuple(missing), held_key)
    if not of_file:
        return bundle
    defects = [part for part in parts if part.message is not None][:_MAX_DEFECTS]
    at = dict(_positions(text, sorted({part.start for part in (*kept, *defects)})))
    return replace(
        bundle,
        places=tuple(at[part.start] for part in kept),
        defects=tuple(PemDefect(part.message or "", at[part.start]) for part in defects),
    )


def _first_parts(text: str, most_blocks: int) -> tuple[list[_Part], bool]:
    """The parts up to so many blocks, or several times as many defects; and whether these are all."""
    parts: list[_Part] = []
    blocks = 0
    for part in _parts(text):
        blocks += part.letters is not None
        if blocks > most_blocks or len(parts) == _PARTS_OF_A_BLOCK * most_blocks:
            return parts, False
        parts.append(part)
    return parts, True


_CUT_OFF = "a certificate block that is cut off or mixed with other text"
_OTHER = "a block that holds no certificate"
_NO_BEGIN = "the end of a certificate block that has no beginning"
_MORE = "bytes behind a certificate, in the same block; they were left out"
_TWO_LABELS = "a certificate block whose two labels differ; it was read all the same"


def _parts(text: str) -> Iterator[_Part]:
    """What the labels mark off, in the text's order; private keys leave nothing but their mark."""
    inside = False
    for label, following in pairwise((*labels(text), None)):
        if label is None:
            break
        if label.begins and KEY_WORDS in label.kind:
            yield _Part(label.start, held_key=True)
        elif label.begins and label.kind in CERTIFICATE_LABELS | CARRIER_LABELS:
            if following is not None and not following.begins:
                yield from _block_parts(label, text[label.end : following.start])
                if following.kind != label.kind:
                    yield _Part(label.start, message=_TWO_LABELS)
            else:
                yield _Part(label.start, message=_CUT_OFF)
        elif label.begins:
            yield _Part(label.start, message=_OTHER)
        elif label.kind in CERTIFICATE_LABELS and not inside:
            yield _Part(label.start, message=_NO_BEGIN)
        inside = label.begins


def _block_parts(label: Label, body: str) -> Iterator[_Part]:
    """The certificates between two labels, and what else is there."""
    letters, der = _letters(body)
    if der is None:
        # The reader of certificates says what is wrong with it.
        held_key = is_private_key(_decoded(letters[:32]) or b"")
        yield _Part(label.start, held_key=True) if held_key else _Part(label.start, letters)
        return
    if is_private_key(der):
        yield _Part(label.start, held_key=True)
        return
    certificates, rest = _taken_apart(der, only_one=label.kind == TRUSTED)
    if not certificates:
        yield _Part(label.start, message=_OTHER)
    for certificate in certificates:
        yield _Part(label.start, base64.b64encode(certificate).decode())
    if rest:
        yield _Part(label.start, message=None if label.kind == TRUSTED else _MORE, held_key=is_private_key(rest))


def _taken_apart(der: bytes, *, only_one: bool) -> tuple[list[bytes], bytes]:
    """The certificates that stand one after the other, or in a PKCS #7 bundle, and what is behind them."""
    _, end = element(der, 0)
    carried = carried_certificates(der[:end])
    certificates = [der[:end]] if carried is None else list(carried)
    while not only_one and _is_like_a_certificate(der, end):
        start, end = end, element(der, end)[1]
        certificates.append(der[start:end])
    return certificates, der[end:]


def _is_like_a_certificate(der: bytes, start: int) -> bool:
    """Whether a whole sequence of a certificate's size begins there, and with a sequence."""
    try:
        content, end = element(der, start)
    except ValueError:
        return False
    is_whole = start + _SMALLEST_CERTIFICATE < end <= len(der)
    return is_whole and content < end and der[start] == SEQUENCE == der[content]


def _letters(body: str) -> tuple[str, bytes | None]:
    """The base64 letters of a block, and their bytes if whole; lines that are no base64 go only where they hinder."""
    plain = _ESCAPED_LINE_END.sub("\n", body) if "\\" in body else body
    if "\\u" in plain:
        plain = _ESCAPED_CHARACTER.sub(lambda escape: chr(int(escape[1], 16)), plain)
    if "&" in plain or "<" in plain:
        plain = _MARKUP.sub("\n", html.unescape(plain))
    letters = _NOT_BASE64.sub("", plain)
    der = _whole(letters)
    if der is None and _FOREIGN_LINE.search(plain):
        without = _NOT_BASE64.sub("", _FOREIGN_LINE.sub("", plain.replace("\r", "\n")))
        if (whole := _whole(without)) is not None:
            return without, whole
    return letters, der


def _whole(letters: str) -> bytes | None:
    """The bytes, if they begin with a whole sequence."""
    der = _decoded(letters)
    if der is None or der[:1] != bytes((SEQUENCE,)) or der[1:2] == _NO_LENGTH:
        return None
    try:
        return der if element(der, 0)[1] <= len(der) else None
    except ValueError:
        return None


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
