"""What the names in certificates claim."""

from __future__ import annotations

import time

import pytest

from bot.adapters.x509 import read_certificates
from bot.domain.ca_facts import Certificate
from bot.domain.pki_names import name_parts, organizations, providers_named, units
from tests.authorities import pem, sound_ca


def named(subject: str) -> tuple[Certificate, ...]:
    """A CA of this name, as it is read."""
    return read_certificates((pem(sound_ca(subject)),)).certificates


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("CN=Root,O=Example", (("CN", "Root"), ("O", "Example"))),
        (r"CN=Root\, O=Evil,O=Example", (("CN", "Root, O=Evil"), ("O", "Example"))),
        (r"OU=a\+b+OU=c", (("OU", "a+b"), ("OU", "c"))),
        (r"CN=\00x\C3", (("CN", "\x00x\xc3"),)),
        ("CN=cut here\\", (("CN", "cut here\\"),)),
        ("no pair,O=", ()),
        ("", ()),
    ],
)
def test_names_are_taken_apart(text: str, parts: tuple[tuple[str, str], ...]) -> None:
    """Escaped signs stay in their value, and a text that was cut does no harm."""
    assert name_parts(text) == parts


def test_a_hostile_name_takes_no_time() -> None:
    """The longest name that is kept, full of escapes, is read at once."""
    began = time.perf_counter()
    name_parts("\\" * 2_047)
    name_parts("\\,+" * 682 + "\\")
    assert time.perf_counter() - began < 0.2


def test_organizations_and_units_are_read() -> None:
    """An organization inside another value is not one."""
    certificates = named(r"CN=Root\, O=Fake,OU=IT,O=Example Corp")
    assert (organizations(certificates), units(certificates)) == (("Example Corp",), ("IT",))


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("CN=VENAFI Issuing CA", ("Venafi",)),
        ("CN=Teleport Host CA,O=teleport.example.com", ("Teleport",)),
        ("CN=HashiCorp Vault Root", ("HashiCorp Vault",)),
        ("CN=Smallstep CA,O=DigiCert Inc", ("DigiCert", "Smallstep")),
        ("CN=Vaultwarden", ()),
        ("CN=Harbour Root,O=Example", ()),
        ("CN=Inspire Root", ()),
    ],
)
def test_providers_are_guessed_by_whole_words(subject: str, found: tuple[str, ...]) -> None:
    """A name inside another word hints at nobody."""
    assert providers_named(named(subject)) == found
