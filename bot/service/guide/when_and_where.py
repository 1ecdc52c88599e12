"""From where and when the call was made, and whether that is usual for whoever made it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from bot.domain.address import AddressKind, kind_of
from bot.domain.answer import Answer, Question, Sign, answered, could_not_check, does_not_apply
from bot.domain.detection import Detection
from bot.domain.event_search import EventsFound, Record
from bot.domain.house import WEEK, Hours, House
from bot.domain.usage.members import mapping
from bot.service.guide.history import history_of, searched, time_of
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.nearby import count

_MOST_PLACES = 5
_SAME_VISIT = timedelta(days=1)
_LAST_DAY = "Calls of the day before the event do not count as earlier: whoever did this may have made them."

_ADDRESS = Question("source_address", ("51",), "From which address, and was it seen before?")
_PLACE = Question("source_place", ("52", "53"), "Where is that, and is the place new for this identity?")
_HOURS = Question("business_hours", ("55",), "Was it inside business hours?")
_MAINTENANCE = Question("maintenance", ("56",), "Was it inside a maintenance window?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    detection, house = inquiry.case.detection, inquiry.sources.house
    yield _hours(detection, house, inquiry.sources.holiday_on)
    yield _maintenance(detection, house)
    address = detection.actor.source_address
    if address is None:
        for question in (_ADDRESS, _PLACE):
            yield could_not_check(question.id, "The report does not say from which address the call came.")
        return
    place = _place_words(inquiry, address)
    history = await history_of(inquiry)
    yield _address(detection, address, house, history)
    yield _place(inquiry, detection, address, place, history)


def _address(detection: Detection, address: str, house: House, history: EventsFound | None) -> Answer:
    kind = kind_of(address)
    network = house.network_of(address)
    words = f"{address} is {kind.value}" + (f", of our network {network.name}" if network else "")
    if kind in (AddressKind.AWS_SERVICE, AddressKind.INTERNAL):
        return answered(_ADDRESS.id, f"{words}: who told it to is not in this event.")
    if history is None:
        return answered(_ADDRESS.id, f"{words}.", not_checked=("Whether it was seen before: nobody is named.",))
    usual = _usual(history, detection)
    seen = sum(one.get("sourceIPAddress") == address for one in usual)
    facts = {"kind": kind.name.lower(), "network": network.name if network else None, "seen_before": seen}
    sentence, sign = _habit_of(address, seen, len(usual), history.query.region)
    signs = (sign,) if sign is not None else ()
    return answered(
        _ADDRESS.id, f"{words}. {sentence}", signs=signs, facts=facts, not_checked=(_LAST_DAY, *searched([history]))
    )


def _usual(history: EventsFound, detection: Detection) -> list[Record]:
    """The calls that say what is usual: not those of the day before, nor those that made or changed the trust anchor.

    Both may be of the same intruder: one who makes a trust anchor and enables it months later has not become usual.
    """
    until, anchor_id = detection.happened_at - _SAME_VISIT, detection.anchor.anchor_id
    earlier = [one for one in history.records if (at := time_of(one)) is not None and at < until]
    return [one for one in earlier if anchor_id is None or not _is_about(one, anchor_id)]


def _is_about(record: Record, anchor_id: str) -> bool:
    asked, answer = mapping(record.get("requestParameters")), mapping(record.get("responseElements"))
    return anchor_id in (asked.get("trustAnchorId"), mapping(answer.get("trustAnchor")).get("trustAnchorId"))


def _habit_of(address: str, seen: int, calls: int, region: str) -> tuple[str, Sign | None]:
    """What a number of calls says of an address."""
    if not calls:
        return f"No earlier call of this identity was found in {region}.", None
    if seen:
        of = f"{seen} of {count(calls, 'earlier call')} in {region}"
        sign = Sign("known_address", f"This identity has called from {address} before: {of}.")
        return f"This identity has called from there before: {of}.", sign
    new = f"new for this identity, whose {count(calls, 'earlier call')} in {region} came from elsewhere"
    return f"It is {new}.", Sign("new_address", f"The address {address} is {new}.")


def _place_words(inquiry: Inquiry, address: str) -> tuple[str, ...]:
    alert = inquiry.case.detection.alert
    if alert is not None and alert.place:
        return alert.place
    return inquiry.sources.place_of(address) if inquiry.sources.place_of else ()


def _place(
    inquiry: Inquiry, detection: Detection, address: str, place: tuple[str, ...], history: EventsFound | None
) -> Answer:
    place_of = inquiry.sources.place_of
    if not place:
        why = "Neither the report nor a database of addresses says where this is."
        return (
            could_not_check(_PLACE.id, why)
            if kind_of(address) is AddressKind.PUBLIC
            else does_not_apply(_PLACE.id, "It is no public address.")
        )
    here = ", ".join(place)
    if place_of is None or history is None:
        return answered(
            _PLACE.id, f"{here}.", not_checked=("Whether the place is new: there is no database of addresses.",)
        )
    others = {one.get("sourceIPAddress") for one in _usual(history, detection)}
    places = {", ".join(found) for other in others if isinstance(other, str) and (found := place_of(other))}
    if here in places:
        return answered(_PLACE.id, f"{here}: earlier calls of this identity came from there too.", facts={"new": False})
    known = ", ".join(sorted(places)[:_MOST_PLACES]) or "nowhere that is known"
    sentence = f"{here}: new for this identity, whose earlier calls came from {known}."
    return answered(_PLACE.id, sentence, signs=(Sign("new_place", sentence),), facts={"new": True})


def _hours(detection: Detection, house: House, holiday_on: Callable[..., str | None] | None) -> Answer:
    hours = house.hours
    if hours is None:
        return could_not_check(_HOURS.id, "Nobody has told Anchorwatch your business hours.")
    local = detection.happened_at.astimezone(hours.zone)
    words = f"{WEEK[local.weekday()].capitalize()} {local:%H:%M} in {hours.zone.key}"
    holiday, unknown = _holiday(hours, local, holiday_on)
    if holiday:
        sentence = f"{words}: a public holiday ({holiday})."
        return answered(_HOURS.id, sentence, signs=(Sign("outside_hours", sentence),), facts={"inside": False})
    inside = any(window.holds(local) for window in hours.business)
    sentence = f"{words}: {'inside' if inside else 'outside'} business hours."
    signs = (Sign("inside_hours" if inside else "outside_hours", sentence),)
    return answered(_HOURS.id, sentence, signs=signs, facts={"inside": inside}, not_checked=unknown)


def _holiday(
    hours: Hours, local: datetime, holiday_on: Callable[..., str | None] | None
) -> tuple[str | None, tuple[str, ...]]:
    if hours.holidays is None or holiday_on is None:
        return None, ()
    try:
        return holiday_on(local.date(), hours.holidays), ()
    except KeyError:
        return None, (f"Public holidays: nobody knows the country {hours.holidays}.",)


def _maintenance(detection: Detection, house: House) -> Answer:
    if house.hours is None or not house.hours.maintenance:
        return could_not_check(_MAINTENANCE.id, "Nobody has told Anchorwatch your maintenance windows.")
    local = detection.happened_at.astimezone(house.hours.zone)
    inside = any(window.holds(local) for window in house.hours.maintenance)
    sentence = f"It was {'inside' if inside else 'outside'} your maintenance windows."
    signs = (Sign("inside_maintenance", sentence),) if inside else ()
    return answered(_MAINTENANCE.id, sentence, signs=signs, facts={"inside": inside})


STEP = Step(
    id="when_and_where",
    title="When and from where",
    questions=(_HOURS, _MAINTENANCE, _ADDRESS, _PLACE),
    permissions=("cloudtrail:LookupEvents",),
    ask=_ask,
)
