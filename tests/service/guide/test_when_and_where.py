"""When and from where: what is usual for the identity, and what nobody can say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.answer import Answer, Standing
from bot.domain.detection import Actor
from bot.domain.house import Hours, House, Network, Window
from bot.service.guide import when_and_where
from tests.fakes.desk import Desk, detection_of
from tests.fakes.guide_desk import ask_step

SUNDAY_NIGHT = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 25, 10, 0, tzinfo=UTC)
OFFICE = Window(("mon", "tue", "wed", "thu", "fri"), time(8), time(19))
PARIS = Hours(ZoneInfo("Europe/Paris"), (OFFICE,), (Window(("sun",), time(3), time(4)),), "FR")
USER = Actor(arn="arn:aws:iam::111122223333:user/mallory", access_key_id="AKIAEXAMPLE", source_address="203.0.113.9")


def record(days_before: int, address: str) -> dict[str, Any]:
    """An earlier call of the same key."""
    happened = SUNDAY_NIGHT - timedelta(days=days_before)
    return {
        "eventID": f"{days_before}-{address}",
        "eventTime": f"{happened:%Y-%m-%dT%H:%M:%SZ}",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": address,
        "userIdentity": {"accessKeyId": "AKIAEXAMPLE", "arn": USER.arn},
    }


async def asked(
    desk: Desk,
    *,
    at: datetime = SUNDAY_NIGHT,
    actor: Actor = USER,
    records: Iterable[dict[str, Any]] = (),
    **more: Any,
) -> dict[str, Answer]:
    """The step's answers for a call at a time, by somebody, with this history."""
    detection = replace(detection_of(desk.target, "event-1"), happened_at=at, actor=actor)
    return await ask_step(
        when_and_where.STEP, replace(await desk.case(), detections=(detection,)), desk.aws, records=records, **more
    )


def codes(answer: Answer) -> list[str]:
    """The signs of an answer."""
    return [one.code for one in answer.signs]


async def test_without_a_house_nothing_is_guessed(desk: Desk) -> None:
    """Hours and windows that nobody told are not taken for anything."""
    found = await asked(desk)
    assert {found[one].standing for one in ("business_hours", "maintenance")} == {Standing.COULD_NOT_CHECK}


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (SUNDAY_NIGHT, "outside_hours"),
        (CHRISTMAS, "outside_hours"),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "inside_hours"),
        (datetime(2026, 11, 23, 18, 30, tzinfo=UTC), "outside_hours"),
    ],
)
async def test_hours_are_those_of_the_zone(desk: Desk, at: datetime, code: str) -> None:
    """A night, a holiday and an evening in Paris are outside, a morning is inside."""
    assert codes((await asked(desk, at=at, house=House(hours=PARIS)))["business_hours"]) == [code]


async def test_a_holiday_is_named(desk: Desk) -> None:
    """A working day that is a public holiday is outside, by its name."""
    found = await asked(desk, at=CHRISTMAS, house=House(hours=PARIS))
    assert "public holiday" in found["business_hours"].sentence


async def test_a_country_that_nobody_knows_is_said(desk: Desk) -> None:
    """A wrong country costs the holidays and nothing else."""
    found = await asked(desk, house=House(hours=replace(PARIS, holidays="ZZ")))
    assert found["business_hours"].not_checked == ("Public holidays: nobody knows the country ZZ.",)


async def test_a_maintenance_window_counts_against_trouble(desk: Desk) -> None:
    """Sunday 03:30 in Paris is inside the window."""
    assert codes((await asked(desk, house=House(hours=PARIS)))["maintenance"]) == ["inside_maintenance"]


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([record(3, "203.0.113.9"), record(4, "198.51.100.1")], ["known_address"]),
        ([record(4, "198.51.100.1")], ["new_address"]),
        ([], []),
        ([record(-1, "198.51.100.1")], []),
    ],
)
async def test_an_address_is_known_or_new(desk: Desk, records: list[dict[str, Any]], code: list[str]) -> None:
    """Only earlier calls say whether an address is new; without any, nothing is said."""
    desk.aws.advance(timedelta(days=2))
    assert codes((await asked(desk, records=records))["source_address"]) == code


async def test_the_last_day_makes_nothing_usual(desk: Desk) -> None:
    """Whoever looked around before the call came from the same address: that makes it no known one."""
    looked = {**record(0, "203.0.113.9"), "eventTime": f"{SUNDAY_NIGHT - timedelta(minutes=20):%Y-%m-%dT%H:%M:%SZ}"}
    alone = (await asked(desk, records=[looked]))["source_address"]
    assert (alone.signs, alone.facts["seen_before"]) == ((), 0)
    usual = [record(4, "198.51.100.1"), looked]
    found = await asked(desk, records=usual, place_of=lambda one: ("NL",) if one == "203.0.113.9" else ("SE",))
    assert codes(found["source_address"]) == ["new_address"]
    assert "whose 1 earlier call in eu-west-1 came from elsewhere" in found["source_address"].signs[0].sentence
    assert codes(found["source_place"]) == ["new_place"]


async def test_the_call_that_made_the_anchor_makes_nothing_usual(desk: Desk) -> None:
    """Whoever made a trust anchor that slept for months and enables it now called from that address before."""
    made = {**record(60, "203.0.113.9"), "responseElements": {"trustAnchor": {"trustAnchorId": desk.target.anchor_id}}}
    desk.aws.advance(timedelta(days=2))
    found = (await asked(desk, records=[made, record(4, "198.51.100.1")]))["source_address"]
    assert codes(found) == ["new_address"]
    changed = {**made, "responseElements": None, "requestParameters": {"trustAnchorId": desk.target.anchor_id}}
    assert codes((await asked(desk, records=[changed, record(4, "198.51.100.1")]))["source_address"]) == ["new_address"]


async def test_a_network_of_ours_has_its_name(desk: Desk) -> None:
    """An address of the office is said to be of the office."""
    house = House(networks=(Network(ip_network("203.0.113.0/24"), "Office VPN"),))
    assert "Office VPN" in (await asked(desk, house=house))["source_address"].sentence


async def test_a_service_is_no_address(desk: Desk) -> None:
    """A call by a service has no place, and who told it to is left open."""
    found = await asked(desk, actor=replace(USER, source_address="cloudformation.amazonaws.com"))
    assert "an AWS service" in found["source_address"].sentence
    assert found["source_place"].standing is Standing.DOES_NOT_APPLY


async def test_a_new_place_is_a_sign(desk: Desk) -> None:
    """A country that no earlier call came from is new for this identity."""
    places = {"203.0.113.9": ("Lyon", "France"), "198.51.100.1": ("Oslo", "Norway")}
    found = await asked(desk, records=[record(4, "198.51.100.1")], place_of=lambda one: places.get(one, ()))
    assert codes(found["source_place"]) == ["new_place"]
    assert "Oslo, Norway" in found["source_place"].sentence
