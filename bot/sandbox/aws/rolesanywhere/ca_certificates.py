"""What the service demands of a CA before it becomes a trust anchor.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import SignatureAlgorithmOID

from .exceptions import ValidationException

# Certificates in one trust anchor; this quota can't be raised.
# See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/quotas.html
MAX_CERTIFICATES = 2

_STRONG_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_RSA_OR_ECDSA = frozenset(
    {
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
        SignatureAlgorithmOID.RSASSA_PSS,
        SignatureAlgorithmOID.ECDSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA384,
        SignatureAlgorithmOID.ECDSA_WITH_SHA512,
    }
)
# ML-DSA-44, -65 and -87. See: https://www.rfc-editor.org/rfc/rfc9881.html
_ML_DSA = frozenset(f"2.16.840.1.101.3.4.3.{number}" for number in (17, 18, 19))


def accept_bundle(pem: str) -> str:
    """Check a PEM bundle by the service's rules and write it anew.

    Text around the PEM blocks is dropped; whether the service refuses it instead is not documented.

    Args:
        pem: One or two CA certificates.

    Returns:
        The same certificates in the same order, each ending with a newline, as the service answers them.

    Raises:
        ValidationException: When it can't be parsed, holds too many, or one of them is no acceptable CA.
    """
    certificates = parse_bundle(pem)
    if len(certificates) > MAX_CERTIFICATES:
        raise ValidationException(f"Certificate bundle contains more than {MAX_CERTIFICATES} certificates")
    for certificate in certificates:
        _check_ca(certificate)
    return "".join(_pem(certificate) for certificate in certificates)


def parse_bundle(pem: str) -> list[x509.Certificate]:
    """Read the certificates of a PEM bundle.

    Raises:
        ValidationException: When there is none, or one of them is broken.
    """
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as unreadable:
        raise ValidationException("Unable to parse certificate data") from unreadable


def read_crl(data: bytes) -> x509.CertificateRevocationList:
    """Read a revocation list, PEM or DER.

    Raises:
        ValidationException: When it can't be parsed.
    """
    try:
        is_pem = data.lstrip().startswith(b"-----BEGIN")
        return x509.load_pem_x509_crl(data) if is_pem else x509.load_der_x509_crl(data)
    except ValueError as unreadable:
        raise ValidationException("Unable to parse CRL data") from unreadable


def _check_ca(certificate: x509.Certificate) -> None:
    if certificate.version is not x509.Version.v3:
        raise ValidationException("CA certificate must be an X.509v3 certificate")
    if not _is_ca(certificate):
        raise ValidationException("Incorrect basic constraints for CA certificate")
    if not _may_sign_certificates(certificate):
        raise ValidationException("Incorrect key usage for CA certificate")
    if not _is_strongly_signed(certificate):
        raise ValidationException("Unsupported signature algorithm for CA certificate")


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _may_sign_certificates(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except (x509.ExtensionNotFound, ValueError):
        return False


def _is_strongly_signed(certificate: x509.Certificate) -> bool:
    algorithm = certificate.signature_algorithm_oid
    if algorithm.dotted_string in _ML_DSA:
        return True
    try:
        return algorithm in _RSA_OR_ECDSA and isinstance(certificate.signature_hash_algorithm, _STRONG_HASHES)
    except UnsupportedAlgorithm:
        return False


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
