"""Who would notice all of Contain All: the sum of what was counted for its rungs."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.evidence import Evidence
from bot.domain.ladder_use import who_notices
from bot.domain.other_use import OtherUse, UseCount, not_looked
from bot.domain.plan import Plan
from bot.registry import load_handlers
from tests.fakes.stories import PLAN

RUNGS = load_handlers().ladders["contain_all"].rungs
NOBODY = UseCount("2026-11-22T10:00:00+00:00", "eu-west-1")


def plans(use: OtherUse) -> list[Plan]:
    """The plans of Contain All's rungs in a case where this was counted."""
    return [replace(PLAN, action_id=one, evidence=Evidence(use=use)) for one in RUNGS]


def test_every_rung_has_its_number() -> None:
    """Of the trust anchor all sessions count, of everything else the others; what is not whole is a least."""
    use = OtherUse(
        anchor=replace(NOBODY, total=12),
        profiles=replace(NOBODY, total=15, others=3),
        roles=replace(NOBODY, total=20, others=1, gap="not searched: eu-north-1"),
        actor=replace(NOBODY, total=9, others=0, gap="not searched: eu-north-1"),
    )
    said = who_notices(plans(use))
    assert said.startswith(
        "In the last 30 days: 12 sessions through this trust anchor; 3 other sessions through the profiles; "
        "at least 1 other session in the roles; no call seen of the caller from other addresses."
    )
    assert len(said) <= 300


def test_only_whole_searches_say_that_nothing_breaks() -> None:
    """One that was not made, or not whole, keeps the sentence from saying so."""
    whole = OtherUse(NOBODY, NOBODY, NOBODY, NOBODY, NOBODY)
    assert "nothing should break" in who_notices(plans(whole))
    for roles in (None, not_looked("x"), replace(NOBODY, gap="x")):
        assert "should break" not in who_notices(plans(replace(whole, roles=roles)))
    assert "other sessions in the roles are not counted" in who_notices(plans(replace(whole, roles=None)))


def test_unknown_rungs_speak_for_themselves() -> None:
    """A ladder of a house's own actions has nothing that was counted here."""
    assert who_notices([replace(PLAN, action_id="own")]) == "Whoever notices one of its steps: each says it for itself."
