"""What may become a trust anchor."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from bot.sandbox.aws.rogue_ca import make_rogue_ca
from bot.sandbox.aws.rolesanywhere.ca_certificates import accept_bundle
from bot.sandbox.aws.rolesanywhere.exceptions import ValidationException

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def _ca(
    *,
    ca: bool | None = True,
    cert_sign: bool | None = True,
    algorithm: hashes.SHA256 | hashes.SHA224 | None = None,
    key: Key | None = None,
) -> str:
    signer = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "ES")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(signer.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    if cert_sign is not None:
        usage = x509.KeyUsage(True, False, False, False, False, cert_sign, False, False, False)
        builder = builder.add_extension(usage, critical=True)
    chosen = None if isinstance(signer, ed25519.Ed25519PrivateKey) else algorithm or hashes.SHA256()
    return builder.sign(signer, chosen).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize("key_type", ["ec", "rsa"])
def test_good_ca_is_accepted(key_type: str) -> None:
    """EC and RSA CAs pass and come back byte for byte."""
    pem = make_rogue_ca("Mine", "rsa" if key_type == "rsa" else "ec").pem
    assert accept_bundle(pem) == pem


def test_two_certificates_keep_their_order_and_text_around_them_goes() -> None:
    """A bundle of two keeps the order; comments around the PEM blocks are not kept."""
    first, second = _ca(), _ca()
    assert accept_bundle(f"sourceType=AWS_ACM_PCA\n{first}comment\n{second}") == first + second


def test_three_certificates_are_refused() -> None:
    """The quota of two certificates an anchor holds."""
    with pytest.raises(ValidationException, match="more than 2"):
        accept_bundle(_ca() + _ca() + _ca())


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (_ca(ca=False), "basic constraints"),
        (_ca(ca=None), "basic constraints"),
        (_ca(cert_sign=False), "key usage"),
        (_ca(cert_sign=None), "key usage"),
        (_ca(algorithm=hashes.SHA224()), "signature algorithm"),
        (_ca(key=ed25519.Ed25519PrivateKey.generate()), "signature algorithm"),
    ],
    ids=["not a CA", "no basic constraints", "no certificate signing", "no key usage", "SHA-224", "Ed25519"],
)
def test_unfit_certificate_is_refused(pem: str, reason: str) -> None:
    """Each rule of the service refuses by itself."""
    with pytest.raises(ValidationException, match=reason):
        accept_bundle(pem)


@pytest.mark.parametrize("pem", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_unreadable_bundle_is_refused(pem: str) -> None:
    """Nothing, and something that is no certificate, can't be parsed."""
    with pytest.raises(ValidationException, match="parse"):
        accept_bundle(pem)
