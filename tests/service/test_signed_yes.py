"""A yes is to what was seen: the plan's digest, the card as it stands there, and the whole of a long plan."""

from __future__ import annotations

import pytest

from bot.domain.approval import Decision, Reason
from bot.domain.case import RequestState
from bot.domain.events import draft
from bot.domain.plan import plan_name
from bot.domain.post_events import CardShown
from tests.fakes.desk import Desk

DELETE = "delete_trust_anchor"


async def votes(desk: Desk) -> int:
    """How many yes count."""
    return len((await desk.case()).requests["R1"].votes)


async def test_a_yes_keeps_what_it_is_to(desk: Desk) -> None:
    """The entry has the plan's digest, as people read it too, and the digest of the card."""
    await desk.ask("U1", DELETE)
    case = await desk.case()
    assert (await desk.approve("U3")).allowed
    (entry,) = desk.kinds("approval:given")
    digest = case.requests["R1"].digest
    assert entry.data["digest"] == digest
    assert entry.data["rendered"] == desk.surface.rendered(case)
    assert entry.data["shown_as"] == plan_name(digest) == f"{digest[:4]}-{digest[4:8]}"


async def test_nobody_says_yes_before_aws_was_read(desk: Desk) -> None:
    """Not even with the right digests; the sentence says that it is a matter of a moment, or that AWS fails."""
    await desk.ask("U1", DELETE, read=False)
    decision = await desk.approve("U3")
    assert (decision.reason, "being read" in decision.sentence) == (Reason.NOT_READ_YET, True)
    desk.aws.fail("rolesanywhere:GetTrustAnchor", "deny")
    await desk.read_plans()
    decision = await desk.approve("U3")
    assert (decision.reason, "could not be read" in decision.sentence) == (Reason.NOT_READ_YET, True)
    await desk.read_plans()
    assert (await desk.approve("U3")).allowed


@pytest.mark.parametrize("changed", ["digest", "rendered"])
@pytest.mark.parametrize("value", ["", "0" * 64])
async def test_another_plan_or_another_card_is_refused(desk: Desk, changed: str, value: str) -> None:
    """A button that was drawn for something else says so, does nothing, and has the card drawn again."""
    await desk.ask("U1", DELETE)
    await desk.work()
    decision = await desk.approve("U3", **{changed: value})
    assert (decision.allowed, decision.reason) == (False, Reason.OTHER_CARD)
    assert await votes(desk) == 0
    case = await desk.case()
    assert case.display_seq > case.card.shown_seq
    await desk.work()
    assert (await desk.approve("U3")).allowed


async def test_a_card_that_stood_there_a_moment_ago_is_enough(desk: Desk) -> None:
    """An answer of the guide changed the card while somebody read it: what stood there is in the log and counts."""
    await desk.ask("U1", DELETE)
    case = await desk.case()
    await desk.appended(draft(CardShown(case.display_seq, rendered="b" * 64)))
    assert (await desk.approve("U3", rendered="b" * 64)).allowed
    assert desk.kinds("approval:given")[0].data["rendered"] == "b" * 64


async def test_a_card_from_before_a_decision_is_not_enough(desk: Desk) -> None:
    """What the card showed before the first yes, or before AWS was read, is another card."""
    await desk.ask("U1", DELETE, read=False)
    case = await desk.case()
    await desk.appended(draft(CardShown(case.display_seq, rendered="b" * 64)))
    await desk.read_plans()
    assert (await desk.approve("U3", rendered="b" * 64)).reason is Reason.OTHER_CARD
    await desk.appended(draft(CardShown((await desk.case()).display_seq, rendered="d" * 64)))
    assert (await desk.approve("U3", rendered="d" * 64)).allowed
    assert (await desk.approve("U4", rendered="d" * 64)).reason is Reason.OTHER_CARD


async def refused_unopened(decision: Decision) -> None:
    """It is refused because not all was read, and the sentence says what to do."""
    assert decision.reason is Reason.NOT_OPENED
    assert "Show the Whole Plan" in decision.sentence


async def test_a_long_plan_is_opened_to_its_end_first(desk: Desk) -> None:
    """A part is not enough, nor somebody else's reading; each approver reads for themselves."""
    desk.surface.whole = False
    await desk.ask("U1", DELETE)
    await refused_unopened(await desk.approve("U3"))
    await desk.open_plan("U3", 1, 2)
    await desk.open_plan("U4", 2, 2)
    await refused_unopened(await desk.approve("U3"))
    await refused_unopened(await desk.approve("U4"))
    await desk.open_plan("U3", 2, 2)
    assert (await desk.approve("U3")).allowed
    await refused_unopened(await desk.approve("U4"))
    await desk.open_plan("U4", 1, 2)
    assert (await desk.approve("U4")).allowed
    assert (await desk.case()).requests["R1"].state is RequestState.APPROVED
    pages = [(one.by, one.data["page"], one.data["pages"]) for one in desk.kinds("plan:opened")]
    assert pages == [("slack:U3", 1, 2), ("slack:U4", 2, 2), ("slack:U3", 2, 2), ("slack:U4", 1, 2)]


async def test_opening_the_same_page_twice_is_one_entry(desk: Desk) -> None:
    """And after the end of the request none; outsiders open nothing."""
    await desk.ask("U1", DELETE)
    for _ in range(2):
        assert (await desk.open_plan("U3")).allowed
    assert not (await desk.open_plan("U5")).allowed
    await desk.reject("U3")
    assert (await desk.open_plan("U4")).allowed
    assert len(desk.kinds("plan:opened")) == 1
