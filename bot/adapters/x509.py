"""Reads the certificates of a CA bundle; every byte of them may be hostile.

See: https://www.rfc-editor.org/rfc/rfc5280
See: https://cryptography.io/en/latest/x509/reference/
"""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from bot.adapters.public_cas import PublicCas, public_cas
from bot.adapters.x509_extensions import read_extensions
from bot.adapters.x509_fields import TbsFields, tbs_fields
from bot.adapters.x509_keys import UNREADABLE, key_kind
from bot.adapters.x509_names import attributes, name_text
from bot.adapters.x509_signatures import SignatureChecks, signature_algorithm, signature_hash
from bot.domain.ca_facts import CaFacts, Certificate
from bot.domain.ca_names import imitated, tool_named

_VERSIONS = {x509.Version.v1: 1, x509.Version.v3: 3}
# How many certificates of one name are tried as an issuer.
_MOST_ISSUERS = 8
_RUST_PANICS = "pyo3_runtime"


@dataclass(frozen=True, slots=True)
class _Read:
    """A certificate as the library has it, its fields as bytes, and what we say of it."""

    source: x509.Certificate
    fields: TbsFields
    facts: Certificate


def read_certificates(blocks: tuple[str, ...]) -> CaFacts:
    """Read PEM blocks with one certificate each, in their order; the same certificate is kept once.

    A block that can't be read gives one line in ``unreadable``, with its number from 1. Subject and issuer are
    written as RFC 4514 says, at most 2,048 characters of each. Signatures are checked up to a bounded amount of
    work (more than 100 usual certificates); beyond it, whether they are self-signed stays open.
    """
    read: dict[str, _Read] = {}
    seen: Counter[str] = Counter()
    broken: list[int] = []
    checks = SignatureChecks()
    # What the library warns of (such as a negative serial number) is hostile input here, not our mistake.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, block in enumerate(blocks, start=1):
            found = _read_block(block, read, checks)
            if found is None:
                broken.append(number)
            else:
                read.setdefault(found.facts.sha256, found)
                seen[found.facts.sha256] += 1
        certificates = _linked(list(read.values()), checks)
    return CaFacts(
        certificates,
        tuple(f"block {number} of {len(blocks)} can't be read as a certificate" for number in broken),
        tuple(broken),
        tuple(sha256 for sha256, times in seen.items() if times > 1),
    )


def _read_block(block: str, known: Mapping[str, _Read], checks: SignatureChecks) -> _Read | None:
    try:
        source = x509.load_pem_x509_certificate(block.encode())
        sha256 = source.fingerprint(hashes.SHA256()).hex()
        before = known.get(sha256)
        if before is not None:
            return before
        fields = tbs_fields(source)
        return _Read(source, fields, _facts(source, sha256, fields, checks))
    except UNREADABLE:
        return None
    except BaseException as error:
        # A panic in the library's Rust is no Exception; it means that these bytes can't be read.
        if type(error).__module__ == _RUST_PANICS:
            return None
        raise


def _facts(certificate: x509.Certificate, sha256: str, fields: TbsFields, checks: SignatureChecks) -> Certificate:
    public = public_cas()
    kind = key_kind(certificate)
    said = read_extensions(certificate)
    subject = certificate.subject
    name, subject_text = attributes(subject), name_text(subject)
    is_same_name = fields.subject == fields.issuer
    return Certificate(
        subject=subject_text,
        issuer=subject_text if is_same_name else name_text(certificate.issuer),
        serial_hex=f"{certificate.serial_number:x}",
        sha256=sha256,
        spki_sha256=fields.public_key_sha256,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key_type=kind.family,
        key_bits=kind.bits,
        signature_algorithm=signature_algorithm(certificate),
        is_ca=said.is_ca,
        self_issued=is_same_name or subject == certificate.issuer,
        self_signed=checks.made_by(certificate, certificate),
        curve=kind.curve,
        version=_VERSIONS.get(certificate.version),
        path_length=said.path_length,
        key_usage=said.key_usage,
        signature_hash=signature_hash(certificate),
        subject_key_id=said.subject_key_id,
        authority_key_id=said.authority_key_id,
        sans=said.sans,
        crl_urls=said.crl_urls,
        ocsp_urls=said.ocsp_urls,
        ca_issuer_urls=said.ca_issuer_urls,
        public_root=public.by_key.get(fields.public_key_sha256),
        public_issuer=_public_issuer(certificate, fields.issuer, checks, public),
        named_like=imitated(name, public.names),
        named_by_tool=tool_named(name),
    )


def _public_issuer(
    certificate: x509.Certificate, issuer: bytes, checks: SignatureChecks, public: PublicCas
) -> str | None:
    """The public root whose key signed the certificate."""
    roots = public.by_subject.get(issuer, ())
    signer = next((root for root in roots if checks.made_by(certificate, root)), None)
    return None if signer is None else public.by_sha256[signer.fingerprint(hashes.SHA256()).hex()]


def _linked(read: Sequence[_Read], checks: SignatureChecks) -> tuple[Certificate, ...]:
    """Name for each certificate the one of the bundle that issued it, and the public CA at the end of that way."""
    by_subject: dict[bytes, list[_Read]] = defaultdict(list)
    for one in read:
        by_subject[one.fields.subject].append(one)
    linked: dict[str, Certificate] = {}
    for one in read:
        issuer, is_checked = _issuer(one, by_subject.get(one.fields.issuer, ()), checks)
        is_alone = issuer is None and is_checked is None
        linked[one.facts.sha256] = (
            one.facts if is_alone else replace(one.facts, issuer_sha256=issuer, issuer_checked=is_checked)
        )
    return tuple(_with_public_end(facts, linked) for facts in linked.values())


def _issuer(one: _Read, candidates: Sequence[_Read], checks: SignatureChecks) -> tuple[str | None, bool | None]:
    if one.facts.self_signed:
        return None, None
    named = None
    others = [other for other in candidates if other is not one]
    # The certificate whose key identifier is named is the most likely one.
    others.sort(key=lambda other: other.facts.subject_key_id != one.facts.authority_key_id)
    for other in others[:_MOST_ISSUERS]:
        is_made = checks.made_by(one.source, other.source)
        if is_made:
            return other.facts.sha256, True
        if is_made is None:
            named = named or other.facts.sha256
    return named, None


def _with_public_end(one: Certificate, linked: Mapping[str, Certificate]) -> Certificate:
    end = _public_end(one, linked)
    return one if end == one.public_issuer else replace(one, public_issuer=end)


def _public_end(one: Certificate, linked: Mapping[str, Certificate]) -> str | None:
    """The public CA that a certificate comes from, through issuers of the bundle whose signatures were checked."""
    passed: set[str] = set()
    here = one
    while here.public_issuer is None and here.issuer_checked and here.sha256 not in passed:
        passed.add(here.sha256)
        here = linked[here.issuer_sha256 or here.sha256]
        if here.public_root:
            return here.public_root
    return here.public_issuer
