"""Reads the extensions of a certificate; one that is broken leaves its field unknown, and the others readable.

See: https://www.rfc-editor.org/rfc/rfc5280#section-4.2
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias, TypeVar

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from bot.adapters.x509_keys import UNREADABLE

_MAX_ENTRIES = 64
_MAX_ENTRY_CHARACTERS = 512
# The names of RFC 5280, by those of the library.
_USAGES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}
_AGREEMENT_USAGES = {"encipher_only": "encipherOnly", "decipher_only": "decipherOnly"}

E = TypeVar("E", bound=x509.ExtensionType)
_ByKind: TypeAlias = Mapping[type[x509.ExtensionType], x509.ExtensionType]


@dataclass(frozen=True, slots=True)
class ExtensionFacts:
    """What the extensions say; the fields are those of :class:`bot.domain.ca_facts.Certificate`."""

    is_ca: bool | None = None
    path_length: int | None = None
    key_usage: tuple[str, ...] | None = None
    subject_key_id: str | None = None
    authority_key_id: str | None = None
    sans: tuple[str, ...] = ()
    crl_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    ca_issuer_urls: tuple[str, ...] = ()


def read_extensions(certificate: x509.Certificate) -> ExtensionFacts:
    """Read what is shown of the extensions: at most 64 names or addresses of a kind, 512 characters of each."""
    try:
        extensions = certificate.extensions
    except (*UNREADABLE, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        # The library reads all of them or none.
        return ExtensionFacts()
    by_kind: _ByKind = {type(one.value): one.value for one in extensions}
    constraints = _value(by_kind, x509.BasicConstraints)
    usage = _value(by_kind, x509.KeyUsage)
    subject_key, authority_key = (
        _value(by_kind, x509.SubjectKeyIdentifier),
        _value(by_kind, x509.AuthorityKeyIdentifier),
    )
    return ExtensionFacts(
        is_ca=constraints is not None and constraints.ca,
        path_length=constraints.path_length if constraints is not None else None,
        key_usage=_usages(usage),
        subject_key_id=_hex(subject_key.digest if subject_key else None),
        authority_key_id=_hex(authority_key.key_identifier if authority_key else None),
        sans=_shown(_value(by_kind, x509.SubjectAlternativeName) or ()),
        crl_urls=_shown(_crl_names(by_kind)),
        ocsp_urls=_shown(_access(by_kind, AuthorityInformationAccessOID.OCSP)),
        ca_issuer_urls=_shown(_access(by_kind, AuthorityInformationAccessOID.CA_ISSUERS)),
    )


def _value(by_kind: _ByKind, kind: type[E]) -> E | None:
    found = by_kind.get(kind)
    return found if isinstance(found, kind) else None


def _usages(usage: x509.KeyUsage | None) -> tuple[str, ...]:
    if usage is None:
        return ()
    named = dict(_USAGES)
    if usage.key_agreement:
        # The library refuses to name these two without it.
        named |= _AGREEMENT_USAGES
    return tuple(name for attribute, name in named.items() if getattr(usage, attribute))


def _hex(identifier: bytes | None) -> str | None:
    return None if identifier is None else identifier.hex()[:_MAX_ENTRY_CHARACTERS]


def _crl_names(by_kind: _ByKind) -> Iterator[x509.GeneralName]:
    for point in islice(_value(by_kind, x509.CRLDistributionPoints) or (), _MAX_ENTRIES):
        yield from point.full_name or ()


def _access(by_kind: _ByKind, method: x509.ObjectIdentifier) -> Iterator[x509.GeneralName]:
    descriptions = islice(_value(by_kind, x509.AuthorityInformationAccess) or (), _MAX_ENTRIES)
    return (one.access_location for one in descriptions if one.access_method == method)


def _shown(names: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    return tuple(_text(name)[:_MAX_ENTRY_CHARACTERS] for name in islice(names, _MAX_ENTRIES))


def _text(name: x509.GeneralName) -> str:
    if isinstance(name, x509.DirectoryName):
        return f"DirName:{name.value.rfc4514_string()}"
    if isinstance(name, x509.OtherName):
        return f"othername:{name.type_id.dotted_string}"
    if isinstance(name, x509.RegisteredID):
        return f"RID:{name.value.dotted_string}"
    kinds = {x509.DNSName: "DNS", x509.RFC822Name: "email", x509.UniformResourceIdentifier: "URI", x509.IPAddress: "IP"}
    return f"{kinds.get(type(name), 'name')}:{name.value}"
