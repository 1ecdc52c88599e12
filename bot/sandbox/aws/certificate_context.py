"""What a certificate says to a role's trust policy: the tags, the source identity and the source of a CreateSession.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
"""

from collections.abc import Iterator, Mapping

from cryptography import x509
from cryptography.x509.oid import NameOID

from .conditions import Context

# A longer common name no longer fits a source identity together with "CN=".
_LONGEST_CN_WITH_PREFIX = 61


def session_context(anchor_arn: str, mappings: Mapping[str, list[str]], leaf: x509.Certificate) -> Context:
    """The condition keys that a role's trust policy sees.

    Args:
        anchor_arn: The trust anchor, which is the source of the call.
        mappings: The profile's attribute mappings: field to specifiers, such as `{"x509Subject": ["*"]}`.
        leaf: The caller's certificate.
    """
    tags = {f"x509Subject/{name}": value for name, value in _mapped(leaf.subject, mappings.get("x509Subject", []))}
    tags |= {f"x509Issuer/{name}": value for name, value in _mapped(leaf.issuer, mappings.get("x509Issuer", []))}
    tags |= {f"x509SAN/{name}": value for name, value in _alternative_names(leaf, mappings.get("x509SAN", []))}
    keys = {
        "aws:SourceArn": anchor_arn,
        "aws:SourceAccount": anchor_arn.split(":")[4],
        "sts:SourceIdentity": source_identity_of(leaf),
        **{f"aws:PrincipalTag/{name}": value for name, value in tags.items()},
        **{f"aws:RequestTag/{name}": value for name, value in tags.items()},
    }
    return {name.lower(): (value,) for name, value in keys.items()}


def serial_of(leaf: x509.Certificate) -> str:
    """The serial number in small hexadecimal digits of even length, as session names have it."""
    digits = f"{leaf.serial_number:x}"
    return digits if len(digits) % 2 == 0 else f"0{digits}"


def source_identity_of(leaf: x509.Certificate) -> str:
    """The source identity that the service sets."""
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not names:
        return f"ID={serial_of(leaf)}"
    name = str(names[0].value)
    return f"CN={name}" if len(name) <= _LONGEST_CN_WITH_PREFIX else name


def _mapped(name: x509.Name, specifiers: list[str]) -> Iterator[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for attribute in name:
        found.setdefault(attribute.rfc4514_attribute_name, []).append(str(attribute.value))
    for key, values in found.items():
        if "*" in specifiers or key in specifiers:
            yield key, "/".join(values)


def _alternative_names(leaf: x509.Certificate, specifiers: list[str]) -> Iterator[tuple[str, str]]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for kind, key in ((x509.DNSName, "DNS"), (x509.UniformResourceIdentifier, "URI")):
        # Only the first name of each kind becomes a tag.
        found = names.get_values_for_type(kind)
        if found and ("*" in specifiers or key in specifiers):
            yield key, str(found[0])
