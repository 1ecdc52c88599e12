"""Reads the extensions of a certificate; one that is broken leaves its field unknown, and the others readable.

See: https://www.rfc-editor.org/rfc/rfc5280#section-4.2
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeAlias, TypeVar

from bot.adapters.der import BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, Element, elements, identifier, only
from bot.adapters.x509_fields import CertificateFields
from bot.adapters.x509_names import Name

_MAX_ENTRIES = 64
_MAX_ENTRY_CHARACTERS = 512
_MOST_PATH_LENGTH = 1 << 31
_SUBJECT_KEY, _USAGE, _ALTERNATIVE_NAMES, _CONSTRAINTS = "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19"
_CRL_POINTS, _ISSUER_KEY, _ACCESS = "2.5.29.31", "2.5.29.35", "1.3.6.1.5.5.7.1.1"
_OCSP, _CA_ISSUERS = "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.48.2"
# In the order of their bits.
_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)
# The tags of a GeneralName; of a distribution point's name, and of the names in it.
_OTHER_NAME, _DIRECTORY_NAME, _ADDRESS, _REGISTERED_ID = 0xA0, 0xA4, 0x87, 0x88
_TEXT_NAMES = {0x81: "email", 0x82: "DNS", 0x86: "URI"}
_NAME_OF_POINT = 0xA0
_KEY_ID = 0x80

Values: TypeAlias = Mapping[str, bytes | None]

T = TypeVar("T")


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


def read_extensions(certificate: CertificateFields) -> ExtensionFacts:
    """Read what is shown of the extensions: at most 64 names or addresses of a kind, 512 characters of each."""
    values = certificate.extensions
    if values is None:
        return ExtensionFacts()

    is_ca, path_length = _read(values, _CONSTRAINTS, _constraints, _Limits(is_ca=False), _Limits())
    no_usages: tuple[str, ...] | None = ()
    access: tuple[tuple[str, str], ...] = _listed(values, _ACCESS, _access)
    return ExtensionFacts(
        is_ca=is_ca,
        path_length=path_length,
        key_usage=_read(values, _USAGE, _usages, no_usages, None),
        subject_key_id=_read(values, _SUBJECT_KEY, _subject_key, None, None),
        authority_key_id=_read(values, _ISSUER_KEY, _issuer_key, None, None),
        sans=_listed(values, _ALTERNATIVE_NAMES, lambda value: _shown(elements(only(value)))),
        crl_urls=_listed(values, _CRL_POINTS, lambda value: _shown(_crl_names(value))),
        ocsp_urls=tuple(name for method, name in access if method == _OCSP),
        ca_issuer_urls=tuple(name for method, name in access if method == _CA_ISSUERS),
    )


class _Limits(NamedTuple):
    is_ca: bool | None = None
    path_length: int | None = None


def _read(values: Values, kind: str, reader: Callable[[bytes], T], absent: T, broken: T) -> T:
    if kind not in values:
        return absent
    value = values[kind]
    try:
        return broken if value is None else reader(value)
    except ValueError:
        return broken


def _listed(values: Values, kind: str, reader: Callable[[bytes], tuple[T, ...]]) -> tuple[T, ...]:
    return _read(values, kind, reader, (), ())


def _constraints(value: bytes) -> _Limits:
    is_ca, path_length = False, None
    for part in elements(only(value)):
        if part.tag == BOOLEAN and part.content:
            is_ca = any(part.content)
        elif part.tag == INTEGER and part.content:
            length = int.from_bytes(part.content, "big", signed=True)
            path_length = min(length, _MOST_PATH_LENGTH) if length >= 0 else None
        else:
            raise ValueError("no basic constraints")
    return _Limits(is_ca, path_length)


def _subject_key(value: bytes) -> str | None:
    return _hex(only(value, OCTET_STRING))


def _usages(value: bytes) -> tuple[str, ...]:
    bits = only(value, BIT_STRING)[1:3].ljust(2, b"\0")
    stated = int.from_bytes(bits, "big")
    return tuple(name for place, name in enumerate(_USAGES) if stated & 0x8000 >> place)


def _issuer_key(value: bytes) -> str | None:
    return next((_hex(part.content) for part in elements(only(value)) if part.tag == _KEY_ID), None)


def _hex(identifier_bytes: bytes) -> str:
    return identifier_bytes.hex()[:_MAX_ENTRY_CHARACTERS]


def _crl_names(value: bytes) -> Iterator[Element]:
    for point in islice(elements(only(value)), _MAX_ENTRIES):
        for name in (part for part in elements(point.content) if part.tag == _NAME_OF_POINT):
            for full in (part for part in elements(name.content) if part.tag == _NAME_OF_POINT):
                yield from elements(full.content)


def _access(value: bytes) -> tuple[tuple[str, str], ...]:
    pairs = (tuple(elements(one.content)) for one in islice(elements(only(value)), _MAX_ENTRIES))
    return tuple((identifier(pair[0].content), _text(pair[1])[:_MAX_ENTRY_CHARACTERS]) for pair in pairs if pair[1:])


def _shown(names: Iterator[Element]) -> tuple[str, ...]:
    return tuple(_text(name)[:_MAX_ENTRY_CHARACTERS] for name in islice(names, _MAX_ENTRIES))


def _text(name: Element) -> str:
    if name.tag in _TEXT_NAMES:
        return f"{_TEXT_NAMES[name.tag]}:{name.content.decode('latin-1')}"
    if name.tag == _ADDRESS:
        return (
            f"IP:{ipaddress.ip_address(name.content)}" if len(name.content) in (4, 16) else f"IP:{name.content.hex()}"
        )
    if name.tag == _DIRECTORY_NAME:
        return f"DirName:{Name(name.content).text(_MAX_ENTRY_CHARACTERS)}"
    if name.tag == _OTHER_NAME:
        return f"othername:{identifier(next(elements(name.content)).content)}"
    if name.tag == _REGISTERED_ID:
        return f"RID:{identifier(name.content)}"
    return f"name:{name.content.hex()}"
