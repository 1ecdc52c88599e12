"""The names in a certificate: as RFC 4514 text, and as pairs of type and value.

See: https://www.rfc-editor.org/rfc/rfc4514
"""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID

_MAX_CHARACTERS = 2048
_MAX_ATTRIBUTES = 512
_KINDS = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.LOCALITY_NAME: "L",
    NameOID.STATE_OR_PROVINCE_NAME: "ST",
    NameOID.COUNTRY_NAME: "C",
}


def name_text(name: x509.Name) -> str:
    """The name as RFC 4514 writes it, last part first; at most 2,048 characters."""
    return name.rfc4514_string()[:_MAX_CHARACTERS]


def attributes(name: x509.Name) -> tuple[tuple[str, str], ...]:
    """The parts of a name in their order, at most 512: CN, O, OU, L, ST, C, or the number of another type."""
    parts = list(name)[:_MAX_ATTRIBUTES]
    return tuple((_KINDS.get(part.oid, part.oid.dotted_string), _plain(part.value)) for part in parts)


def short_name(name: x509.Name) -> str:
    """What a CA of a public list goes by: its common name, or the first unit or organisation that it has."""
    by_kind = dict(reversed(attributes(name)))
    return by_kind.get("CN") or by_kind.get("OU") or by_kind.get("O") or name_text(name)


def _plain(value: str | bytes) -> str:
    return value if isinstance(value, str) else ""
