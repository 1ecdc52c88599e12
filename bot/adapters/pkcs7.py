"""Takes the certificates out of a PKCS #7 bundle, such as a ``.p7b`` file.

See: https://www.rfc-editor.org/rfc/rfc5652#section-5.1
"""

from __future__ import annotations

from bot.adapters.der import OBJECT_IDENTIFIER, SEQUENCE, elements, identifier, only

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CERTIFICATES_TAG = 0xA0


def carried_certificates(der: bytes) -> tuple[bytes, ...] | None:
    """The certificates in SignedData, as DER in their order; None when the bytes are nothing of the kind."""
    try:
        kind, *rest = elements(only(der))
        if kind.tag != OBJECT_IDENTIFIER or identifier(kind.content) != _SIGNED_DATA or not rest:
            return None
        return tuple(
            certificate.whole
            for field in elements(only(rest[0].content))
            if field.tag == _CERTIFICATES_TAG
            for certificate in elements(field.content)
            if certificate.tag == SEQUENCE
        )
    except ValueError:
        return None
