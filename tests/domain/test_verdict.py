"""The verdict: a priority that people can work out by hand."""

from __future__ import annotations

import pytest

from bot.domain import verdict as verdict_module
from bot.domain.answer import Answer, Sign, Standing, answered, events_told, not_allowed
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


def test_an_unknown_ca_is_told_and_raises_nothing() -> None:
    """It stands among what speaks for trouble, at medium; the documented rule says so by its name."""
    weighed = verdict((), [of("ca_unknown")])
    assert (weighed.priority, [one.code for one in weighed.for_trouble]) == (Priority.MEDIUM, ["ca_unknown"])
    assert verdict((), [of("ca_approved")]).priority is Priority.LOW
    assert "``ca_unknown``) is one of them: it does not raise the priority" in (verdict_module.__doc__ or "")


def test_that_a_ca_was_used_stands_before_what_it_could_reach() -> None:
    """What happened decides the card's first sentence, although a test could settle it and not the rest."""
    weighed = verdict((), [of("role_trusts_service", "credential_path_made", "administrator_reachable", "ca_used")])
    assert [one.code for one in weighed.for_trouble] == [
        "ca_used",
        "administrator_reachable",
        "credential_path_made",
        "role_trusts_service",
    ]
    assert verdict((), [of("ca_used", "owners_say_not_ours")]).why == "owners_say_not_ours"


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


def test_one_event_gives_one_sign() -> None:
    """Two questions saw the same CreateAccessKey; the sign that tells of more of them stays, whichever comes first."""
    one = Sign("credential_path_made", "One.", events=("e1",))
    same = Sign("credential_path_made", "The same.", events=("e1",))
    more = Sign("credential_path_made", "More.", events=("e1", "e2"))
    other = Sign("iam_changed", "Another code.", events=("e1",))
    unknown = Sign("credential_path_made", "Nobody knows of which.")

    def told(*signs: Sign) -> list[str]:
        return [sign.sentence for sign in verdict((), [answered("q", "found", signs=signs)]).for_trouble]

    assert told(one, same) == ["One."]
    assert told(one, more) == told(more, one) == ["More."]
    assert told(one, Sign("credential_path_made", "Two.", events=("e2",))) == ["One.", "Two."]
    assert told(one, other, unknown) == ["One.", "Nobody knows of which.", "Another code."]


def test_too_many_events_are_compared_with_nothing() -> None:
    """Part of them would make one sign look like another's whole."""
    assert events_told(f"e{number}" for number in range(51)) == ()
    assert events_told(("e1", "")) == ()
    assert events_told(("e1", "e1", "e2")) == ("e1", "e2")


def test_what_could_not_be_looked_into_is_part_of_a_medium_priority() -> None:
    """Where the search for sessions was refused, "nothing found" alone would read as if there were none."""
    refused = [not_allowed(one, "cloudtrail:LookupEvents") for one in ("ca_used", "privileged_roles", "actor_habit")]
    assert verdict((), refused).why == (
        "Nothing found so far raises or settles it. But it could not be seen whether the CA was used or what these "
        "roles may do."
    )
    assert verdict((), [*refused, of("public_root")]).why == "public_root"
    assert verdict((), [answered("ca_used", "No session.")]).why == "Nothing found so far raises or settles it."
