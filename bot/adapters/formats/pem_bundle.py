"""Takes the certificates out of a CA bundle, and nothing else.

See: https://www.rfc-editor.org/rfc/rfc7468
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

MAX_BUNDLE_CHARACTERS = 204_800
"""Longest ``x509CertificateData`` that the API takes.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_SourceData.html
"""
_MAX_BLOCKS = 256
# No dash in a body: a block inside another block would carry whatever stands in it.
_CERTIFICATE = re.compile(r"-----BEGIN (?:X509 )?CERTIFICATE-----([^-]*)-----END (?:X509 )?CERTIFICATE-----")
_BEGIN_CERTIFICATE = re.compile(r"-----BEGIN (?:X509 )?CERTIFICATE-----")
_BEGIN_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: [A-Z]+)?-----")
_ESCAPED_LINE_END = re.compile(r"\\[rnt]")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_LINE_CHARACTERS = 64
_SEQUENCE, _INTEGER, _OBJECT_IDENTIFIER = 0x30, 0x02, 0x06


@dataclass(frozen=True, slots=True)
class PemBundle:
    """The CERTIFICATE blocks of a bundle, each in lines of 64 characters, and what had to be left out.

    ``missing`` names that in plain words. ``held_private_key`` says that a private key stood there.
    """

    certificates: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    held_private_key: bool = False


def read_bundle(text: object) -> PemBundle:
    """Take the certificates out of PEM text; anything but text is an empty bundle.

    At most 204,800 characters are read and at most 256 blocks kept. A block keeps its base64 letters only, so it
    may be unreadable as a certificate.
    """
    if not isinstance(text, str):
        return PemBundle()
    missing = []
    if len(text) > MAX_BUNDLE_CHARACTERS:
        missing.append(f"the part of the CA bundle beyond {MAX_BUNDLE_CHARACTERS} characters")
    text = text[:MAX_BUNDLE_CHARACTERS]
    bodies = [_letters(found[1]) for found in _CERTIFICATE.finditer(text)]
    if len(bodies) < len(_BEGIN_CERTIFICATE.findall(text)):
        missing.append("the rest of a certificate that is cut off or mixed with other text")
    if len(bodies) > _MAX_BLOCKS:
        missing.append(f"the certificates behind the first {_MAX_BLOCKS}")
    kept = tuple(_block(body) for body in bodies[:_MAX_BLOCKS] if not _is_private_key(body))
    held_key = len(kept) < min(len(bodies), _MAX_BLOCKS) or bool(_BEGIN_PRIVATE_KEY.search(text))
    if held_key:
        missing.append("a private key that stood in the CA bundle (not kept)")
    return PemBundle(kept, tuple(missing), held_key)


def _letters(body: str) -> str:
    return _NOT_BASE64.sub("", _ESCAPED_LINE_END.sub("", body))


def _block(letters: str) -> str:
    lines = [letters[start : start + _LINE_CHARACTERS] for start in range(0, len(letters), _LINE_CHARACTERS)]
    return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----"))


def _is_private_key(letters: str) -> bool:
    """Whether the DER begins as a private key does, whatever the label says.

    Plain keys begin with a version number inside the outer sequence, encrypted ones with an algorithm; a
    certificate's first two elements are sequences.

    See: https://www.rfc-editor.org/rfc/rfc5958
    """
    whole = letters[:32].partition("=")[0]
    head = base64.b64decode(whole[: len(whole) // 4 * 4])
    first = _content_start(head, 0)
    if first is None or first >= len(head):
        return False
    if head[first] == _INTEGER:
        return True
    second = _content_start(head, first)
    return second is not None and second < len(head) and head[second] == _OBJECT_IDENTIFIER


def _content_start(der: bytes, start: int) -> int | None:
    """Where the content of the sequence at ``start`` begins; None when there is no sequence."""
    if start + 1 >= len(der) or der[start] != _SEQUENCE:
        return None
    length = der[start + 1]
    return start + 2 + (length & 0x7F if length & 0x80 else 0)
