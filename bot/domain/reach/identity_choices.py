"""The choices behind the source identity: the subject's common name, or else the certificate's serial number.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from bot.domain.reach.candidate_texts import PATTERNED, cut_texts, serial_texts, texts_around, wanted_of
from bot.domain.reach.conditions import Condition
from bot.domain.reach.freedom import DOUBTFUL, Freedom, World
from bot.domain.reach.operators import Family
from bot.domain.reach.request_keys import (
    CN_TAG,
    PLAIN_NAME_TEXT,
    SESSION_NAME,
    SESSION_TEXT,
    SOURCE_IDENTITY,
    TAG,
    TAG_TEXT,
    Missing,
    Values,
)
from bot.domain.reach.texts import Bounds, Wanted, bounds_of, distinct_texts, fits

_NAMED, _NUMBERED = "CN=", "ID="
# A common name of such a length is the source identity by itself, because "CN=" would make it too long.
_LENGTHS_ALONE = (62, 64)
_MOST_ODD = 200
_DOUBT: World = {DOUBTFUL: Missing.UNKNOWN}


def identity_worlds(conditions: Sequence[Condition], freedom: Freedom) -> Iterator[World]:
    """Every way to choose common name and serial number that the conditions tell apart."""
    patterned = [one for one in conditions if one.operator and one.operator.family in PATTERNED]
    on_name = [wanted_of(one, freedom) for one in patterned if one.key == CN_TAG]
    on_identity = [one for one in patterned if one.key == SOURCE_IDENTITY]
    sessions = tuple(_session_names(patterned, freedom))
    borrowed = (*_borrowed(patterned), *_numbers(conditions))
    with_name = _with_name(on_name, on_identity, freedom, borrowed)
    for (name, identity), session in product(with_name, sessions):
        yield {**_world(name, identity, freedom), **session}
    odd_names = tuple(_odd_names(on_name))
    for serial, mark in _serials(patterned, freedom):
        own = {} if freedom.accepts_session_name else {SESSION_NAME: (serial,)}
        for name in odd_names:
            doubt = mark if name is Missing.ABSENT else _DOUBT
            yield {**_world(name, (_NUMBERED + serial,), freedom), **own, **doubt}
    for (name, identity), session in product(_odd_identities(odd_names, on_identity, freedom), sessions):
        yield {**_world(name, identity, freedom), **session, **_DOUBT}


def _world(name: Values, identity: Values, freedom: Freedom) -> World:
    mapped = freedom.mappings.passes_on(CN_TAG.removeprefix(TAG))
    return {CN_TAG: name if mapped else Missing.ABSENT, SOURCE_IDENTITY: identity}


def _with_name(
    on_name: list[Wanted], on_identity: list[Condition], freedom: Freedom, borrowed: Iterable[str]
) -> Iterator[tuple[Values, Values]]:
    named = [wanted_of(one, freedom, _NAMED) for one in on_identity]
    plain = Bounds(PLAIN_NAME_TEXT, PLAIN_NAME_TEXT.shortest, PLAIN_NAME_TEXT.longest)
    for text in (*distinct_texts([*on_name, *named], plain).texts, *borrowed):
        if fits(text, plain):
            yield (text,), (_NAMED + text,)
    bare = [wanted_of(one, freedom) for one in on_identity]
    for text in distinct_texts([*on_name, *bare], Bounds(PLAIN_NAME_TEXT, *_LENGTHS_ALONE)).texts:
        yield (text,), (text,)


def _odd_names(on_name: list[Wanted]) -> Iterator[Values]:
    """Common names that are not passed on as they are, and none at all."""
    yield Missing.ABSENT
    for bounds in (
        Bounds(TAG_TEXT, PLAIN_NAME_TEXT.longest + 1, TAG_TEXT.longest),
        Bounds(TAG_TEXT, 1, TAG_TEXT.longest, must_have=_not_in_identity),
    ):
        yield from ((text,) for text in distinct_texts(on_name, bounds).texts)


def _odd_identities(
    names: Sequence[Values], on_identity: list[Condition], freedom: Freedom
) -> Iterator[tuple[Values, Values]]:
    """What a name that a tag or a source identity can't hold may become: which text is not known, but its form is."""
    named = [wanted_of(one, freedom, _NAMED) for one in on_identity]
    bare = [wanted_of(one, freedom) for one in on_identity]
    behind = distinct_texts(named, Bounds(SESSION_TEXT, 1, PLAIN_NAME_TEXT.longest)).texts
    alone = distinct_texts(bare, Bounds(SESSION_TEXT, *_LENGTHS_ALONE)).texts
    identities: list[Values] = [(text,) for text in (*(_NAMED + text for text in behind), *alone)]
    if len(names) * len(identities) > _MOST_ODD:
        identities = [Missing.UNKNOWN]
    yield from product(names, identities)


def _numbers(conditions: Sequence[Condition]) -> Iterator[str]:
    for one in conditions:
        if one.key == CN_TAG and one.operator and one.operator.family in (Family.NUMERIC, Family.DATE):
            yield from texts_around(one, bounds_of(PLAIN_NAME_TEXT))


def _not_in_identity(character: str) -> bool:
    return not PLAIN_NAME_TEXT.allows(character)


def _session_names(patterned: Sequence[Condition], freedom: Freedom) -> Iterator[World]:
    if freedom.accepts_session_name:
        yield {}
        return
    wanted = [wanted_of(one, freedom) for one in patterned if one.key == SESSION_NAME]
    for text, mark in serial_texts(wanted):
        yield {SESSION_NAME: (text,), **mark}


def _serials(patterned: Sequence[Condition], freedom: Freedom) -> Iterator[tuple[str, World]]:
    wanted = [wanted_of(one, freedom, _NUMBERED) for one in patterned if one.key == SOURCE_IDENTITY]
    if not freedom.accepts_session_name:
        wanted += [wanted_of(one, freedom) for one in patterned if one.key == SESSION_NAME]
    return serial_texts(wanted)


def _borrowed(patterned: Sequence[Condition]) -> Iterator[str]:
    """Common names that make a value with a variable in it equal to something that another condition names."""
    literals = [value.pattern for one in patterned for value in one.values]
    texts = [one.literal for one in literals if one is not None and not isinstance(one, Missing) and one.literal]
    for one in patterned:
        for value in one.values:
            yield from cut_texts(value, texts)
