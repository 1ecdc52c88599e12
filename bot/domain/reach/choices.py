"""All requests that differ for a policy, cut into groups of keys that are chosen independently of each other.

A condition looks at one key, or at few. What is chosen for one key does not bind the others unless a condition looks at
both, so that a policy with ten conditions needs ten short lists and not their product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import islice, product

from bot.domain.reach.attribute_mappings import is_certificate_tag, usual_tags
from bot.domain.reach.candidate_texts import (
    PATTERNED,
    Candidates,
    candidates_for,
    cut_texts,
    depending_on_others,
    filled_texts,
    serial_texts,
    wanted_of,
)
from bot.domain.reach.conditions import Condition, holds
from bot.domain.reach.freedom import DOUBTFUL, IDENTITY, TIME, Freedom, World
from bot.domain.reach.identity_choices import identity_worlds
from bot.domain.reach.operators import Family, as_date
from bot.domain.reach.patterns import Pattern, matches, may_match_after
from bot.domain.reach.request_keys import SESSION_NAME, SESSION_TEXT, TAG, TAG_KEYS, TAG_TEXT, TIMES, Missing
from bot.domain.reach.texts import bounds_of

MOST_WORLDS = 2_000
"""Of a group with more combinations than this only the first are tried, and what they don't show is not concluded."""

MOST_COMPARISONS = 400_000
"""So many comparisons of a group's values are made; the conditions of real policies ask for a few thousand."""

_WITH_VARIABLE = 10
# How the tags of a certificate are spelled, up to the attribute.
_TAG_BEGINNINGS = ("x509Subject/", "x509Issuer/", "x509SAN/")

