"""Takes the certificates out of a file that somebody hands over: PEM text in any encoding, DER, or bare base64."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from urllib.parse import unquote, unquote_plus

from bot.adapters.der import SEQUENCE
from bot.adapters.formats.pem_bundle import MAX_BUNDLE_CHARACTERS, PemBundle, read_bundle

MAX_FILE_BYTES = 4 * MAX_BUNDLE_CHARACTERS + 4
"""The longest bundle in any encoding; what stands behind it is not looked at."""

# UTF-32 first, because its mark begins with UTF-16's.
_ENCODINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# The base64 of "-----BEGIN ", as Kubernetes writes PEM.
_PEM_IN_BASE64 = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/]+={0,2}")
# A certificate of 256 bytes or more, as SAML and JSON Web Keys hold it.
_BARE = re.compile(r"MII[A-Za-z0-9+/\s]{300,}={0,2}")


def read_ca_file(data: bytes) -> PemBundle:
    """Take the certificates out of a file's bytes; what can't be understood is an empty bundle."""
    if data[:1] == bytes([SEQUENCE]) and b"-----BEGIN" not in data:
        return read_bundle(_as_pem(data), of_file=True)
    text = _text(data)
    if "-----BEGIN" not in text:
        text = _PEM_IN_BASE64.sub(_decoded, text)
    if "BEGIN%20" in text:
        text = unquote(text)
    elif "BEGIN+" in text and "%0A" in text:
        text = unquote_plus(text)
    if "BEGIN" in text.upper() or "-----" in text:
        return read_bundle(text, of_file=True)
    der = _bare_base64(text[:MAX_BUNDLE_CHARACTERS])
    if der[:1] == bytes([SEQUENCE]):
        return read_bundle(_as_pem(der), of_file=True)
    if b"-----BEGIN" in der:
        return read_bundle(der.decode("utf-8", "replace"), of_file=True)
    blocks = (_as_pem(_bare_base64(found[0])) for found in _BARE.finditer(text[:MAX_BUNDLE_CHARACTERS]))
    return read_bundle("".join(blocks) or text, of_file=True)


def _text(data: bytes) -> str:
    encoding = next((name for mark, name in _ENCODINGS.items() if data.startswith(mark)), None)
    if encoding is None and data.count(0) * 3 > len(data):
        # UTF-16 or UTF-32 without its mark: of ASCII, the other bytes are zeros.
        data = data.replace(b"\0", b"")
    return data.decode(encoding or "utf-8", "replace")


def _decoded(found: re.Match[str]) -> str:
    return _bare_base64(found[0]).decode("utf-8", "replace") or found[0]


def _bare_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return b""


def _as_pem(der: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(der).decode()}\n-----END CERTIFICATE-----\n"
