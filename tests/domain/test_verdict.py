"""The verdict: a priority that people can work out by hand."""

from __future__ import annotations

import pytest

from bot.domain.answer import Answer, Sign, Standing, answered, not_allowed
from bot.domain.ca_facts import RedFlag
from bot.domain.verdict import EFFECTS, Effect, Priority, verdict


def of(*codes: str) -> Answer:
    """An answer with these signs."""
    return answered("q", "found", signs=tuple(Sign(code, code) for code in codes))


@pytest.mark.parametrize(
    ("effects", "priority"),
    [
        ((), Priority.MEDIUM),
        ((Effect.FOR_TROUBLE,), Priority.MEDIUM),
        ((Effect.AGAINST_TROUBLE,), Priority.MEDIUM),
        ((Effect.RAISES_UNLESS_OURS,), Priority.HIGH),
        ((Effect.RAISES,), Priority.HIGH),
        ((Effect.SETTLES,), Priority.LOW),
        ((Effect.SETTLES, Effect.RAISES_UNLESS_OURS), Priority.LOW),
        ((Effect.SETTLES, Effect.RAISES), Priority.HIGH),
        ((Effect.SETTLES, Effect.FOR_TROUBLE), Priority.LOW),
        ((Effect.RAISES_UNLESS_TEST,), Priority.HIGH),
        ((Effect.SETTLES_TEST, Effect.FOR_TROUBLE), Priority.LOW),
        ((Effect.SETTLES_TEST, Effect.RAISES_UNLESS_TEST), Priority.LOW),
        ((Effect.SETTLES, Effect.RAISES_UNLESS_TEST), Priority.LOW),
        ((Effect.SETTLES_TEST, Effect.RAISES_UNLESS_OURS), Priority.HIGH),
        ((Effect.SETTLES_TEST, Effect.RAISES), Priority.HIGH),
    ],
)
def test_the_rule(monkeypatch: pytest.MonkeyPatch, effects: tuple[Effect, ...], priority: Priority) -> None:
    """Each sentence of the documented rule, one case each."""
    for effect in Effect:
        monkeypatch.setitem(EFFECTS, effect.name, effect)
    assert verdict((), [of(*(effect.name for effect in effects))]).priority is priority


def test_a_red_flag_of_the_event_counts_like_a_sign() -> None:
    """A published private key raises the priority before anything was asked."""
    weighed = verdict([RedFlag("published_private_key", "Its key is published.")], [])
    assert (weighed.priority, weighed.why) == (Priority.HIGH, "Its key is published.")


def test_the_strongest_sign_stands_first() -> None:
    """A sign that raises comes before what only speaks for trouble, and what the table does not know comes last."""
    flags = [RedFlag("unheard_of", "?"), RedFlag("long_lived_key", "k")]
    weighed = verdict(flags, [of("first_anchor", "pentest_tool")])
    codes = [one.code for one in weighed.for_trouble]
    assert codes == ["pentest_tool", "long_lived_key", "first_anchor", "unheard_of"]


def test_what_could_not_be_checked_is_always_named() -> None:
    """A refused question and what an answer leaves out stand in the verdict."""
    answers = [
        not_allowed("a", "iam:GetRole"),
        answered("b", "found", not_checked=("Other Regions.",)),
        Answer("c", Standing.COULD_NOT_CHECK, "AWS gave no answer."),
    ]
    assert verdict((), answers).not_checked == (
        "Not allowed: the permission iam:GetRole is missing.",
        "Other Regions.",
        "AWS gave no answer.",
    )
