"""Cuts the names and the key out of a certificate as they stand in its DER, so that they can be compared as bytes.

See: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509

from bot.adapters.der import element

_VERSION_TAG = b"\xa0"


@dataclass(frozen=True)
class TbsFields:
    """Issuer, subject and SubjectPublicKeyInfo, each a whole DER element."""

    issuer: bytes
    subject: bytes
    public_key: bytes

    @cached_property
    def public_key_sha256(self) -> str:
        """The usual fingerprint of a key, lower-case hex; keys that nobody can load have one too."""
        return hashlib.sha256(self.public_key).hexdigest()


def tbs_fields(certificate: x509.Certificate) -> TbsFields:
    """Cut a certificate's fields out.

    Raises:
        ValueError: they are not where they must be.
    """
    tbs = certificate.tbs_certificate_bytes
    start, _ = element(tbs, 0)
    if tbs[start : start + 1] == _VERSION_TAG:
        start = element(tbs, start)[1]
    fields = []
    # Serial number, algorithm, issuer, validity, subject, key.
    for _ in range(6):
        content, end = element(tbs, start)
        if not start < content <= end <= len(tbs):
            raise ValueError("a field is missing in the certificate")
        fields.append(tbs[start:end])
        start = end
    return TbsFields(issuer=fields[2], subject=fields[4], public_key=fields[5])
