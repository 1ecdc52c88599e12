"""What is odd about the certificates of a CA: findings with stable codes, and the red flags that a card shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta

from bot.domain.ca_facts import CaFacts, Certificate, RedFlag
from bot.domain.strange_text import strange_sentence


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd: a stable code, the SHA-256 of the certificate (None: the bundle as a whole), one sentence.

    The sentence holds no text of the certificate.
    """

    code: str
    certificate: str | None
    message: str


SAME_KEY = "same_key_elsewhere"
"""The code of a public key that was seen elsewhere."""
SAME_KEY_HARMLESS = "same_key_harmless"
"""The same, where people closed every other case of it as harmless: its flag takes the place of the other."""
SAME_KEYS = frozenset({SAME_KEY, SAME_KEY_HARMLESS})
"""What a report says of a CA's keys in other cases."""

FINDING_CODES = (
    "published_private_key",
    "private_key_inside",
    "imitates_public_ca",
    "public_root",
    "issued_by_public_ca",
    SAME_KEY,
    "strange_name",
    "fresh_ca",
    "not_yet_valid_ca",
    "expired_ca",
    "tool_default",
    "weak_hash",
    "weak_key",
    "not_a_ca",
    "no_cert_sign",
    "not_x509_v3",
    "key_type_not_taken",
    "unrelated_certificates",
    "same_key_in_bundle",
    "long_lived_ca",
    "missing_issuer",
    "duplicate_certificate",
)
"""Every code, worst first."""

_NOT_ON_CARDS = frozenset({"missing_issuer", "duplicate_certificate"})
_FRESH = timedelta(hours=24)
_LONG_LIFE_YEARS = 15
_SMALL_RSA_BITS = 2048
# What Roles Anywhere demands of a CA.
# See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
_TAKEN_KEYS = ("RSA", "EC", "ML-DSA-")
_WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1", "sha224"})
_X509_V3 = 3
# See: https://github.com/DataDog/stratus-red-team
_PUBLISHED_CERTIFICATE = "fed87f1d0e4d10c8366be0f5a64e38544370b21600832e2a1c644181f1d6f6d9"
_PUBLISHED_KEY = "f9836c632c21fab97e77fe60f8a75168554a0437cf08eb59cd47e425b30678bf"


def ca_findings(
    facts: CaFacts,
    happened_at: datetime,
    *,
    moment: str = "the call",
    held_private_key: bool = False,
    known_keys: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """Everything odd about a bundle, worst first, then in the bundle's order.

    Args:
        facts: What was read.
        happened_at: When the CA was brought in, aware.
        moment: What happened then, as the sentences shall call it.
        held_private_key: Whether a private key stood among the certificates.
        known_keys: Keys that are known from elsewhere: ``spki_sha256`` to where it was seen, in our own words.
    """
    found = [finding for one in facts.certificates for finding in _of_one(one, happened_at, moment)]
    found += _of_bundle(facts)
    found += same_keys(facts, known_keys or {})
    if held_private_key:
        found.append(
            Finding("private_key_inside", None, "A private key stands among the certificates. It was not kept.")
        )
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: FINDING_CODES.index(finding.code)))


def same_keys(facts: CaFacts, known_keys: Mapping[str, str]) -> Iterator[Finding]:
    """The certificates whose public key was seen elsewhere; arguments as in :func:`ca_findings`."""
    for one in facts.certificates:
        if one.spki_sha256 in known_keys:
            sentence = f"The same public key was seen elsewhere: {known_keys[one.spki_sha256]}."
            yield Finding(SAME_KEY, one.sha256, sentence)


def ca_red_flags(facts: CaFacts, happened_at: datetime) -> tuple[RedFlag, ...]:
    """What a card says about the certificates: the findings that a responder must know, each once, worst first."""
    findings = ca_findings(facts, happened_at)
    flags = [RedFlag(one.code, one.message) for one in findings if one.code not in _NOT_ON_CARDS]
    if any(one.self_signed for one in facts.certificates):
        flags.append(RedFlag("self_signed_ca", "The CA is self-signed: nobody else vouches for it."))
    if facts.unreadable:
        flags.append(RedFlag("unreadable_certificate", "Part of the CA bundle can't be read as a certificate."))
    if facts.signatures_left_out:
        flags.append(
            RedFlag("unchecked_signatures", "Not all signatures of the CA bundle were checked: too much work.")
        )
    return tuple(dict.fromkeys(flags))


def _of_one(one: Certificate, happened_at: datetime, moment: str) -> Iterator[Finding]:
    for code, sentence in (
        *_of_origin(one),
        *_of_names(one),
        *_of_dates(one, happened_at, moment),
        *_of_demands(one),
        *_of_strength(one),
    ):
        yield Finding(code, one.sha256, sentence)


def _of_origin(one: Certificate) -> Iterator[tuple[str, str]]:
    if one.sha256 == _PUBLISHED_CERTIFICATE or one.spki_sha256 == _PUBLISHED_KEY:
        yield (
            "published_private_key",
            "The private key of this CA is published with Stratus Red Team: anybody can sign certificates with it.",
        )
    if one.public_root:
        yield "public_root", f"This is the key of a public web CA ({one.public_root}): anybody can buy certificates."
    elif one.public_issuer:
        yield "issued_by_public_ca", f"A public web CA ({one.public_issuer}) signed this certificate."
    elif one.named_like:
        yield (
            "imitates_public_ca",
            f"It is named like a well-known public CA ({one.named_like}), but the key is none of that CA's roots.",
        )
    if one.named_by_tool:
        yield "tool_default", f"It is named as {one.named_by_tool} names a CA when nobody says otherwise."


