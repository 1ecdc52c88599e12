"""Several reports of one event: whether they are of the same one, and what they say together."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from bot.domain.detection import Actor, Anchor, Detection, RuleAlert, SourceType, Where

_SURENESS = {where.value: rank for rank, where in enumerate(Where)}
_LEAST_SURE = len(_SURENESS)
_SOURCE_KEYS = {
    "arn": "anchor_arn",
    "name": "anchor_name",
    "certificates_pem": "certificates",
    "source_type_text": "source_type",
}
_UNSAID = (None, ())


def is_same_event(known: Detection, new: Detection) -> bool:
    """Whether two reports are of one event.

    One id is not enough: where both name a trust anchor it must be the same one, so that another anchor rings
    whatever id its event came with.
    """
    agree = _agree(known.anchor.anchor_id, new.anchor.anchor_id)
    return known.event_id == new.event_id and agree and _is_same_place(known, new)


def is_same_anchor(known: Detection, new: Detection) -> bool:
    """Whether two reports name the same trust anchor, as far as they say where it is."""
    named = known.anchor.anchor_id
    return named is not None and named == new.anchor.anchor_id and _is_same_place(known, new)


def with_report(known: Detection, new: Detection) -> Detection:
    """What two reports of one event say together: the surer value counts, and of two as sure ones the known one.

    Telling the same again changes nothing.
    """
    anchor: dict[str, Any] = {one.name: _surer(known, new, one.name) for one in fields(Anchor)}
    anchor["source_type"] = SourceType.__members__.get(anchor["source_type_text"] or "", SourceType.UNKNOWN)
    anchor["held_private_key"] = known.anchor.held_private_key or new.anchor.held_private_key
    actor: dict[str, Any] = {one.name: _either(known.actor, new.actor, one.name) for one in fields(Actor)}
    sources = {
        key: min((one for one in (known.sources.get(key), new.sources.get(key)) if one), key=_rank)
        for key in {**known.sources, **new.sources}
    }
    return replace(
        known,
        account=known.account or new.account,
        region=known.region or new.region,
        actor=Actor(**actor),
        anchor=Anchor(**anchor),
        alert=_alert(known.alert, new.alert),
        missing=tuple(words for words in known.missing if words in new.missing),
        sources=sources,
        contradictions=tuple(dict.fromkeys((*known.contradictions, *new.contradictions, *_differences(known, new)))),
        rule=known.rule or new.rule,
        lets_service_in=new.lets_service_in if known.lets_service_in is None else known.lets_service_in,
    )


def tells_more(known: Detection, together: Detection) -> bool:
    """Whether ``together`` (:func:`with_report`) says something that responders must see."""
    return _told(known) != _told(together)


def _told(detection: Detection) -> tuple[object, ...]:
    anchor = detection.anchor
    named = (anchor.arn, anchor.anchor_id, anchor.source_type_text, anchor.acm_pca_arn)
    # With it the finding that reported the event is known from others about the same identity.
    findings = detection.alert.finding_ids if detection.alert else ()
    return (*named, anchor.certificates_pem, anchor.held_private_key, detection.contradictions, findings)


def _alert(known: RuleAlert | None, new: RuleAlert | None) -> RuleAlert | None:
    """The alert that came first, with the names of every finding that told of the event."""
    if known is None or new is None:
        return known or new
    return replace(known, finding_ids=tuple(dict.fromkeys((*known.finding_ids, *new.finding_ids))))


def _agree(one: str | None, other: str | None) -> bool:
    return not one or not other or one == other


def _is_same_place(known: Detection, new: Detection) -> bool:
    return _agree(known.account, new.account) and _agree(known.region, new.region)


def _rank(where: str | None) -> int:
    return _SURENESS.get(where or "", _LEAST_SURE)


def _either(known: object, new: object, field: str) -> object:
    value = getattr(known, field)
    return getattr(new, field) if value in _UNSAID else value


def _surer(known: Detection, new: Detection, field: str) -> object:
    """The value of an anchor's field that counts."""
    if getattr(known.anchor, field) in _UNSAID or getattr(new.anchor, field) in _UNSAID:
        return _either(known.anchor, new.anchor, field)
    key = _SOURCE_KEYS.get(field, field)
    surer = new if _rank(new.sources.get(key)) < _rank(known.sources.get(key)) else known
    return getattr(surer.anchor, field)


def _differences(known: Detection, new: Detection) -> tuple[str, ...]:
    """What two reports do not agree on, in words that hold nothing of them."""
    pairs = {
        "the kind of CA": (known.anchor.source_type_text, new.anchor.source_type_text),
        "the CA certificates": (frozenset(known.anchor.certificates_pem), frozenset(new.anchor.certificates_pem)),
        "the ARN in AWS Private CA": (known.anchor.acm_pca_arn, new.anchor.acm_pca_arn),
        "the operation": (known.event_name, new.event_name),
    }
    differing = [called for called, (one, other) in pairs.items() if one and other and one != other]
    return tuple(f"{called}: two reports of this event differ" for called in differing)
