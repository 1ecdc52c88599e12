"""Which certificates a CA's key has made."""

from __future__ import annotations

from bot.adapters.x509 import read_certificates
from bot.domain.usage.leaves import MOST_LEAVES, certificate_blocks, read_leaves
from tests.certificates_shown import ca_shown


def test_a_leaf_is_of_the_ca_whose_key_signed_it() -> None:
    """A certificate of another CA is not this one's, also when the names are the same."""
    ours, namesake, other = ca_shown("CA"), ca_shown("CA"), ca_shown("Other")
    shown = [ours.shows(0xA, "web"), namesake.shows(0xB), other.shows_pem(0xC)]
    leaves = read_leaves(shown, (ours.pem,), read_certificates)
    assert [(leaves[one].serial, leaves[one].of_ca) for one in shown] == [("a", True), ("b", False), ("c", False)]
    assert (leaves[shown[0]].subject, leaves[shown[0]].issuer) == ("CN=web", "CN=CA")


def test_without_the_ca_nothing_is_said_of_who_signed() -> None:
    """A trust anchor on AWS Private CA has no certificates in the event."""
    shown = ca_shown().shows(0xA)
    assert read_leaves([shown], (), read_certificates)[shown].of_ca is None


def test_the_ca_itself_is_of_the_ca() -> None:
    """Somebody may show the CA's own certificate."""
    ca = ca_shown()
    assert read_leaves([ca.pem], (ca.pem,), read_certificates)[ca.pem].of_ca is True


def test_what_is_no_certificate_is_left_out() -> None:
    """Hostile text is no leaf, and the good ones beside it are read."""
    ca = ca_shown()
    good = ca.shows(0xA)
    bad = ["", "%", "aGVsbG8=", "-----BEGIN CERTIFICATE-----", "é"]
    assert list(read_leaves([*bad, good, good], (ca.pem,), read_certificates)) == [good]


def test_an_endless_list_is_cut() -> None:
    """Whoever owns a CA can make certificates without end."""
    asked: list[int] = []

    def counting(blocks: tuple[str, ...]) -> object:
        asked.append(len(blocks))
        return read_certificates(())

    read_leaves((f"QUJD{'QUJD' * number}" for number in range(500)), (), counting)  # type: ignore[arg-type]
    assert asked == [MOST_LEAVES]


def test_a_bundle_is_cut_into_its_blocks() -> None:
    """What stands between the certificates is no part of them."""
    first, second = ca_shown("A").pem, ca_shown("B").pem
    blocks = certificate_blocks(f"text\n{first}# more\n{second}-----BEGIN CERTIFICATE-----\ncut")
    assert len(blocks) == 2
    assert [one.subject for one in read_certificates(blocks).certificates] == ["CN=A", "CN=B"]
