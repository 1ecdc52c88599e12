"""Takes the certificates out of a file that somebody hands over: PEM text in any encoding, DER, or bare base64."""

from __future__ import annotations

import base64
import binascii
import codecs

from bot.adapters.der import SEQUENCE
from bot.adapters.formats.pem_bundle import MAX_BUNDLE_CHARACTERS, PemBundle, read_bundle

MAX_FILE_BYTES = 4 * MAX_BUNDLE_CHARACTERS + 4
"""The longest bundle in any encoding; what stands behind it is not looked at."""

_ENCODINGS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_ca_file(data: bytes) -> PemBundle:
    """Take the certificates out of a file's bytes; what can't be understood is an empty bundle."""
    if data[:1] == bytes([SEQUENCE]):
        return read_bundle(_as_pem(data), with_places=True)
    encoding = next((name for mark, name in _ENCODINGS.items() if data.startswith(mark)), "utf-8")
    text = data.decode(encoding, "replace")
    if "-----" in text:
        return read_bundle(text, with_places=True)
    der = _bare_base64(text[:MAX_BUNDLE_CHARACTERS])
    return read_bundle(_as_pem(der) if der[:1] == bytes([SEQUENCE]) else text, with_places=True)


def _bare_base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return b""


def _as_pem(der: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(der).decode()}\n-----END CERTIFICATE-----\n"
