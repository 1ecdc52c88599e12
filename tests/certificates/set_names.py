"""Subjects and issuers: every kind of string, escape and trick.

See: RFC 4514, section 2, for the text; its table of seven names and two for what is written short.
"""

from __future__ import annotations

from tests.certificates.armour import Case, block, of
from tests.certificates.der import sequence, set_of
from tests.certificates.made import (
    BMP,
    IA5,
    NUMERIC,
    PRINTABLE,
    T61,
    UNIVERSAL,
    UTF8,
    VISIBLE,
    Name,
    attribute,
    make,
    odd_name,
)


def _named(name: str, subject: Name, findings: str = "") -> Case:
    made = make(subject=subject)
    return of(f"name: {name}", block(made.der), made, findings=findings)


def _cn(name: str, value: str, text: str, findings: str = "") -> Case:
    """A subject of one common name."""
    return _named(name, odd_name(f"CN={text}", attribute("CN", value.encode())), findings)


def _escapes() -> list[Case]:
    return [
        _cn("comma", "Corp, Inc.", r"Corp\, Inc."),
        _cn("plus", "a+b", r"a\+b"),
        _cn("quotes", 'the "Root"', r"the \"Root\""),
        _cn("backslash", "a\\b", r"a\\b"),
        _cn("less and greater", "<a>", r"\<a\>"),
        _cn("semicolon", "a;b", r"a\;b"),
        _cn("equals", "a=b", "a=b"),
        _cn("number sign first", "#1 CA", r"\#1 CA"),
        _cn("number sign inside", "CA #1", "CA #1"),
        _cn("blank first", " CA", r"\ CA"),
        _cn("blank last", "CA ", r"CA\ "),
        _cn("blanks first and last", "  CA  ", r"\  CA \ "),
        _cn("one blank", " ", r"\ "),
        _cn("NUL", "login.example\0.evil.example", r"login.example\00.evil.example"),
        _cn("empty value", "", ""),
        _cn("slash", "/CN=other", "/CN=other"),
        _cn("another name inside", "a,CN=b", r"a\,CN=b"),
        _cn("all specials", ' #"+,;<>\\ ', r"\ #\"\+\,\;\<\>\\\ "),
        _cn("line feed", "a\nb", "a\nb"),
        _cn("carriage return and escape", "a\r\x1b[2Jb", "a\r\x1b[2Jb", "strange_name:0"),
        _cn("tab", "a\tb", "a\tb"),
    ]


def _alphabets() -> list[Case]:
    return [
        _cn("umlauts", "Größe", "Größe"),
        _cn("combining marks", "Gro\u0308ße", "Gro\u0308ße"),
        _cn("Chinese", "根证书", "根证书"),
        _cn("emoji", "🔒 CA", "🔒 CA"),
        _cn("right to left", "\u202egnp.exe", "\u202egnp.exe", "strange_name:0"),
        _cn("zero width", "Ama\u200bzon", "Ama\u200bzon", "imitates_public_ca:0 strange_name:0"),
        _cn("Slack's own", "<!channel> <@U1> *x* `y`", r"\<!channel\> \<@U1\> *x* `y`"),
        _cn("64 kB", "A" * 65_536, "A" * 65_536),
        _named("UTF8String that is no UTF-8", odd_name("CN=#0c02fffe", attribute("CN", b"\xff\xfe"))),
    ]


def _strings() -> list[Case]:
    kinds = {
        "PrintableString": (PRINTABLE, b"Root CA", "Root CA"),
        "PrintableString with @ and *": (PRINTABLE, b"*@ca_1", "*@ca_1"),
        "PrintableString with a byte above 127": (PRINTABLE, b"Gr\xf6\xdfe", "Größe"),
        "T61String": (T61, b"Root CA", "Root CA"),
        "T61String as Latin-1": (T61, b"Gr\xf6\xdfe", "Größe"),
        "IA5String": (IA5, b"Root CA", "Root CA"),
        "IA5String with a byte above 127": (IA5, b"Gr\xf6\xdfe", "Größe"),
        "NumericString": (NUMERIC, b"12 34", "12 34"),
        "VisibleString": (VISIBLE, b"Root CA", "Root CA"),
        "BMPString": (BMP, "Größe 根".encode("utf-16-be"), "Größe 根"),
        "BMPString of odd length": (BMP, b"\0A\0", "#1e03004100"),
        "UniversalString": (UNIVERSAL, "Größe".encode("utf-32-be"), "Größe"),
        "bit string": (0x03, b"\0\xaa", "#030200aa"),
        "integer": (0x02, b"\x2a", "#02012a"),
    }
    return [
        _named(f"{name}", odd_name(f"CN={text}", attribute("CN", value, tag)))
        for name, (tag, value, text) in kinds.items()
    ]


