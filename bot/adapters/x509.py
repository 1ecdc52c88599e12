"""Reads the certificates of a CA bundle; every byte of them may be hostile.

See: https://www.rfc-editor.org/rfc/rfc5280
"""

from __future__ import annotations

import base64
import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.adapters.public_cas import PublicCas, public_cas
from bot.adapters.x509_algorithms import read_algorithm
from bot.adapters.x509_extensions import read_extensions
from bot.adapters.x509_fields import CertificateFields, certificate_fields
from bot.adapters.x509_keys import PublicKey, read_key
from bot.adapters.x509_names import MAX_NAME_CHARACTERS
from bot.adapters.x509_signatures import SignatureChecks, Signed
from bot.domain.ca_facts import CaFacts, Certificate
from bot.domain.ca_names import imitated, tool_named

# How many certificates of one name are tried as an issuer.
_MOST_ISSUERS = 8
MESSAGE_CHECK_MICROSECONDS = 12_000
"""How long the signatures of one message's certificates may take to check, in about microseconds of one core."""
_RUST_PANICS = "pyo3_runtime"


@dataclass(frozen=True, slots=True)
class _Read:
    """A certificate's fields, its key and its signature, and what we say of it."""

    fields: CertificateFields
    key: PublicKey
    signed: Signed
    facts: Certificate


class CertificateReader:
    """Reads the CA bundles of one message: each certificate once, and all within one bounded amount of work.

    Signatures are checked as long as ``check_microseconds`` last: with what a message gets, those of some hundred usual
    certificates. Beyond it, whether a certificate is self-signed stays open, and ``signatures_left_out`` says so.
    """

    def __init__(
        self, longest_name: int = MAX_NAME_CHARACTERS, check_microseconds: int = MESSAGE_CHECK_MICROSECONDS
    ) -> None:
        self._longest_name = longest_name
        self._checks = SignatureChecks(check_microseconds)
        self._public = public_cas()
        self._known: dict[str, _Read | None] = {}

    def __call__(self, blocks: tuple[str, ...]) -> CaFacts:
        """Read PEM blocks with one certificate each, in their order; the same certificate is kept once.

        A block that can't be read gives one line in ``unreadable``, with its number from 1. Subject and issuer are
        written as RFC 4514 says, at most so many characters of each.
        """
        left_out_before = self._checks.left_out
        # What the library warns of is hostile input here, not our mistake.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = [self._take(block) for block in blocks]
            each_once = {one.facts.sha256: one for one in read if one is not None}
            certificates = _linked(list(each_once.values()), self._checks)
        broken = tuple(number for number, one in enumerate(read, start=1) if one is None)
        times = Counter(one.facts.sha256 for one in read if one is not None)
        return CaFacts(
            certificates,
            tuple(f"block {number} of {len(blocks)} can't be read as a certificate" for number in broken),
            broken,
            tuple(sha256 for sha256, count in times.items() if count > 1),
            signatures_left_out=self._checks.left_out > left_out_before,
        )

    def _take(self, block: str) -> _Read | None:
        if block not in self._known:
            self._known[block] = self._read_block(block)
        return self._known[block]

    def _read_block(self, block: str) -> _Read | None:
        try:
            return self._read(certificate_fields(_der(block)))
        except ValueError:
            return None
        except BaseException as error:
            # A panic in the library's Rust is no Exception; it means that these bytes can't be read.
            if type(error).__module__ == _RUST_PANICS:
                return None
            raise

    def _read(self, fields: CertificateFields) -> _Read:
        key = read_key(fields.public_key)
        signed = Signed(fields.signed, fields.signature, read_algorithm(fields.algorithm))
        said = read_extensions(fields)
        name = fields.subject.attributes()
        facts = Certificate(
            subject=fields.subject.text(self._longest_name),
            issuer=fields.issuer.text(self._longest_name),
            serial_hex=f"{fields.serial_number:x}",
            sha256=fields.sha256,
            spki_sha256=fields.public_key_sha256,
            not_before=fields.not_before,
            not_after=fields.not_after,
            key_type=key.family,
            key_bits=key.bits,
            signature_algorithm=signed.algorithm.name,
            is_ca=said.is_ca,
            self_issued=fields.subject.compared == fields.issuer.compared,
            self_signed=self._checks.made_by(signed, key.checking),
            curve=key.curve,
            version=fields.version,
            path_length=said.path_length,
            key_usage=said.key_usage,
            signature_hash=signed.algorithm.hashed,
            subject_key_id=said.subject_key_id,
            authority_key_id=said.authority_key_id,
            sans=said.sans,
            crl_urls=said.crl_urls,
            ocsp_urls=said.ocsp_urls,
            ca_issuer_urls=said.ca_issuer_urls,
            public_root=self._public.by_key.get(fields.public_key_sha256),
            public_issuer=_public_issuer(fields, signed, self._checks, self._public),
            named_like=imitated(name, self._public.names),
            named_by_tool=tool_named(name),
        )
        return _Read(fields, key, signed, facts)


def read_certificates(blocks: tuple[str, ...]) -> CaFacts:
    """Read one bundle by itself, as :class:`CertificateReader` does."""
    return CertificateReader()(blocks)


def _der(block: str) -> bytes:
    lines = block.split()
    return base64.b64decode("".join(lines[2:-2]), validate=True)


def _public_issuer(fields: CertificateFields, signed: Signed, checks: SignatureChecks, public: PublicCas) -> str | None:
    """The public root whose key signed the certificate."""
    roots = public.by_subject.get(fields.issuer.compared, ())
    signer = next((root for root in roots if checks.made_by(signed, read_key(root.public_key).checking)), None)
    return None if signer is None else public.by_sha256[signer.sha256]


def _linked(read: Sequence[_Read], checks: SignatureChecks) -> tuple[Certificate, ...]:
    """Name for each certificate the one of the bundle that issued it, and the public CA at the end of that way."""
    by_subject: dict[object, list[_Read]] = defaultdict(list)
    by_key_id: dict[object, list[_Read]] = defaultdict(list)
    for one in read:
        by_subject[one.fields.subject.compared].append(one)
        by_key_id[one.fields.subject.compared, one.facts.subject_key_id].append(one)
    linked: dict[str, Certificate] = {}
    for one in read:
        issuer_name = one.fields.issuer.compared
        # The certificate whose key identifier is named is the most likely one.
        likely = by_key_id.get((issuer_name, one.facts.authority_key_id), [])[: _MOST_ISSUERS + 1]
        others = by_subject.get(issuer_name, [])[: 2 * _MOST_ISSUERS + 2]
        issuer, is_checked = _issuer(one, (*likely, *others), checks)
        is_alone = issuer is None and is_checked is None
        linked[one.facts.sha256] = (
            one.facts if is_alone else replace(one.facts, issuer_sha256=issuer, issuer_checked=is_checked)
        )
    return tuple(_with_public_end(facts, linked) for facts in linked.values())


def _issuer(one: _Read, candidates: Sequence[_Read], checks: SignatureChecks) -> tuple[str | None, bool | None]:
    if one.facts.self_signed:
        return None, None
    named = None
    others = {other.facts.sha256: other for other in candidates if other is not one}
    for other in islice(others.values(), _MOST_ISSUERS):
        is_made = checks.made_by(one.signed, other.key.checking)
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
