"""A revocation list that comes as a file: PEM as it is, DER put into PEM, because Roles Anywhere takes PEM only.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ImportCrl.html
See: https://www.rfc-editor.org/rfc/rfc7468#section-7
"""

from __future__ import annotations

import base64
import textwrap

from bot.domain.errors import BadInput

MOST_BYTES = 300_000
"""What ImportCrl takes, of the PEM text."""

_BEGIN, _END = "-----BEGIN X509 CRL-----", "-----END X509 CRL-----"
_PEM_LINE = 64
# Every list is a DER SEQUENCE.
_SEQUENCE = 0x30


def list_text(data: bytes) -> str:
    """The list as PEM text.

    Raises:
        BadInput: it is neither, or too long for Roles Anywhere; the message is for people.
    """
    if not data:
        raise _bad("The file is empty.")
    text = _text(data)
    if len(text.encode()) > MOST_BYTES:
        raise _bad(f"As PEM the list has {len(text.encode()):,} bytes; Roles Anywhere takes {MOST_BYTES:,}.")
    return text


def _text(data: bytes) -> str:
    if data[0] == _SEQUENCE:
        body = base64.b64encode(data).decode()
        return "\n".join((_BEGIN, *textwrap.wrap(body, _PEM_LINE), _END, ""))
    try:
        text = data.decode("ascii").strip()
    except UnicodeDecodeError:
        raise _bad("The file is neither PEM nor DER.") from None
    if _BEGIN in text:
        return f"{text}\n"
    what = "It holds a certificate" if "-----BEGIN CERTIFICATE-----" in text else "It has no X509 CRL block"
    raise _bad(f"The file is no revocation list in PEM or DER. {what}.")


def _bad(sentence: str) -> BadInput:
    return BadInput("no_list", sentence, "crl_file")
