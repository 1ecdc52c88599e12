"""What is kept of a CA bundle: certificates, whatever stands around them, and never a private key."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.formats.pem_bundle import read_bundle
from tests import records

PEM = records.make_ca()
KEY = records.make_private_key_pem()
KEY_LETTERS = "".join(KEY.splitlines()[1:-1])


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.strip(),
        PEM.replace("\n", "\r\n"),
        PEM.replace("\n", "\\n"),
        PEM.replace("\n", " "),
        "\ufeff" + PEM,
        f"Harbour root\n{PEM}\n# the end",
    ],
)
def test_one_certificate_in_any_state_is_the_same(text: str) -> None:
    """Line ends, comments and escapes around and in a block do not change what is kept."""
    bundle = read_bundle(text)
    assert bundle.certificates == (PEM.strip(),)
    assert bundle.missing == ()


def test_blocks_keep_their_order_and_their_doubles() -> None:
    """The bundle's order says what the caller meant; doubles are not ours to drop."""
    other = records.make_ca("CN=Other")
    assert read_bundle(PEM + other + PEM).certificates == (PEM.strip(), other.strip(), PEM.strip())


@pytest.mark.parametrize(
    "text",
    [
        PEM + KEY,
        KEY + PEM,
        PEM + KEY.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
        PEM + KEY.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        PEM + KEY.replace("PRIVATE KEY", "CERTIFICATE"),
        PEM + "-----BEGIN CERTIFICATE-----\n" + KEY + "-----END CERTIFICATE-----",
        PEM + KEY[: len(KEY) // 2],
    ],
)
def test_a_private_key_is_flagged_and_never_kept(text: str) -> None:
    """Under any label, inside another block or cut off: no letter of the key stays."""
    bundle = read_bundle(text)
    assert bundle.held_private_key
    assert PEM.strip() in bundle.certificates
    assert KEY_LETTERS[:40] not in "".join(bundle.certificates).replace("\n", "")
    assert any("private key" in words for words in bundle.missing)


def test_a_broken_block_is_kept_for_the_reader_to_name() -> None:
    """A block with other text in it keeps its letters only."""
    broken = "-----BEGIN CERTIFICATE-----\n<!channel> hello\n-----END CERTIFICATE-----"
    (kept,) = read_bundle(broken).certificates
    assert kept == "-----BEGIN CERTIFICATE-----\nchannelhello\n-----END CERTIFICATE-----"


def test_a_block_without_an_end_is_named() -> None:
    """A bundle that is cut off says so."""
    bundle = read_bundle(PEM + PEM[:200])
    assert bundle.certificates == (PEM.strip(),)
    assert "cut off" in bundle.missing[0]


def test_length_and_number_are_bounded() -> None:
    """Not more than 204,800 characters are read, and not more than 256 blocks kept; both are said."""
    long = read_bundle(" " * 204_800 + PEM)
    assert long.certificates == ()
    assert "204800" in long.missing[0]
    many = read_bundle("-----BEGIN CERTIFICATE-----AA-----END CERTIFICATE-----" * 300)
    assert len(many.certificates) == 256
    assert "256" in many.missing[0]


@given(st.one_of(st.text(max_size=2000), st.lists(st.sampled_from([PEM, KEY, "-----", "\n", "x", "="])).map("".join)))
def test_only_clean_blocks_come_out(text: str) -> None:
    """Whatever goes in, each block has two labels and base64 letters between them, and no key."""
    for block in read_bundle(text).certificates:
        lines = block.split("\n")
        assert (lines[0], lines[-1]) == ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
        assert all(re.fullmatch(r"[A-Za-z0-9+/=]{1,64}", line) for line in lines[1:-1])
        assert KEY_LETTERS[:40] not in block.replace("\n", "")
