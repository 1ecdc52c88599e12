"""What the names in certificates claim: an organization, a provider.

Whoever makes a CA chooses them, so they prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.domain.ca_facts import Certificate

_MOST_PARTS = 64
_LONGEST_VALUE = 128
# A backslash takes the next character with it.
_PART = re.compile(r"((?:[^\\,+]|\\.?)*)(?:[,+]|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2})|\\(.)", re.DOTALL)
_PROVIDERS = {
    "Venafi": r"venafi",
    "DigiCert": r"digicert",
    "Entrust": r"entrust",
    "Sectigo": r"sectigo|comodo",
    "GlobalSign": r"globalsign",
    "Keyfactor": r"keyfactor|ejbca",
    "HashiCorp Vault": r"(hashicorp[ -]?)?vault",
    "Smallstep": r"smallstep|step[ -]ca",
    "Teleport": r"teleport",
    "SPIFFE": r"spiffe|spire",
    "cert-manager": r"cert[ -]manager",
    "Istio": r"istio|istiod",
    "Microsoft AD CS": r"adcs|active directory certificate services",
    "AWS Private CA": r"acm[ -]?pca|aws private ca",
    "Google CAS": r"google cas|certificate authority service",
    "Let's Encrypt": r"let'?s encrypt|isrg",
    "FreeIPA": r"freeipa|ipa\.test",
    "OpenVPN Easy-RSA": r"easy[ -]?rsa",
    "Puppet": r"puppet ca",
    "Kubernetes": r"kubernetes(-ca)?",
}


def name_parts(text: str) -> tuple[tuple[str, str], ...]:
    """A name of RFC 4514 as pairs of type and value, at most 64, in its order; what is no pair is left out.

    See: https://www.rfc-editor.org/rfc/rfc4514#section-3
    """
    return tuple(_parts(text))[:_MOST_PARTS]


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for match in _PART.finditer(text):
        kind, equals, value = match[1].partition("=")
        if equals and value:
            yield kind.strip().upper(), _unescaped(value)[:_LONGEST_VALUE]


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], value)


def organizations(certificates: Iterable[Certificate]) -> tuple[str, ...]:
    """Every organization (O) that subjects and issuers name, each once."""
    return _values(certificates, "O")


def units(certificates: Iterable[Certificate]) -> tuple[str, ...]:
    """Every organizational unit (OU) that subjects and issuers name, each once."""
    return _values(certificates, "OU")


def _values(certificates: Iterable[Certificate], kind: str) -> tuple[str, ...]:
    names = (name for one in certificates for name in (one.subject, one.issuer))
    return tuple(dict.fromkeys(value for name in names for one, value in name_parts(name) if one == kind))


def providers_named(certificates: Iterable[Certificate]) -> tuple[str, ...]:
    """The providers and tools of PKI that the names of certificates hint at, each once."""
    texts = [text for one in certificates for text in (*_name_values(one), *one.sans)]
    said = "\n".join(text[:_LONGEST_VALUE].casefold() for text in texts[: _MOST_PARTS * 2])
    # Letters around a name would make another word of it.
    return tuple(name for name, words in _PROVIDERS.items() if re.search(rf"(?<![a-z])(?:{words})(?![a-z])", said))


def _name_values(one: Certificate) -> Iterator[str]:
    for name in (one.subject, one.issuer):
        yield from (value for kind, value in name_parts(name) if kind in ("CN", "O", "OU"))
