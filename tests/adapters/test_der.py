"""DER is walked without being believed: what is whole comes out as it went in, and anything else is a ValueError."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.der import elements, identifier, is_private_key, only
from bot.adapters.pkcs7 import carried_certificates
from bot.adapters.x509_fields import certificate_fields
from tests.certificates.der import integer, oid, sequence, tlv
from tests.certificates.made import make
from tests.certificates.set_states import pkcs7

ARCS = st.lists(st.integers(0, 2**128), max_size=6)


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_elements_come_out_as_they_went_in(contents: list[bytes]) -> None:
    """Tags, contents and whole elements, with short and long lengths."""
    written = [tlv(0x04, content) for content in contents]
    found = list(elements(b"".join(written)))
    assert [one.content for one in found] == contents
    assert [one.whole for one in found] == written
    assert only(sequence(*written)) == b"".join(written)


@given(st.sampled_from([(0, 3), (1, 39), (2, 5), (2, 999)]), ARCS)
def test_identifiers_come_out_as_they_went_in(root: tuple[int, int], arcs: list[int]) -> None:
    """Dotted numbers up to the size of a UUID, under each of the three roots."""
    dotted = ".".join(map(str, (*root, *arcs)))
    assert identifier(oid(dotted)[2:]) == dotted


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x2a\x86", b"\x01" * 129])
def test_what_is_no_identifier_is_refused(content: bytes) -> None:
    """Nothing, a number that does not end, or far too many of them."""
    with pytest.raises(ValueError, match="identifier"):
        identifier(content)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(der: bytes) -> None:
    """No reader does anything with strange bytes but raise a ValueError."""
    for read in (only, certificate_fields, lambda content: list(elements(content)), identifier):
        with contextlib.suppress(ValueError):
            read(der)
    assert carried_certificates(der) is None
    is_private_key(der)


@given(st.data())
def test_a_certificate_that_is_cut_off_is_none(data: st.DataObject) -> None:
    """Whatever the length, what is left is refused as a whole."""
    der = make().der
    with pytest.raises(ValueError, match=r"."):
        certificate_fields(der[: data.draw(st.integers(0, len(der) - 1))])


def test_a_public_key_is_no_private_one() -> None:
    """Both may begin with a number; a modulus is longer than a version."""
    assert not is_private_key(sequence(integer(2**1024 + 1), integer(65537)))
    assert is_private_key(sequence(integer(0), integer(2**1024 + 1), integer(65537)))


def test_a_bundle_carries_its_certificates_in_order() -> None:
    """Out of PKCS #7 come the certificates' own bytes; a certificate carries none."""
    first, second = make(), make(serial=2)
    assert carried_certificates(pkcs7(second, first)) == (second.der, first.der)
    assert carried_certificates(first.der) is None
