"""What else is read of certificates: extensions, weak and old forms, issuers in the bundle, names, within bounds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from bot.adapters import x509_keys
from bot.adapters.public_cas import public_cas
from bot.adapters.x509 import CertificateReader, read_certificates
from bot.domain.ca_facts import Certificate
from bot.domain.ca_findings import ca_findings, ca_red_flags
from tests import authorities, records


def read(*blocks: str) -> tuple[Certificate, ...]:
    """The certificates of blocks that are all readable."""
    facts = read_certificates(blocks)
    assert facts.unreadable == ()
    return facts.certificates


def url(text: str) -> x509.UniformResourceIdentifier:
    """An address."""
    return x509.UniformResourceIdentifier(text)


def test_extensions_are_read() -> None:
    """Path length, usages, key identifiers, names and addresses are what stands in the certificate."""
    key = records.make_key("ec")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    (one,) = read(
        authorities.pem(
            authorities.sound_ca(
                path_length=2,
                extensions=[
                    identifier,
                    x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
                    x509.SubjectAlternativeName([x509.DNSName("ca.example"), x509.RFC822Name("a@b.example")]),
                    x509.CRLDistributionPoints([x509.DistributionPoint([url("http://c/l")], None, None, None)]),
                    x509.AuthorityInformationAccess(
                        [
                            x509.AccessDescription(Access.OCSP, url("http://o/")),
                            x509.AccessDescription(Access.CA_ISSUERS, url("http://i/")),
                        ]
                    ),
                ],
            )
        )
    )
    assert (one.is_ca, one.path_length, one.key_usage) == (True, 2, ("keyCertSign", "cRLSign"))
    assert one.subject_key_id == one.authority_key_id == identifier.digest.hex()
    assert one.sans == ("DNS:ca.example", "email:a@b.example")
    assert (one.crl_urls, one.ocsp_urls, one.ca_issuer_urls) == (
        ("URI:http://c/l",),
        ("URI:http://o/",),
        ("URI:http://i/",),
    )


def test_lists_in_extensions_are_bounded() -> None:
    """Of thousands of names 64 are kept, each of at most 512 characters."""
    names = [x509.DNSName("x" * 600), *(x509.DNSName(f"a{n}") for n in range(3000))]
    (one,) = read(authorities.pem(authorities.sound_ca(extensions=[x509.SubjectAlternativeName(names)])))
    assert (len(one.sans), len(one.sans[0])) == (64, 512)


@pytest.mark.parametrize(("hashed", "key"), [("md5", "rsa-2048"), ("sha1", "rsa-2048"), ("sha1", "ec")])
def test_weak_signatures_are_read_and_checked(hashed: str, key: str) -> None:
    """What Roles Anywhere would refuse is read like anything else, and its own signature is found to be its own."""
    (one,) = read(authorities.block(authorities.weakly_signed(hashed, key)))
    assert (one.signature_hash, one.self_signed) == (hashed, True)
    assert hashed in one.signature_algorithm.lower()


def test_a_weak_signature_of_another_key_is_not_its_own() -> None:
    """A signature over SHA-1 that does not fit is found out."""
    der = bytearray(authorities.weakly_signed("sha1"))
    der[-1] ^= 1
    (one,) = read(authorities.block(bytes(der)))
    assert one.self_signed is False


def test_version_1_is_read() -> None:
    """A certificate without extensions is no CA and says so."""
    (one,) = read(authorities.block(authorities.version_1()))
    assert (one.version, one.is_ca, one.key_usage, one.self_signed) == (1, False, (), True)


def test_the_issuer_in_the_bundle_is_found() -> None:
    """In any order, the certificate whose key signed is named; a namesake with another key is not."""
    root_key, other_key = records.make_key("rsa-2048"), records.make_key("rsa-1024")
    root = authorities.pem(authorities.sound_ca("CN=Root", key=root_key))
    namesake = authorities.pem(authorities.sound_ca("CN=Root", key=other_key))
    issued = authorities.pem(authorities.sound_ca("CN=Issuing", issuer="CN=Root", issuer_key=root_key))
    below, *_, top = read(issued, namesake, root)
    assert (below.issuer_sha256, below.issuer_checked) == (top.sha256, True)
    assert top.issuer_sha256 is None
    alone = read(issued, namesake)[0]
    assert (alone.issuer_sha256, alone.issuer_checked) == (None, None)


def test_doubles_are_kept_once() -> None:
    """The same certificate twice is one, and is said to have been there twice."""
    first, second = authorities.pem(authorities.sound_ca()), authorities.pem(authorities.sound_ca("CN=Other"))
    facts = read_certificates((first, second, first))
    assert [one.subject for one in facts.certificates] == ["CN=Harbour Root,O=Example", "CN=Other"]
    assert facts.doubles == (facts.certificates[0].sha256,)


def test_public_roots_are_known_by_their_keys() -> None:
    """Each root of the lists is found to be public, and none of them to imitate another."""
    roots = [root for several in public_cas().by_subject.values() for root in several]
    certificates = read(*(authorities.block(root.der) for root in roots))
    assert len(certificates) > 100
    assert all(one.public_root for one in certificates)
    found = {
        one.code for one in ca_findings(read_certificates((authorities.block(roots[0].der),)), records.HAPPENED_AT)
    }
    assert "public_root" in found
    assert "imitates_public_ca" not in found


def test_a_famous_name_with_another_key_is_found() -> None:
    """The very subject of a public root, signed by somebody else's key, imitates it."""
    roots = (several[0] for several in public_cas().by_subject.values())
    real = next(root for root in roots if "ISRG Root X1" in root.subject.text())
    subject = real.subject.text()
    fake = authorities.pem(authorities.sound_ca(subject))
    (one,) = read(fake)
    assert (one.public_root, one.public_issuer) == (None, None)
    assert one.named_like is not None
    # Naming the public root as issuer does not help either.
    claimed = authorities.pem(authorities.sound_ca("CN=Below", issuer=subject, issuer_key=records.make_key("rsa-1024")))
    assert read(claimed, authorities.block(real.der))[0].public_issuer is None