def _of_names(one: Certificate) -> Iterator[tuple[str, str]]:
    issuer = "" if one.self_issued else one.issuer
    for what, text in (("subject", one.subject), ("issuer", issuer), ("other name", " ".join(one.sans))):
        sentence = strange_sentence(f"A certificate's {what}", text)
        if sentence:
            # Where one is strange the others mostly are as well.
            yield "strange_name", sentence
            break


def _of_dates(one: Certificate, happened_at: datetime, moment: str) -> Iterator[tuple[str, str]]:
    age = happened_at - one.not_before
    if timedelta(0) <= age <= _FRESH:
        yield "fresh_ca", f"The CA is brand new: made {_age_words(age)} before {moment}."
    if one.not_after < happened_at:
        yield "expired_ca", f"A CA certificate had expired before {moment}."
    if one.not_before > happened_at:
        yield "not_yet_valid_ca", f"A CA certificate was not valid yet at the time of {moment}."
    if one.not_after > _years_after(one.not_before, _LONG_LIFE_YEARS):
        yield "long_lived_ca", "A CA certificate lives longer than 15 years."


def _years_after(moment: datetime, years: int) -> datetime:
    if moment.year + years > MAXYEAR:
        return datetime.max.replace(tzinfo=moment.tzinfo)
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        # The 29th of February, in a year that has none.
        return moment.replace(year=moment.year + years, month=3, day=1)


def _of_demands(one: Certificate) -> Iterator[tuple[str, str]]:
    if one.version is not None and one.version != _X509_V3:
        yield "not_x509_v3", "A certificate is not X.509 version 3; Roles Anywhere demands that."
    if one.is_ca is False:
        yield "not_a_ca", "A certificate in the bundle is not marked as a CA; Roles Anywhere demands that."
    if one.key_usage == ():
        yield "no_cert_sign", "A certificate states no key usage; Roles Anywhere demands keyCertSign."
    elif one.key_usage is not None and "keyCertSign" not in one.key_usage:
        yield "no_cert_sign", "A certificate's key usage lacks keyCertSign; Roles Anywhere demands it."
    if one.signature_hash in _WEAK_HASHES:
        yield "weak_hash", f"A certificate is signed over {_hash_words(one)}; Roles Anywhere demands SHA-256 or better."
    if one.version is not None and not one.key_type.startswith(_TAKEN_KEYS):
        yield "key_type_not_taken", "A CA key is neither RSA nor EC nor ML-DSA; Roles Anywhere takes no others."


def _of_strength(one: Certificate) -> Iterator[tuple[str, str]]:
    if one.key_type == "RSA" and one.key_bits is not None and one.key_bits < _SMALL_RSA_BITS:
        yield "weak_key", f"A CA key is weak: RSA with {one.key_bits} bits."


def _of_bundle(facts: CaFacts) -> Iterator[Finding]:
    keys = Counter(one.spki_sha256 for one in facts.certificates)
    for one in facts.certificates:
        if keys[one.spki_sha256] > 1:
            yield Finding("same_key_in_bundle", one.sha256, "Another certificate of the bundle has the same key.")
        if not _is_anchored(one):
            yield Finding("missing_issuer", one.sha256, "The certificate that issued this one is not in the bundle.")
    for sha256 in facts.doubles:
        yield Finding("duplicate_certificate", sha256, "The same certificate stands in the bundle more than once.")
    families = _families(facts.certificates)
    if families > 1:
        sentence = f"The bundle holds {families} CAs that nothing in it connects with each other."
        yield Finding("unrelated_certificates", None, sentence)


def _is_anchored(one: Certificate) -> bool:
    """Whether it needs no other issuer, has one in the bundle, or nobody can tell."""
    return bool(one.self_signed) or one.issuer_sha256 is not None or (one.self_issued and one.self_signed is None)


def _families(certificates: tuple[Certificate, ...]) -> int:
    """How many groups the certificates fall into, where an issuer or the same key joins two of them.

    Two that name the same issuer, which is not in the bundle, have that issuer in common.
    """
    family = {name: name for one in certificates for name in (one.sha256, one.spki_sha256, _named_issuer(one))}

    def head(name: str) -> str:
        while family[name] != name:
            family[name] = family[family[name]]
            name = family[name]
        return name

    for one in certificates:
        family[head(one.sha256)] = head(one.spki_sha256)
        if one.issuer_sha256 in family:
            family[head(one.sha256)] = head(one.issuer_sha256)
        elif not _is_anchored(one) and not one.self_issued:
            family[head(one.sha256)] = head(_named_issuer(one))
    return len({head(one.sha256) for one in certificates})


def _named_issuer(one: Certificate) -> str:
    return f"{one.authority_key_id} {one.issuer}"


def _hash_words(one: Certificate) -> str:
    name = (one.signature_hash or "").upper()
    return name.replace("SHA", "SHA-", 1)


def _age_words(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:  # noqa: PLR2004 - Up to two hours, minutes read better.
        return f"{minutes} minutes" if minutes > 1 else "1 minute"
    return f"{minutes // 60} hours"
