"""Where the addresses are that sessions came from: by the alert for its own address, else by the local database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.domain.address import AddressKind, kind_of
from bot.service.guide.inquiry import Inquiry

_MOST_CHARACTERS = 80
NO_DATABASE = "In which countries the sessions' addresses are: there is no database of addresses."
_NOT_IN_IT = "In which countries some of the sessions' addresses are: the database of addresses does not know them."


def places_of(inquiry: Inquiry, addresses: Iterable[str]) -> Mapping[str, str]:
    """The place in words of each of these addresses that has a known one: at most 80 characters, city before country.

    Only public addresses have a place.
    """
    found = {one: _place(inquiry, one) for one in _public(addresses)}
    return {address: place for address, place in found.items() if place}


def not_placed(inquiry: Inquiry, addresses: Iterable[str], places: Mapping[str, str]) -> tuple[str, ...]:
    """Why public addresses have no place in ``places``; empty when each has one."""
    if all(one in places for one in _public(addresses)):
        return ()
    return (NO_DATABASE if inquiry.sources.place_of is None else _NOT_IN_IT,)


def _public(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(addresses) if kind_of(one) is AddressKind.PUBLIC)


def _place(inquiry: Inquiry, address: str) -> str:
    said = (one.alert.place for one in inquiry.case.detections if one.alert and one.actor.source_address == address)
    known = next(filter(None, said), None) or (inquiry.sources.place_of(address) if inquiry.sources.place_of else ())
    return ", ".join(known)[:_MOST_CHARACTERS]
