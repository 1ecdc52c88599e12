"""Opens a message wrapping by wrapping, down to its events; each event is read on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from bot.adapters.formats import (
    cloudtrail,
    cloudtrail_file,
    elastic,
    elastic_search,
    eventbridge,
    guardduty,
    security_hub,
    sns,
)
from bot.adapters.formats.compressed import BASE64_OF_GZIP, MAX_UNPACKED_BYTES, Room, opened, plain_base64, unpacked
from bot.adapters.formats.envelope import alerts_in, events_in
from bot.adapters.formats.form import Event, Form, Found, Ignored, JsonObject, Part, each_of
from bot.adapters.formats.json_text import MAX_BODY_BYTES, read_body, read_json
from bot.adapters.second_opinion import policy_lets_service_in, rule_answer
from bot.domain.detection import EventProblem, RuleAlert
from bot.domain.errors import BadInput

MOST_WRAPPINGS = 6
MOST_WORK = 800
"""How much of one message is read: a part counts once, a problem twice, an event about a trust anchor five times.

Each certificate of such an event counts once more, and so do every 400 characters of it. That bounds the time that a
message takes. A mebibyte holds several hundred real records, and the rules behind real alerts make a hundred of them at
once at the most.
"""
_WORK_OF_A_PROBLEM = 2
_WORK_OF_AN_ANCHOR = 5
_CHARACTERS_OF_WORK = 400

# The first that fits reads the message.
_FORMS: tuple[Form, ...] = (
    sns.FORM,
    eventbridge.FORM,
    eventbridge.EXPIRY,
    cloudtrail.FORM,
    cloudtrail_file.FILE,
    cloudtrail_file.NOTICE,
    cloudtrail_file.SUBSCRIPTION,
    cloudtrail_file.BATCH,
    elastic_search.ANSWER,
    elastic_search.HIT,
    security_hub.LIST,
    security_hub.ASFF,
    security_hub.OCSF,
    guardduty.FORM,
    elastic.FORM,
)


def found_in(body: bytes) -> tuple[Found, ...]:
    """Everything in a message body of at most 1 MiB, in its order: events, what is nothing for us, and problems.

    Nothing is left out silently: where a bound is reached, a problem says so. At least one thing is found in any
    body.
    """
    try:
        message, layers = _opened_body(body)
    except BadInput as why:
        return (_problem(why, _Spot("")),)
    found: list[Found] = []
    work = 0
    for one in _walk(message, _Spot("", layers)):
        work += _work(one)
        # The first part is read whatever it takes: it is bounded by itself.
        if work > MOST_WORK and found:
            too_many = f"this is more than is read of one message ({len(found)} parts): what begins here was not read"
            found.append(_problem(BadInput("too_many", too_many, one.at), _Spot(one.at)))
            break
        found.append(one)
    return tuple(found)


def _work(one: Found) -> int:
    if isinstance(one.result, EventProblem):
        return _WORK_OF_A_PROBLEM
    if isinstance(one.result, Ignored) or "TrustAnchor" not in one.result.detection.event_name:
        return 1
    pem = one.result.detection.anchor.certificates_pem
    return _WORK_OF_AN_ANCHOR + len(pem) + sum(map(len, pem)) // _CHARACTERS_OF_WORK


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where we are: the path (empty for the body), the wrappings around it, and the alert that it was found in.

    ``room`` is the whole message's; ``packed`` says that what is here must be unpacked first.
    """

    at: str
    wrappings: tuple[str, ...] = ()
    alert: RuleAlert | None = None
    room: Room = field(default_factory=Room)
    packed: bool = False


def _opened_body(body: bytes) -> tuple[object, tuple[str, ...]]:
    """The JSON of a body, and what it was packed in.

    Raises:
        BadInput: it is not JSON, also not once it is unpacked.
    """
    plain, layers = opened(body, "body")
    try:
        return read_body(plain, MAX_UNPACKED_BYTES if layers else MAX_BODY_BYTES), layers
    except BadInput as why:
        based = plain_base64(plain) if why.code == "not_json" else None
        if based is None:
            raise
        try:
            return read_body(based), (*layers, "base64")
        except BadInput:
            # What it would be as base64 is a guess: the sender is told what it is not.
            raise why from None


def _walk(message: object, spot: _Spot) -> Iterator[Found]:
    try:
        name, parts = _parts(message, spot)
    except BadInput as why:
        yield _problem(why, spot)
        return
    is_empty = True
    for part in parts:
        is_empty = False
        if isinstance(part, Event):
            yield _event(part, spot)
        elif isinstance(part, Ignored):
            yield Found(spot.at or "body", "/".join(filter(None, (*spot.wrappings, name))), part)
        else:
            wrappings = (*spot.wrappings, name) if name else spot.wrappings
            inside = _Spot(part.at, wrappings, part.alert or spot.alert, spot.room, packed=part.packed)
            yield from _walk(part.message, inside)
    if is_empty:
        yield _problem(BadInput("empty", "there is nothing in this", spot.at or "body"), spot)


def _parts(message: object, spot: _Spot) -> tuple[str, Iterable[Part]]:
    """The name of the message's form, empty for a plain list, and what the message holds."""
    place = spot.at or "body"
    if len(spot.wrappings) > MOST_WRAPPINGS:
        raise BadInput("too_deep", f"wrapped more than {MOST_WRAPPINGS} times", place)
    if isinstance(message, str):
        packed = spot.packed or message.startswith(BASE64_OF_GZIP)
        message = read_json(unpacked(message, place, spot.room) if packed else message, place)
    if isinstance(message, list):
        if not message:
            raise BadInput("empty", "this is a list with nothing in it", place)
        return "", each_of(message, spot.at)
    if not isinstance(message, dict):
        raise BadInput("not_an_object", "this is JSON but not an object", place)
    form = _form_of(message)
    if form is not None:
        return form.name, form.read(message, spot.at)
    parts = alerts_in(message, spot.at) or events_in(message, spot.at, _is_known)
    if not parts:
        raise BadInput("unknown_form", "this is no form of message that is known here", place)
    return "envelope", parts


def _form_of(message: JsonObject) -> Form | None:
    return next((form for form in _FORMS if form.fits(message)), None)


def _is_known(message: JsonObject) -> bool:
    return _form_of(message) is not None


def _event(event: Event, spot: _Spot) -> Found:
    read, record, document = event.detection, event.record, event.document
    form = "/".join((*spot.wrappings, read.form))
    detection = replace(
        read,
        form=form,
        alert=read.alert or spot.alert,
        rule=rule_answer(record, document),
        lets_service_in=policy_lets_service_in(read.event_name, record, document),
    )
    return Found(spot.at or "body", form, Event(detection, record, document))


def _problem(why: BadInput, spot: _Spot) -> Found:
    return Found(spot.at or "body", "/".join(spot.wrappings), EventProblem(why.code, str(why), why.at))
