"""Which source identities are a trust anchor's alone, and what is said of the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evidence import MOST_IDENTITIES
from bot.domain.known_identities import exclusive, identities_of, identity_facts

names = st.lists(st.sampled_from([f"CN={one}" for one in "abcdefgh"]), unique=True).map(tuple)


def test_only_sessions_that_were_given_have_one() -> None:
    """A refused session, and one whose record does not say, have no identity; each counts once."""
    sessions: list[dict[str, object]] = [
        {"identity": "CN=a", "error_code": None},
        {"identity": "CN=a"},
        {"identity": "CN=b", "error_code": "AccessDeniedException"},
        {"identity": ""},
        {},
    ]
    assert identities_of(sessions) == ("CN=a",)


@given(names, names, names)
def test_nobody_elses_identity_is_taken(own: tuple[str, ...], asked: tuple[str, ...], others: tuple[str, ...]) -> None:
    """What others have, or what was not looked for, is never denied, and all of it is counted in words."""
    alone, said = exclusive(own, identity_facts(asked, others, looked=True))
    assert set(alone) == (set(own) & set(asked)) - set(others)
    assert bool(said) == (len(alone) < len(own))


@given(names, names)
def test_without_a_look_no_identity_is_alone(own: tuple[str, ...], others: tuple[str, ...]) -> None:
    """A search that was refused, and facts of an older version, say nothing of who else has it."""
    for facts in ({}, identity_facts(own, others, looked=False)):
        alone, said = exclusive(own, facts)
        assert alone == ()
        assert bool(said) == bool(own)


def test_the_words_name_each_reason() -> None:
    """More than fit are left out, and said so."""
    own = [f"CN={number}" for number in range(MOST_IDENTITIES + 4)]
    facts = identity_facts(own[1:], own[1:3], looked=True)
    alone, said = exclusive(own, facts)
    assert len(alone) == MOST_IDENTITIES
    assert said == (
        "1 source identity (too many for a policy), 2 source identities (others have it too), "
        "1 source identity (who else has it is not known)"
    )
