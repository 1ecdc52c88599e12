"""A CA made on the spot, as an attacker would: its key never leaves this process."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

KeyType = Literal["ec", "rsa"]
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_RSA_BITS = 2048
_CA_VALIDITY = timedelta(days=3650)
_LEAF_VALIDITY = timedelta(days=30)


@dataclass(frozen=True)
class RogueCa:
    """A self-signed CA with its key.

    Attributes:
        certificate: The CA's own certificate.
        key: Its private key.
    """

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    @property
    def pem(self) -> str:
        """The certificate as PEM with a final newline."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issue(self, common_name: str, *, unit: str | None = None, now: datetime | None = None) -> str:
        """Issue a client certificate.

        Args:
            common_name: Whatever the owner of the CA likes.
            unit: An organizational unit; None for none.
            now: Aware UTC time of issue; None means now.

        Returns:
            The certificate as PEM; its key is thrown away.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        names = [(NameOID.COMMON_NAME, common_name), *([(NameOID.ORGANIZATIONAL_UNIT_NAME, unit)] if unit else [])]
        subject = x509.Name([x509.NameAttribute(kind, name) for kind, name in names])
        builder = (
            _builder(subject, self.certificate.subject, key, _LEAF_VALIDITY, now)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
        )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def make_rogue_ca(common_name: str, key_type: KeyType = "ec", now: datetime | None = None) -> RogueCa:
    """Make a self-signed CA that Roles Anywhere accepts.

    Args:
        common_name: Subject and issuer name; free text, as for any CA of one's own.
        key_type: `ec` is P-256, `rsa` has 2048 bits.
        now: Aware UTC time of its making; None means now.
    """
    key: PrivateKey = (
        ec.generate_private_key(ec.SECP256R1())
        if key_type == "ec"
        else rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        _builder(name, name, key, _CA_VALIDITY, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(certificate_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return RogueCa(builder.sign(key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, validity: timedelta, at: datetime | None
) -> x509.CertificateBuilder:
    now = at or datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=2))
        .not_valid_after(now + validity)
    )


def _usage(*, digital_signature: bool = False, certificate_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=certificate_sign,
        crl_sign=certificate_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