def _structure() -> list[Case]:
    sales, smith = attribute("OU", b"Sales"), attribute("CN", b"J.  Smith")
    multi = Name(sequence(set_of(attribute("O", b"Widget Inc.")), set_of(sales, smith)), "")
    cn_first = min(smith, sales) == smith
    text = "CN=J.  Smith+OU=Sales" if cn_first else "OU=Sales+CN=J.  Smith"
    many = [attribute("OU", f"unit {n}".encode()) for n in range(200)]
    return [
        _named("empty", Name(sequence(), "")),
        _named("two values in one", Name(multi.der, f"{text},O=Widget Inc.")),
        _named("two common names", odd_name("CN=b,CN=a", attribute("CN", b"a"), attribute("CN", b"b"))),
        _named("country alone", odd_name("C=ES", attribute("C", b"ES", PRINTABLE))),
        _named("country of three letters", odd_name("C=ESP", attribute("C", b"ESP", PRINTABLE))),
        _named("empty country", odd_name("C=", attribute("C", b"", PRINTABLE))),
        _named("common name before country", odd_name("C=DE,CN=a", attribute("CN", b"a"), attribute("C", b"DE"))),
        _named("two hundred units", odd_name(",".join(f"OU=unit {n}" for n in range(199, -1, -1)), *many)),
        _named("an empty set", Name(sequence(set_of(), set_of(attribute("CN", b"a"))), "CN=a")),
        *_attributes(),
    ]


def _attributes() -> list[Case]:
    kinds = {
        "all short names": [("C", b"DE"), ("ST", b"BY"), ("L", b"M"), ("STREET", b"S 1"), ("O", b"o"), ("OU", b"u")],
        "domain components": [("DC", b"example"), ("DC", b"ca")],
        "user id": [("UID", b"u1")],
    }
    plain = [
        _named(
            name,
            odd_name(",".join(f"{k}={v.decode()}" for k, v in reversed(pairs)), *(attribute(k, v) for k, v in pairs)),
        )
        for name, pairs in kinds.items()
    ]
    dotted = {
        "e-mail address": ("1.2.840.113549.1.9.1", b"ca@ca.example", IA5),
        "serial number": ("2.5.4.5", b"A1", PRINTABLE),
        "title": ("2.5.4.12", b"Dr", UTF8),
        "organisation identifier": ("2.5.4.97", b"VATDE-1", UTF8),
        "business category": ("2.5.4.15", b"Private", UTF8),
        "unknown": ("1.3.6.1.4.1.99999.5", b"x, y", UTF8),
    }
    for name, (kind, value, tag) in dotted.items():
        text = value.decode().replace(",", "\\,")
        plain.append(_named(f"attribute: {name}", odd_name(f"{kind}={text}", attribute(kind, value, tag))))
    return plain


def _same_or_not() -> list[Case]:
    printable = odd_name("CN=Root CA", attribute("CN", b"Root CA", PRINTABLE))
    utf8 = odd_name("CN=Root CA", attribute("CN", b"Root CA"))
    lower = odd_name("CN=root  ca", attribute("CN", b"root  ca"))
    other = odd_name("CN=Other CA", attribute("CN", b"Other CA"))
    pairs = {
        "another kind of string": (printable, utf8, True),
        "other case and blanks": (utf8, lower, True),
        "another name, own key": (utf8, other, False),
    }
    cases = []
    for name, (subject, issuer, same) in pairs.items():
        made = make(subject=subject, issuer=issuer).but(self_issued=same, self_signed=True)
        cases.append(of(f"issuer: {name}", block(made.der), made))
    return cases


def cases() -> list[Case]:
    """Every kind of name."""
    return [*_escapes(), *_alphabets(), *_strings(), *_structure(), *_same_or_not()]
