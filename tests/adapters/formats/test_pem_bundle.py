"""What is kept of a CA bundle: certificates, whatever stands around them, and never a private key."""

from __future__ import annotations

import base64
import re
import time

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.formats.pem_bundle import read_bundle
from tests import authorities, records

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
        PEM.replace("\n", "\r"),
        PEM.replace("\n", "\\r\\n"),
        PEM.replace("\n", "\\\\n"),
        PEM.replace("\n", "\\u000a"),
        PEM.replace("/", "\\/"),
        PEM.replace("\n", ""),
        PEM.replace("\n", "\u00a0\u200b\n"),
        PEM.replace("\n", "\n    "),
        PEM.replace("=", ""),
        PEM.replace("CERTIFICATE", "X509 CERTIFICATE"),
        PEM.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
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
    broken = "-----BEGIN CERTIFICATE-----\n!channel hello\n-----END CERTIFICATE-----"
    (kept,) = read_bundle(broken).certificates
    assert kept == "-----BEGIN CERTIFICATE-----\nchannelhello\n-----END CERTIFICATE-----"


def test_a_block_without_an_end_is_named() -> None:
    """A bundle that is cut off says so."""
    bundle = read_bundle(PEM + PEM[:200])
    assert bundle.certificates == (PEM.strip(),)
    assert "cut off" in bundle.missing[0]


def test_length_and_number_are_bounded() -> None:
    """Not more than 204,800 characters are read, and not more than 160 blocks kept, 256 of a file; all is said."""
    long = read_bundle(" " * 204_800 + PEM)
    assert long.certificates == ()
    assert "204800" in long.missing[0]
    for of_file, most in ((False, 160), (True, 256)):
        many = read_bundle("-----BEGIN CERTIFICATE-----AA-----END CERTIFICATE-----" * 300, of_file=of_file)
        assert len(many.certificates) == most
        assert str(most) in many.missing[0]
    broken = read_bundle("-----BEGIN CERTIFICATE-----" * 700 + PEM)
    assert broken.certificates == ()
    assert any("behind the first 640 blocks" in words for words in broken.missing)


DER = base64.b64decode("".join(PEM.splitlines()[1:-1]))
KEY_DER = base64.b64decode(KEY_LETTERS)


@pytest.mark.parametrize(
    "settings",
    ["300c300a06082b06010505070301", "3011300a06082b060105050703010c03666f6f", "300ca00a06082b06010505070301"],
)
def test_openssls_trust_settings_are_cut_off(settings: str) -> None:
    """Behind a trusted certificate stand settings of OpenSSL; they are neither kept nor taken for a key."""
    bundle = read_bundle(authorities.block(DER + bytes.fromhex(settings), "TRUSTED CERTIFICATE"))
    assert (bundle.certificates, bundle.held_private_key, bundle.defects) == ((PEM.strip(),), False, ())


def test_a_key_behind_a_certificate_in_one_block() -> None:
    """The certificate is kept, the key is not, and both the key and the extra bytes are said."""
    bundle = read_bundle(authorities.block(DER + KEY_DER), of_file=True)
    assert (bundle.certificates, bundle.held_private_key) == ((PEM.strip(),), True)
    assert [defect.at for defect in bundle.defects] == ["line 1, character 1"]


def test_an_encrypted_key_under_any_label() -> None:
    """Encrypted keys begin with an algorithm; they are flagged too."""
    encrypted = records.make_key("ec").private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    bundle = read_bundle(PEM + authorities.block(encrypted))
    assert (bundle.certificates, bundle.held_private_key) == ((PEM.strip(),), True)


def test_adjoining_labels_may_share_their_dashes() -> None:
    """Two blocks that somebody joined without a line end are two."""
    joined = PEM.strip()[:-5] + PEM.strip()
    assert read_bundle(joined).certificates == (PEM.strip(), PEM.strip())


@pytest.mark.parametrize(("end", "line"), [("\n", 3), ("\r\n", 3), ("\\n", 3), ("\\r\\n", 3), (" ", 1)])
def test_places_are_told(end: str, line: int) -> None:
    """Each block and each defect has its line, also where line ends are written out."""
    text = f"first{end}second{end}" + PEM.strip().replace("\n", end) + f"{end}-----BEGIN CERTIFICATE-----{end}MII"
    bundle = read_bundle(text, of_file=True)
    assert bundle.places[0].startswith(f"line {line}, character {1 if line == 3 else 14}")
    (defect,) = bundle.defects
    assert "cut off" in defect.message
    assert defect.at.startswith(f"line {3 + len(PEM.splitlines()) if line == 3 else 1}, ")


def test_blocks_of_other_kinds_are_named() -> None:
    """A request is no certificate; an end without a beginning is none either."""
    text = PEM.replace("CERTIFICATE", "CERTIFICATE REQUEST") + "-----END CERTIFICATE-----\n" + PEM
    bundle = read_bundle(text, of_file=True)
    assert bundle.certificates == (PEM.strip(),)
    assert [defect.message for defect in bundle.defects] == [
        "a block that holds no certificate",
        "the end of a certificate block that has no beginning",
    ]


@pytest.mark.parametrize(
    "unit",
    [
        *("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "-----BEGIN ", "-----BEGIN A A A A A A", "-----"),
        *("\\", "\\r", "\\n", "\r\n", "----BEGIN A ", "-----BEGIN PRIVATE KEY-----", "A", " ", "\u202e"),
        *("-----BEGIN CERTIFICATE-----MAAA-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\\\\"),
    ],
)
def test_the_longest_text_takes_no_time(unit: str) -> None:
    """A mebibyte of what a parser could stumble over is done within 100 ms; other tests' garbage does not count."""
    text = unit * (1024 * 1024 // len(unit))
    took = []
    for _ in range(3):
        started = time.thread_time()
        read_bundle(text)
        took.append(time.thread_time() - started)
    assert min(took) < 0.1


@given(st.one_of(st.text(max_size=2000), st.lists(st.sampled_from([PEM, KEY, "-----", "\n", "x", "="])).map("".join)))
def test_only_clean_blocks_come_out(text: str) -> None:
    """Whatever goes in, each block has two labels and base64 letters between them, and no key."""
    for block in read_bundle(text).certificates:
        lines = block.split("\n")
        assert (lines[0], lines[-1]) == ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
        assert all(re.fullmatch(r"[A-Za-z0-9+/=]{1,64}", line) for line in lines[1:-1])
        assert KEY_LETTERS[:40] not in block.replace("\n", "")
