"""Versions, extensions, serial numbers and validity."""

from __future__ import annotations

from tests.certificates.armour import Case, block, of
from tests.certificates.der import bit_string, boolean, explicit, oid, sequence, tlv
from tests.certificates.made import (
    CA,
    CA_USAGES,
    USAGES,
    UTF8,
    Made,
    attribute,
    authority_key_id,
    basic_constraints,
    default_key,
    extension,
    key_usage,
    make,
    odd_name,
    subject_key_id,
)

NOT_V3, NOT_CA, NO_SIGN = "not_x509_v3:0", "not_a_ca:0", "no_cert_sign:0"
_URL = tlv(0x86, b"http://ca.example/x")
_USED = key_usage(*CA_USAGES)
_FALSE = extension("2.5.29.19", sequence(boolean(False)))
SIGNS = "keyCertSign"


def _one(name: str, made: Made, findings: str = "") -> Case:
    return of(name, block(made.der), made, findings=findings)


def _unreadable(name: str, made: Made) -> Case:
    return of(name, block(made.der), errors="unreadable_certificate no_certificate")


def _bare(version: int) -> Made:
    return make(version=version, extensions=(), is_ca=False, usages=())


def _versions() -> list[Case]:
    nothing = f"{NOT_CA} {NO_SIGN}"
    return [
        _one("version: 1", _bare(1), f"{NOT_V3} {nothing}"),
        _one("version: 2", _bare(2), f"{NOT_V3} {nothing}"),
        _one("version: 3 without extensions", _bare(3), nothing),
        _one("version: 1 with extensions", make(version=1), NOT_V3),
        _one("version: 1 written out", _bare(0), f"{NOT_V3} {nothing}"),
    ]


def _constrained(name: str, *extensions: bytes, findings: str = "", **label: object) -> Case:
    fields: dict[str, object] = {"extensions": extensions, **label}
    return _one(f"extension: {name}", make(**fields), findings)


def _constraints() -> list[Case]:
    true, false = basic_constraints(ca=True), basic_constraints(ca=False)
    lengths = {length: basic_constraints(ca=True, path_length=length) for length in (0, 1, 5, 255, 100_000)}
    stray = basic_constraints(ca=False, path_length=0)
    return [
        _constrained("no basicConstraints", _USED, findings=NOT_CA, is_ca=False),
        _constrained("CA false", false, _USED, findings=NOT_CA, is_ca=False),
        _constrained("CA false written out", _FALSE, _USED, findings=NOT_CA, is_ca=False),
        _constrained("CA not critical", basic_constraints(ca=True, critical=False), _USED),
        *(_constrained(f"path length {n}", written, _USED, path_length=n) for n, written in lengths.items()),
        _constrained("path length below zero", basic_constraints(ca=True, path_length=-5), _USED),
        _constrained("path length without CA", stray, _USED, findings=NOT_CA, is_ca=False, path_length=0),
        _constrained("two that differ", true, false, _USED, is_ca=None),
        _constrained("no keyUsage", true, findings=NO_SIGN, usages=()),
        _constrained("keyUsage with zeros behind", true, extension("2.5.29.15", bit_string(b"\x06", 0))),
        _constrained("keyUsage that is no DER", true, extension("2.5.29.15", b"\x03"), usages=None),
    ]


def _usages() -> list[Case]:
    true, false = basic_constraints(ca=True), basic_constraints(ca=False)

    def used(name: str, constraints: bytes, *usages: str, **more: object) -> Case:
        fields: dict[str, object] = {"extensions": (constraints, key_usage(*usages)), "usages": usages, **more}
        findings = " ".join((*([] if constraints == true else [NOT_CA]), *([] if SIGNS in usages else [NO_SIGN])))
        return _one(f"extension: {name}", make(**fields), findings)

    return [
        used("keyUsage without keyCertSign", true, "digitalSignature", "cRLSign"),
        used("keyUsage with keyCertSign alone", true, SIGNS),
        used("keyUsage of all nine", true, *USAGES),
        used("keyUsage of none", true),
        used("a leaf", false, "digitalSignature", is_ca=False),
    ]


