"""Hundreds of real CA certificates: what the product reads of them is what another library reads."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path

import botocore
import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from bot.adapters.x509 import read_certificates
from bot.domain.ca_facts import Certificate
from bot.domain.ca_findings import ca_findings

DAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
LISTS = {"certifi": Path(certifi.where()), "botocore": Path(botocore.__file__).parent / "cacert.pem"}


def roots(name: str) -> list[x509.Certificate]:
    """The roots of a list, as the other library has them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return x509.load_pem_x509_certificates(LISTS[name].read_bytes())


def read(root: x509.Certificate) -> Certificate:
    """What the product says of one."""
    (one,) = read_certificates((root.public_bytes(Encoding.PEM).decode(),)).certificates
    return one


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("name", LISTS)
def test_every_field_is_what_another_library_reads(name: str) -> None:
    """Names, numbers, hashes, dates, keys and extensions of every root of the list."""
    for root in roots(name):
        one, key = read(root), root.public_key()
        assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        assert (one.subject, one.issuer) == (root.subject.rfc4514_string(), root.issuer.rfc4514_string())
        assert (int(one.serial_hex, 16), one.sha256) == (root.serial_number, root.fingerprint(hashes.SHA256()).hex())
        assert (one.not_before, one.not_after) == (root.not_valid_before_utc, root.not_valid_after_utc)
        assert (one.key_type, one.key_bits) == ("RSA" if isinstance(key, rsa.RSAPublicKey) else "EC", key.key_size)
        assert one.version == int(root.version.name[1:])
        assert (one.is_ca, one.path_length) == limits(root)
        assert bool(one.key_usage and "keyCertSign" in one.key_usage) == signs(root)
        assert one.subject_key_id == key_id(root)


@pytest.mark.parametrize("name", LISTS)
def test_every_root_signed_itself_and_is_public(name: str) -> None:
    """The signature is checked, and each root is found in the list that it comes from."""
    for root in roots(name):
        facts = read_certificates((root.public_bytes(Encoding.PEM).decode(),))
        assert (facts.certificates[0].self_issued, facts.certificates[0].self_signed) == (True, True)
        found = [one.code for one in ca_findings(facts, DAY)]
        assert "public_root" in found
        assert not {"imitates_public_ca", "tool_default", "missing_issuer", "same_key_in_bundle"} & set(found)


def limits(root: x509.Certificate) -> tuple[bool, int | None]:
    """CA flag and path length."""
    try:
        value = root.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False, None
    return value.ca, value.path_length


def signs(root: x509.Certificate) -> bool:
    """Whether its key usage has keyCertSign."""
    try:
        return root.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return False


def key_id(root: x509.Certificate) -> str | None:
    """The identifier of its key."""
    try:
        return root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest.hex()
    except x509.ExtensionNotFound:
        return None
