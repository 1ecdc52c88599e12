"""Names of tools and of well-known CAs are recognised through look-alikes, and ordinary names are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ca_names import famous_names, imitated, tool_named

FAMOUS = famous_names(
    [
        (("C", "US"), ("O", "DigiCert Inc"), ("CN", "DigiCert Global Root G2")),
        (("C", "BE"), ("O", "GlobalSign nv-sa"), ("CN", "GlobalSign Root R46")),
        (("C", "US"), ("O", "Certainly"), ("CN", "Certainly Root R1")),
        (("O", "TAIWAN-CA"), ("OU", "Root CA"), ("CN", "TWCA Global Root CA")),
        (("O", "SECOM Trust Systems CO.,LTD."), ("OU", "Security Communication RootCA2")),
    ]
)


@pytest.mark.parametrize(
    "written",
    [
        "DigiCert Inc",
        "DIGICERT",
        "DigiCert, Inc.",
        "DigiCert Global Root G2",
        "DigiCert Internal Root 7",
        "Digi Cert",
        "Dig1Cert",
        "DіgіCert",  # noqa: RUF001 - Cyrillic letters.
        "ＤｉｇｉＣｅｒｔ",  # noqa: RUF001 - Full-width letters.
        "Digi\u200bCert Inc",
        "DìgiCert",
        "DigiCart",
        "DigCert",
        "DigiiCert",
        "Security Communication RootCA2",
        "Certainly Root R1",
        "Let's Encrypt R3",
        "Lets Encrypt",
    ],
)
@pytest.mark.parametrize("kind", ["CN", "O"])
def test_a_famous_name_is_recognised(written: str, kind: str) -> None:
    """The name itself, a name that begins with it, and what a reader takes for it."""
    assert imitated((("C", "US"), (kind, written)), FAMOUS)


@pytest.mark.parametrize(
    "written",
    ["", "Harbour Root", "Root CA", "Certainly Fine CA", "Taiwan Office CA", "Our DigiCert Replacement", "Digit", "G2"],
)
def test_an_ordinary_name_is_left_alone(written: str) -> None:
    """Everyday words, and names that only hold a famous one further in, are nobody's."""
    assert imitated((("CN", written),), FAMOUS) is None


def test_other_parts_of_a_name_do_not_count() -> None:
    """A town may be called anything."""
    assert imitated((("L", "DigiCert Inc"),), FAMOUS) is None


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ((("C", "AU"), ("ST", "Some-State"), ("O", "Internet Widgits Pty Ltd")), "OpenSSL"),
        ((("O", "mkcert development CA"), ("OU", "a@b"), ("CN", "mkcert a@b")), "mkcert"),
        ((("CN", "minica root ca 3f2a1b"),), "minica"),
        ((("C", "US"), ("ST", "San Francisco"), ("L", "CA"), ("CN", "example.net")), "cfssl"),
        ((("CN", "Vault CA"),), "Vault (or its tutorial)"),
        ((("O", "Acme"), ("CN", "Acme Root CA")), "step"),
        ((("O", "Acme"), ("CN", "Acme Intermediate CA")), "step"),
    ],
)
def test_a_tools_own_name_is_recognised(name: tuple[tuple[str, str], ...], tool: str) -> None:
    """Each tool by the name that it gives a CA by itself."""
    assert tool_named(name) == tool


@pytest.mark.parametrize(
    "name",
    [
        (),
        (("CN", "Harbour Root"), ("O", "Example")),
        (("C", "US"), ("O", "Acme"), ("CN", "Acme Root CA")),
        (("CN", "minica root ca of ours"),),
        (("CN", "example.net"),),
        (("L", "San Francisco"), ("CN", "Harbour Root")),
    ],
)
def test_other_names_are_no_tools(name: tuple[tuple[str, str], ...]) -> None:
    """Names that people choose."""
    assert tool_named(name) is None


@given(st.lists(st.tuples(st.sampled_from(["CN", "O", "OU", "L", "1.2.3"]), st.text(max_size=300)), max_size=40))
def test_any_name_is_answered(name: list[tuple[str, str]]) -> None:
    """Whatever stands in a name, the answer is one of ours."""
    known = {*FAMOUS.brands.values(), *FAMOUS.certificates.values(), None}
    assert imitated(name, FAMOUS) in known
    tool_named(name)