def test_a_panic_of_the_library_makes_a_block_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rust's panics are no Exceptions; they end as a line, and everything else that is no Exception goes on."""
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def raises(error: BaseException) -> Callable[[bytes], object]:
        def load(_: bytes) -> object:
            raise error

        return load

    block = authorities.pem(authorities.sound_ca())
    monkeypatch.setattr(x509_keys, "load_der_public_key", raises(panic()))
    assert read_certificates((block,)).unreadable_blocks == (1,)
    monkeypatch.setattr(x509_keys, "load_der_public_key", raises(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        read_certificates((block,))


@pytest.mark.parametrize(("curve", "count"), [(ec.SECP256R1(), 100), (ec.SECP384R1(), 30)])
def test_many_usual_certificates_are_all_checked(curve: ec.EllipticCurve, count: int) -> None:
    """The bound on the work leaves room for many times the two certificates that a trust anchor may have."""
    key = ec.generate_private_key(curve)
    blocks = [authorities.pem(authorities.sound_ca(f"CN=Root {n}", key=key)) for n in range(count)]
    facts = read_certificates(tuple(blocks))
    assert all(one.self_signed for one in facts.certificates)
    assert not facts.signatures_left_out


def test_one_bound_holds_for_all_bundles_of_a_message() -> None:
    """A reader checks no more for many bundles than for one, reads no certificate twice, and says what it left out."""
    key = ec.generate_private_key(ec.SECP384R1())
    blocks = [authorities.pem(authorities.sound_ca(f"CN=Root {n}", key=key)) for n in range(60)]
    read_one = CertificateReader()
    facts = [read_one((block,)) for block in blocks]
    said = [one.certificates[0].self_signed for one in facts]
    assert set(said) == {True, None}
    assert [one.signatures_left_out for one in facts] == [one is None for one in said]
    assert read_one((blocks[0],)) == facts[0]
    flags = {flag.code for flag in ca_red_flags(facts[-1], records.HAPPENED_AT)}
    assert "unchecked_signatures" in flags


def test_one_costly_signature_keeps_no_other_from_being_checked() -> None:
    """What is too much work by itself is left out, and the cheap one behind it is checked."""
    costly = rsa.RSAPublicNumbers((1 << 3070) + 1, (1 << 3071) + 1).public_key()
    first, second = (_with_key(costly, serial) for serial in (1, 2))
    cheap = authorities.pem(authorities.sound_ca())
    facts = read_certificates((first, second, cheap))
    assert [one.self_signed for one in facts.certificates] == [False, None, True]
    assert facts.signatures_left_out


def _with_key(key: rsa.RSAPublicKey, serial: int) -> str:
    builder = x509.CertificateBuilder(
        issuer_name=authorities.name(f"CN={serial}"),
        subject_name=authorities.name(f"CN={serial}"),
        public_key=key,
        serial_number=serial,
        not_valid_before=records.HAPPENED_AT,
        not_valid_after=records.HAPPENED_AT + timedelta(days=1),
    )
    signer = records.make_key("rsa-2048")
    assert isinstance(signer, rsa.RSAPrivateKey)
    return authorities.pem(builder.sign(signer, hashes.SHA256()))


def test_costly_signatures_take_bounded_work() -> None:
    """Namesakes with keys that are slow to check do not take long; what was not checked is not guessed."""
    keys = [ec.generate_private_key(ec.SECP521R1()) for _ in range(2)]
    signed = [
        authorities.sound_ca("CN=A", key=keys[n % 2], issuer_key=keys[(n + 1) % 2], serial=n + 1) for n in range(200)
    ]
    blocks = tuple(map(authorities.pem, signed))
    public_cas()
    started = time.process_time()
    facts = read_certificates(blocks)
    assert time.process_time() - started < 0.4
    assert {one.self_signed for one in facts.certificates} == {False, None}