def _extensions() -> list[Case]:
    key = default_key()
    names = tlv(0x82, b"ca.example"), tlv(0x81, b"a@ca.example"), tlv(0x87, bytes((192, 0, 2, 1))), _URL
    points = sequence(sequence(explicit(0, explicit(0, _URL))))
    access = sequence(sequence(oid("1.3.6.1.5.5.7.48.1"), _URL), sequence(oid("1.3.6.1.5.5.7.48.2"), _URL))
    lists = {
        "key ids": (subject_key_id(key), authority_key_id(key)),
        "alternative names": (extension("2.5.29.17", sequence(*names)),),
        "alternative name that is a directory name": (
            extension("2.5.29.17", sequence(explicit(4, odd_name("CN=x", attribute("CN", b"x")).der))),
        ),
        "alternative name that is no text": (extension("2.5.29.17", sequence(tlv(0x82, b"\xff\xfe"))),),
        "addresses": (extension("2.5.29.31", points), extension("1.3.6.1.5.5.7.1.1", access)),
        "critical and unknown": (extension("1.3.6.1.4.1.99999.3", b"\x05\0", critical=True),),
        "extended key usage": (extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.2"))),),
        "name constraints": (extension("2.5.29.30", sequence(explicit(0, sequence(tlv(0x82, b"ca.example"))))),),
        "policy": (extension("2.5.29.32", sequence(sequence(oid("2.5.29.32.0")))),),
        "same twice": (subject_key_id(key), subject_key_id(key)),
        "alternative names that are no DER": (extension("2.5.29.17", b"\xff\xff\xff"),),
        "key id that is no DER": (extension("2.5.29.14", b"\x04\x7f"),),
        "policy that is no DER": (extension("2.5.29.32", b"\x30\x7f"),),
        "empty value": (extension("2.5.29.35", b""),),
        "Netscape comment": (extension("2.16.840.1.113730.1.13", tlv(0x16, b"OpenSSL Generated Certificate")),),
        "a hundred unknown": tuple(extension(f"1.3.6.1.4.1.99999.4.{n}", b"\x05\0") for n in range(100)),
    }
    return [_one(f"extension: {name}", make(extensions=CA + more)) for name, more in lists.items()]


def _serials() -> list[Case]:
    def numbered(name: str, value: int, expected: str | None = None) -> Case:
        return _one(f"serial: {name}", make(serial=value, serial_hex=expected))

    return [
        numbered("0", 0),
        numbered("1", 1),
        numbered("127", 127),
        numbered("128", 128),
        numbered("255", 255),
        numbered("256", 256),
        numbered("four digits", 0xABC0),
        numbered("-1", -1, "-1"),
        numbered("-128", -128, "-80"),
        numbered("-2^63", -(2**63), "-8000000000000000"),
        numbered("20 bytes", 2**159 - 1),
        numbered("20 bytes and a zero before", 2**159 + 1),
        numbered("21 bytes", 2**167 - 12345),
        numbered("64 bytes", 2**511 - 1),
        numbered("1000 bytes", 2**7999 - 1),
        _one("serial: zeros before", make(serial=1, serial_der=tlv(0x02, b"\0\0\x01"))),
        _unreadable("serial: empty", make(serial_der=tlv(0x02))),
    ]


def _times() -> list[Case]:
    def valid(name: str, start: str, end: str, findings: str = "") -> Case:
        return _one(f"validity: {name}", make(not_before=start, not_after=end), findings)

    long, expired, future = "long_lived_ca:0", "expired_ca:0", "not_yet_valid_ca:0"
    return [
        valid("expired", "2010-01-01T00:00:00Z", "2020-01-01T00:00:00Z", expired),
        valid("expired a second ago", "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z", expired),
        valid("not yet", "2090-01-01T00:00:00Z", "2100-01-01T00:00:00Z", future),
        valid("15 years", "2020-01-01T00:00:00Z", "2035-01-01T00:00:00Z"),
        valid("15 years of 365 days", "2020-01-01T00:00:00Z", "2034-12-28T00:00:00Z"),
        valid("15 years and a day", "2020-01-01T00:00:00Z", "2035-01-02T00:00:00Z", long),
        valid("16 years", "2020-01-01T00:00:00Z", "2036-01-01T00:00:00Z", long),
        valid("30 years", "2020-02-29T12:34:56Z", "2050-02-28T23:59:59Z", long),
        valid("from 1950", "1950-01-01T00:00:00Z", "2049-12-31T23:59:59Z", long),
        valid("from 1949", "1949-12-31T23:59:59Z", "2050-01-01T00:00:00Z", long),
        valid("from 1969", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", expired),
        valid("without end", "2020-01-01T00:00:00Z", "9999-12-31T23:59:59Z", long),
        valid("end before start, both past", "2020-01-01T00:00:00Z", "2019-01-01T00:00:00Z", expired),
        valid("end before start, both to come", "2099-01-01T00:00:00Z", "2098-01-01T00:00:00Z", future),
        valid("end past, start to come", "2099-01-01T00:00:00Z", "2019-01-01T00:00:00Z", f"{expired} {future}"),
        valid("a moment", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", expired),
        *_odd_times(),
    ]


def _odd_times() -> list[Case]:
    end = tlv(0x17, b"340101000000Z")

    def odd(name: str, start: bytes, read: str | None = None) -> Case:
        made = make(validity=sequence(start, end))
        title = f"validity: {name}"
        return _unreadable(title, made) if read is None else _one(title, made.but(not_before=read))

    usual = "2024-01-01T00:00:00Z"
    return [
        odd("GeneralizedTime before 2050", tlv(0x18, b"20240101000000Z"), usual),
        odd("a fraction of a second", tlv(0x18, b"20240101000000.5Z"), usual),
        odd("without seconds", tlv(0x17, b"2401010000Z"), usual),
        odd("with an offset", tlv(0x17, b"240101000000+0100"), "2023-12-31T23:00:00Z"),
        odd("without Z", tlv(0x17, b"240101000000"), usual),
        odd("month 13", tlv(0x17, b"241301000000Z")),
        odd("second 60", tlv(0x17, b"240101000060Z")),
        odd("year 0", tlv(0x18, b"00000101000000Z")),
        odd("text", tlv(UTF8, b"yesterday")),
        odd("empty", tlv(0x17)),
        odd("before the calendar", tlv(0x18, b"00010101000000+0100")),
    ]


def cases() -> list[Case]:
    """Every version, extension, serial number and validity."""
    return [*_versions(), *_constraints(), *_usages(), *_extensions(), *_serials(), *_times()]