Answers = tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that are decided together: in each way to choose, what each of them says.

    ``worlds`` has for each way the values that were chosen; None where it is not sure that they can be.
    """

    conditions: tuple[Condition, ...]
    answers: tuple[Answers, ...]
    worlds: tuple[World | None, ...]


def groups_of(conditions: Iterable[Condition], freedom: Freedom) -> tuple[Group, ...]:
    """The groups of the conditions, each with every combination of answers that can be had."""
    return tuple(_group(*one, freedom) for one in _joined(tuple(conditions), freedom))


def _joined(
    conditions: tuple[Condition, ...], freedom: Freedom
) -> Iterator[tuple[tuple[Condition, ...], frozenset[str]]]:
    """The conditions by what is chosen for them; one that nothing is chosen for stands alone."""
    used = frozenset(key for one in conditions for key in one.keys)
    choices = [_choices_of(one, used, freedom) for one in conditions]
    leaders: dict[str, str] = {}
    for some in choices:
        for choice in some:
            leaders[_leader(leaders, choice)] = _leader(leaders, some[0])
    members: dict[str, list[Condition]] = {}
    chosen: dict[str, set[str]] = {}
    for condition, some in zip(conditions, choices, strict=True):
        if not some:
            yield (condition,), frozenset()
            continue
        leader = _leader(leaders, some[0])
        members.setdefault(leader, []).append(condition)
        chosen.setdefault(leader, set()).update(some)
    yield from ((tuple(each), frozenset(chosen[leader])) for leader, each in members.items())


def _choices_of(condition: Condition, used: frozenset[str], freedom: Freedom) -> tuple[str, ...]:
    choices = {freedom.chosen_with(key, used) for key in condition.keys if freedom.is_free(key)}
    if TAG_KEYS in condition.keys:
        choices |= {freedom.chosen_with(key, used) for key in used if key.startswith(TAG) and freedom.is_free(key)}
    return tuple(sorted(choices))


def _leader(leaders: dict[str, str], choice: str) -> str:
    """The choice that stands for all that are made together with this one."""
    while leaders.setdefault(choice, choice) != choice:
        leaders[choice] = choice = leaders[leaders[choice]]
    return choice


def _group(conditions: tuple[Condition, ...], choices: frozenset[str], freedom: Freedom) -> Group:
    lists, loose = _lists(conditions, sorted(choices), freedom)
    if TAG_KEYS in choices:
        lists = [*lists, *_tags_beside(conditions, freedom)]
    most = max(1, min(MOST_WORLDS, MOST_COMPARISONS // sum(_comparisons(one) for one in conditions)))
    combined = list(islice(product(*lists), most + 1))
    if len(combined) > most:
        loose = frozenset(conditions)
    found: dict[Answers, World | None] = {}
    for parts in combined[:most]:
        world = {key: values for part in parts for key, values in part.items()}
        if TAG_KEYS in choices:
            world[TAG_KEYS] = _tag_keys(world, conditions, freedom)
        request = freedom.request(world)
        answers = tuple(holds(one, request) for one in conditions)
        if found.get(answers) is None:
            found[answers] = None if DOUBTFUL in world else world
        if loose:
            unsure = (None if one in loose else said for one, said in zip(conditions, answers, strict=True))
            found.setdefault(tuple(unsure), None)
    return Group(conditions, tuple(found), tuple(found.values()))


def _comparisons(condition: Condition) -> int:
    """How much it takes to look whether a condition holds: a variable is filled anew for each request."""
    if condition.literals is not None or not condition.values:
        return 1
    return sum(1 if value.pattern is not None else _WITH_VARIABLE for value in condition.values)


def _lists(
    conditions: Sequence[Condition], choices: Sequence[str], freedom: Freedom
) -> tuple[list[list[World]], frozenset[Condition]]:
    """For each choice the ways to make it, and the conditions that the ways may not show in every light."""
    lists: list[list[World]] = []
    loose = set(depending_on_others(conditions, freedom))
    for choice in choices:
        if choice == TIME:
            lists.append(list(_times(conditions, freedom)))
            loose |= {one for one in conditions if one.key in TIMES and _has_family(one, *PATTERNED)}
        elif choice == IDENTITY:
            lists.append(list(identity_worlds(conditions, freedom)))
            loose |= {one for one in conditions if _has_family(one, Family.NUMERIC, Family.DATE)}
        elif choice == TAG_KEYS:
            loose |= set(_asking_for_unlisted_tags(conditions, freedom))
        else:
            worlds, unshown = _worlds_of(choice, conditions, freedom)
            lists.append(worlds)
            loose |= unshown
    return lists, frozenset(loose)


def _has_family(condition: Condition, *families: Family) -> bool:
    return condition.operator is not None and condition.operator.family in families


def _worlds_of(key: str, conditions: Sequence[Condition], freedom: Freedom) -> tuple[list[World], frozenset[Condition]]:
    if key == SESSION_NAME and not freedom.accepts_session_name:
        own = [one for one in conditions if one.key == key]
        wanted = [wanted_of(one, freedom) for one in own if _has_family(one, *PATTERNED)]
        measured = frozenset(one for one in own if _has_family(one, Family.NUMERIC, Family.DATE))
        return [{key: (text,), **mark} for text, mark in serial_texts(wanted)], measured
    found = _texts_for(key, conditions, freedom)
    return list(_text_worlds(key, found.texts, freedom)), found.loose


def _texts_for(key: str, conditions: Sequence[Condition], freedom: Freedom) -> Candidates:
    alphabet = SESSION_TEXT if key == SESSION_NAME else TAG_TEXT
    own = candidates_for(key, conditions, bounds_of(alphabet), freedom)
    # The conditions that these are for count as not shown in every light anyhow.
    others = islice(_from_others(key, conditions, freedom), MOST_WORLDS)
    extra = [text for text in others if all(map(alphabet.allows, text))]
    return Candidates(tuple(dict.fromkeys((*own.texts, *extra))), own.loose)


def _from_others(key: str, conditions: Sequence[Condition], freedom: Freedom) -> Iterator[str]:
    """Texts that make this key equal to what another key is, or the other way round, for both to be worth a try."""
    texts_for = cache(lambda other: _texts_of_other(other, conditions, freedom))
    for condition in depending_on_others(conditions, freedom):
        for value in condition.values:
            for other in (other for other in sorted({condition.key, *value.keys}) if other != key):
                texts = texts_for(other)
                if condition.key == key:
                    yield from filled_texts(value, other, texts)
                elif key in value.keys and other == condition.key:
                    yield from cut_texts(value, texts)
                    yield from texts


def _texts_of_other(key: str, conditions: Sequence[Condition], freedom: Freedom) -> Sequence[str]:
    fixed = freedom.fixed.get(key)
    return fixed or candidates_for(key, conditions, bounds_of(TAG_TEXT), freedom).texts


def _text_worlds(key: str, texts: Sequence[str], freedom: Freedom) -> Iterator[World]:
    # A certificate need not have the field, but every session has a name.
    if key == SESSION_NAME or freedom.mappings.passes_on(key.removeprefix(TAG)):
        yield from ({key: (text,)} for text in texts)
    if key != SESSION_NAME:
        yield {key: Missing.ABSENT}


def _times(conditions: Sequence[Condition], freedom: Freedom) -> Iterator[World]:
    now = freedom.now
    if now is None:
        return
    named = [as_date(value.text) for one in conditions for value in one.values]
    around = {one for moment in named if moment is not None for one in _moments_around(moment)}
    for moment in (now, *sorted(one for one in around if one > now)):
        whole = moment.replace(microsecond=0)
        yield {"aws:currenttime": (whole.isoformat(),), "aws:epochtime": (str(int(whole.timestamp())),)}


def _moments_around(moment: datetime) -> Iterator[datetime]:
    for step in (-1, 0, 1):
        # An end of the year 9999 is what people write for "for ever", and there is no second after it.
        with suppress(OverflowError):
            yield moment + timedelta(seconds=step)


def _tags_beside(conditions: Sequence[Condition], freedom: Freedom) -> Iterator[list[World]]:
    """Tags that no condition asks for by themselves, where one looks at the list of all tags.

    Of tags that all patterns take alike one is enough.
    """
    asked = {key for one in conditions for key in one.keys}
    seen: set[tuple[bool, ...]] = set()
    for spelled in _spellings(conditions).values():
        key = TAG + spelled.lower()
        if key in asked or not freedom.mappings.passes_on(spelled.lower()):
            continue
        alike = tuple(matches(one, spelled) for one in _patterns(conditions, freedom))
        if alike not in seen:
            seen.add(alike)
            yield [{key: Missing.ABSENT}, {key: ("x",)}]


def _asking_for_unlisted_tags(conditions: Sequence[Condition], freedom: Freedom) -> Iterator[Condition]:
    """The conditions that name a tag which Roles Anywhere may make of a certificate, though no page lists it."""
    spellings = _spellings(conditions).values()
    for condition in conditions:
        for pattern in _patterns([condition], freedom):
            named = [step.character for step in pattern.steps if step.character is not None]
            begins = any(may_match_after(pattern, one) for one in _TAG_BEGINNINGS)
            if begins and all(map(TAG_TEXT.allows, named)) and not any(matches(pattern, one) for one in spellings):
                yield condition
                break


def _patterns(conditions: Sequence[Condition], freedom: Freedom) -> Iterator[Pattern]:
    request = freedom.request({})
    for one in conditions:
        if one.key == TAG_KEYS and one.operator is not None:
            found = (value.against(one.operator, request) for value in one.values)
            yield from (pattern for pattern in found if isinstance(pattern, Pattern))


@lru_cache(maxsize=1)
def _usual_spellings() -> Mapping[str, str]:
    return {tag.lower(): tag for tag in usual_tags()}


def _spellings(conditions: Sequence[Condition]) -> Mapping[str, str]:
    """How each tag is spelled, by its name in lower case."""
    asked = (one.key_name.partition("/")[2] for one in conditions if one.key.startswith(TAG))
    listed = (value.text for one in conditions if one.key == TAG_KEYS for value in one.values)
    named = {text.lower(): text for text in (*asked, *listed) if is_certificate_tag(text.lower())}
    return {**named, **_usual_spellings()}


def _tag_keys(world: World, conditions: Sequence[Condition], freedom: Freedom) -> tuple[str, ...] | Missing:
    asked = {key for one in conditions for key in one.keys if key.startswith(TAG)}
    if any(freedom.mappings.passes_on(key.removeprefix(TAG)) is None for key in asked):
        return Missing.UNKNOWN
    spellings = _spellings(conditions)
    present = sorted(key.removeprefix(TAG) for key, values in world.items() if isinstance(values, tuple))
    return tuple(spellings[name] for name in present if name in spellings) or Missing.ABSENT
