"""Serial numbers are read out of any certificate, and nothing in one breaks the reading."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.usage.serials import serial_of
from tests.certificates_shown import certificate_shown


@pytest.mark.parametrize("serial", [1, 0x7F, 0x80, 0xAB << 120])
def test_serials_are_read_from_certificates(serial: int) -> None:
    """The hand-written reading of DER gives what the library put in."""
    assert serial_of(certificate_shown(serial)) == f"{serial:x}"


@given(st.binary(max_size=60) | st.binary(max_size=8).map(lambda tail: b"\x30\x82\x00\x09\x30\x07\xa0\x03" + tail))
def test_no_bytes_break_the_reading_of_a_certificate(der: bytes) -> None:
    """Attackers choose the certificate; whatever it is, a serial comes out or None."""
    serial = serial_of(base64.b64encode(der).decode())
    assert serial is None or int(serial, 16) >= 0


@pytest.mark.parametrize("text", ["", "not base64!", "MII", "aGVsbG8="])
def test_what_is_no_certificate_has_no_serial(text: str) -> None:
    """Text that is no certificate gives None."""
    assert serial_of(text) is None
