"""Where a change came from, as far as that says who did it: the caller and the address, without false friends.

A principal whose job trust anchors are makes them every week, a network of ours holds everybody, and an address of AWS
says only that a service made the call.
"""

from __future__ import annotations

from ipaddress import ip_address

from bot.domain.detection import Actor, Detection
from bot.domain.house import House


def callers_of(detection: Detection, house: House) -> tuple[str, ...]:
    """The ARN and the access key of the caller; empty where they tell nobody apart."""
    actor = detection.actor
    if actor.invoked_by or house.owns_anchors(actor.session_issuer_arn or "") or house.owns_anchors(actor.arn or ""):
        return ()
    return tuple(one for one in (actor.arn, actor.access_key_id) if one)


def addresses_of(detection: Detection, house: House) -> tuple[str, ...]:
    """The public address of the caller; empty for one of ours, of AWS, or of a private network."""
    address = detection.actor.source_address or ""
    try:
        public = ip_address(address).is_global
    except ValueError:
        return ()
    ours = _is_of_a_service(detection.actor) or house.network_of(address) is not None
    return (address,) if public and not ours else ()


def _is_of_a_service(actor: Actor) -> bool:
    return bool(actor.invoked_by) or actor.via == "service"
