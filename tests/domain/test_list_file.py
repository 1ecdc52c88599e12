"""A revocation list as a file: PEM or DER, never longer than Roles Anywhere takes, and a mistake has a name."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bot.domain.errors import BadInput
from bot.domain.list_file import MOST_BYTES, list_text
from tests.records import make_ca
from tests.revocation_lists import revocation_list

PEM = revocation_list("a1")
DER = x509.load_pem_x509_crl(PEM.encode()).public_bytes(Encoding.DER)


def test_both_forms_become_the_same_list() -> None:
    """DER is put into PEM, because AWS takes PEM only; Windows line ends and a last empty line do not matter."""
    lists = [x509.load_pem_x509_crl(list_text(one).encode()) for one in (PEM.encode(), DER, PEM.encode() + b"\r\n\n")]
    assert {one.public_bytes(Encoding.DER) for one in lists} == {DER}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (make_ca().encode(), "It holds a certificate"),
        (b"hello", "no X509 CRL block"),
        (b"\xff\xfe\x00", "neither PEM nor DER"),
        (b"-----BEGIN X509 CRL-----" + b"A" * MOST_BYTES, "Roles Anywhere takes 300,000"),
        (b"\x30" * 250_000, "Roles Anywhere takes 300,000"),
    ],
)
def test_a_mistake_has_a_name(data: bytes, words: str) -> None:
    """In a sentence that fits under a field of Slack's."""
    with pytest.raises(BadInput, match=words) as caught:
        list_text(data)
    assert len(str(caught.value)) <= 150
