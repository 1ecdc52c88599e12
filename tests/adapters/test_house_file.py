"""The organization's own file: everything in it is read, and every mistake names its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.adapters.house_file import read_house
from bot.domain.errors import BadSettings
from bot.domain.house import Environment, House

EXAMPLE = Path(__file__).parent.parent.parent / "config" / "house.toml"


def read(tmp_path: Path, text: str) -> House:
    """The house that a text describes."""
    file = tmp_path / "house.toml"
    file.write_text(text, encoding="utf-8")
    return read_house(str(file))


def uncommented() -> str:
    """The example with its settings switched on, and without its sentences."""
    lines = [line.removeprefix("# ") for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if "---" not in line]
    return "\n".join(line for line in lines if line.startswith("[") or " = " in line)


def test_the_example_names_two_accounts_and_nothing_else_until_it_is_edited() -> None:
    """The accounts are those of AWS's own examples, so an untouched file says nothing of anybody's."""
    house = read_house(str(EXAMPLE))
    named = [(one.account_id, one.environment) for one in house.accounts]
    assert named == [("111122223333", Environment.PRODUCTION), ("444455556666", Environment.LAB)]
    assert replace(house, accounts=()) == House()


def test_every_line_of_the_example_can_be_switched_on(tmp_path: Path) -> None:
    """What the example shows is what is read."""
    house = read(tmp_path, uncommented())
    assert house.hours is not None
    assert (house.hours.zone.key, house.hours.holidays, len(house.hours.maintenance)) == ("Europe/Paris", "FR", 1)
    assert (house.networks[0].name, house.accounts[0].environment) == ("Office VPN", Environment.PRODUCTION)
    assert (house.owners_group, house.organization_names) == ("S0123456789", ("Example Corp",))
    assert house.limits is not None
    assert (house.limits.least_rsa_bits, house.approved_cas[0].ends) == (3072, date(2027, 1, 31))
    assert house.channels == ((Environment.PRODUCTION, "C0123456780"), (Environment.LAB, "C0123456781"))
    assert house.alert_hosts == ("kibana.example.com", "siem.example.com:5601")
    assert (house.places_database, house.guide_url is not None) == ("GeoLite2-City.mmdb", True)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[ours]\n", "[ours]"),
        ("not toml", "can't be read"),
        ("[[account]]\nid = '1'\nname = 'x'\n", "account 1: an account id has 12 digits"),
        ("[[account]]\nname = 'x'\n", "account 1: id is missing"),
        ("[[account]]\nid = '111122223333'\nname = 'x'\nenvironment = 'prod'\n", "account 1: environment"),
        ("[[network]]\ncidr = '10.0.0.0/99'\nname = 'x'\n", "network 1:"),
        ("[guide]\nurl = 'http://wiki.example.com'\n", "guide.url: url must be an https address"),
        ("[guide]\nurl = 'https://wiki.example.com/a|b>c'\n", "guide.url: url must be an https address"),
        ("[guide]\nurl = 'javascript:alert(1)//https://'\n", "guide.url: url must be an https address"),
        ("[alerts]\nhosts = ['https://kibana.example.com']\n", "alerts.hosts: hosts must be names"),
        ("[channels]\nlab = '#lab'\n", "channels: lab does not look like one"),
        ("[channels]\ntest = 'C0123456781'\n", "channels: 'test' is no environment"),
        ("[alerts]\nhosts = ['example']\n", "alerts.hosts: hosts must be names"),
        ("network = 5\n", "[network] must be written as [[network]]"),
        ("[hours]\ntime_zone = 'Mars/Base'\n", "hours: there is no time zone"),
        ("[hours]\ntime_zone = 'UTC'\ndays = ['caturday']\n", "hours: days must be among"),
        ("[hours]\ntime_zone = 'UTC'\ndays = ['mon']\nfrom = '08:00'\nto = '25:00'\n", "hours: to must be a time"),
        ("[[ca]]\nname = 'x'\nowner = 'y'\nspki_sha256 = 'abc'\n", "ca 1: spki_sha256"),
        (f"[[ca]]\nname = 'x'\nowner = 'y'\nspki_sha256 = '{'0' * 64}'\nends = 'soon'\n", "ca 1: ends"),
        ("[tickets]\npattern = '('\n", "tickets.pattern: is no regular expression"),
        ("[owners]\nslack_group = '@pki'\n", "owners.slack_group:"),
        ("[limits]\nleast_rsa_bits = 0\n", "limits: least_rsa_bits"),
    ],
)
def test_a_mistake_names_its_place(tmp_path: Path, text: str, place: str) -> None:
    """A wrong value stops the start with one line that says where it is."""
    with pytest.raises(BadSettings) as wrong:
        read(tmp_path, text)
    assert any(place in one for one in wrong.value.mistakes), wrong.value.mistakes


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Two mistakes make two lines."""
    with pytest.raises(BadSettings) as wrong:
        read(tmp_path, "[ours]\n[limits]\nlongest_years = -1\n")
    assert len(wrong.value.mistakes) == 2
