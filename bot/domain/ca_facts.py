"""What the certificates of a CA say about themselves; ``ca_findings`` says what is odd about that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of the bundle. Everything in it but hashes and numbers was written by whoever made it.

    ``sha256`` is over the DER, ``spki_sha256`` over the public key, both lower-case hex without colons, as are
    ``subject_key_id`` and ``authority_key_id``. ``key_type`` is the family (RSA, EC, Ed25519, ML-DSA-65 …), ``curve``
    names the curve of an EC key. ``key_bits`` is None for keys whose size says nothing.

    ``self_issued`` compares the names. ``self_signed`` is True or False only when the signature was checked with the
    certificate's own key, and None where it could not be checked. ``issuer_sha256`` is the certificate of the same
    bundle that issued this one; ``issuer_checked`` is True when its key verified the signature, and None when only
    the names could be compared.

    ``is_ca``, ``key_usage`` and ``version`` are None where they could not be read; ``key_usage`` is empty when the
    certificate does not state any. Addresses are kept as text and never fetched.

    ``public_root`` names the public web CA whose key this is, ``public_issuer`` the one that signed it; ``named_like``
    is a well-known public CA whose name this certificate carries or imitates, ``named_by_tool`` the program whose
    default name it has.

    See: https://www.rfc-editor.org/rfc/rfc5280
    """

    subject: str
    issuer: str
    serial_hex: str
    sha256: str
    spki_sha256: str
    not_before: datetime
    not_after: datetime
    key_type: str
    key_bits: int | None
    signature_algorithm: str
    is_ca: bool | None
    self_issued: bool
    self_signed: bool | None
    # All that follows has a default, so that older logs stay readable.
    curve: str | None = None
    version: int | None = None
    path_length: int | None = None
    key_usage: tuple[str, ...] | None = None
    signature_hash: str | None = None
    subject_key_id: str | None = None
    authority_key_id: str | None = None
    sans: tuple[str, ...] = ()
    crl_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    ca_issuer_urls: tuple[str, ...] = ()
    issuer_sha256: str | None = None
    issuer_checked: bool | None = None
    public_root: str | None = None
    public_issuer: str | None = None
    named_like: str | None = None
    named_by_tool: str | None = None


@dataclass(frozen=True, slots=True)
class CaFacts:
    """The certificates in the bundle's order, each once, and one line for each block that could not be read.

    ``unreadable_blocks`` are the numbers of those blocks, from 1; ``doubles`` the SHA-256 of each certificate that
    stood there more than once. ``signatures_left_out`` says that not all signatures were checked, because the bundle
    would have taken more work than one message may; whether those certificates are self-signed stays open.
    """

    certificates: tuple[Certificate, ...] = ()
    unreadable: tuple[str, ...] = ()
    unreadable_blocks: tuple[int, ...] = ()
    doubles: tuple[str, ...] = ()
    signatures_left_out: bool = False


ReadCertificates: TypeAlias = Callable[[tuple[str, ...]], CaFacts]
"""Reads PEM blocks with one certificate each, as often as it is asked to."""


@dataclass(frozen=True, slots=True)
class RedFlag:
    """Something that a responder should know: a stable code and one plain sentence."""

    code: str
    sentence: str
