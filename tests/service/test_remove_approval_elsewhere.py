"""An approval of the bot's own inventory can be removed in every case that has seen it, not only where it was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.domain.case import Case
from bot.domain.case_evidence import evidence_of
from bot.domain.events import ActionRequested, Outcome, RunFinished, RunStarted, draft, slack_user
from bot.domain.evidence import KnownApproval
from bot.domain.house import ApprovedCa
from bot.domain.inventory_log import CaApproved
from bot.domain.investigation import StepAnswered
from bot.ports import Acting
from bot.registry import load_actions
from bot.service.approved_cas import ApprovedCas
from bot.service.earlier_cases import EarlierCases
from bot.service.known_state import known_plan
from bot.service.own_store import OwnStore
from bot.slack.controls import Controls
from tests.fakes.desk import Desk
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import PLAN
from tests.service.guide.test_is_it_ours import ROOT, STRANGER, approved, facts_of, ours

REMOVE = load_actions()["remove_from_inventory"]
KEY = facts_of(ROOT).certificates[0].spki_sha256


def approval(entry_id: str, *accounts: str) -> CaApproved:
    """What people approved in another case."""
    return CaApproved(
        entry_id, "Vendor PKI", (KEY,), "pki team", accounts, ("eu-west-1",), "2027-01-31", "", "AW-9", "U1"
    )


async def seen(desk: Desk, *inventory: ApprovedCa) -> Case:
    """A case in which the guide has read the inventory."""
    await desk.detect()
    await desk.work()
    answer = (await ours(desk, ROOT, inventory=inventory))["ca_inventory"]
    case = await desk.case()
    known = replace(case.investigation, answers={answer.question: answer})
    return replace(case, investigation=known)


def own(*entries: CaApproved) -> tuple[ApprovedCa, ...]:
    """The entries as the inventory has them."""
    return tuple(
        ApprovedCa(
            one.name, KEY, one.owner, one.accounts, one.regions, None, date.fromisoformat(one.ends), one.entry_id
        )
        for one in entries
    )


async def test_another_case_of_the_key_offers_it() -> None:
    """Also where the approval is for another account; never for what only the organization's own file approves."""
    desk = Desk()
    elsewhere = await seen(desk, *own(approval("e1", "999900001111")))
    assert evidence_of(elsewhere).approvals == (KnownApproval("e1", "2027-01-31"),)
    assert REMOVE.id in str(Controls({REMOVE.id: REMOVE}).blocks(elsewhere))
    in_file = await seen(Desk(), approved(ROOT))
    assert REMOVE.id not in str(Controls({REMOVE.id: REMOVE}).blocks(in_file))


async def test_another_key_of_the_inventory_is_not_ours_to_remove() -> None:
    """An approval of another CA is none of this case."""
    strange = facts_of(STRANGER).certificates[0].spki_sha256
    (other,) = own(approval("e1", "1"))
    assert evidence_of(await seen(Desk(), replace(other, spki_sha256=strange))).approvals == ()


async def test_it_removes_every_approval_of_the_key() -> None:
    """Else the button would say that it rings again, and it would not."""
    desk = Desk()
    inventory = ApprovedCas(desk.book)
    given = (approval("e1", "111122223333"), approval("e2", "999900001111"))
    for one in given:
        await inventory.approve(one)
    case = await seen(desk, *own(*given))
    store = OwnStore(inventory, EarlierCases(desk.book))
    plan = await known_plan(REMOVE, case, desk.clock.now(), store=store)
    assert plan.calls == (
        "anchorwatch:RemoveCa entry=e1 ends=2027-01-31",
        "anchorwatch:RemoveCa entry=e2 ends=2027-01-31",
    )
    assert plan.state == {"approval e1 in the inventory": "yes", "approval e2 in the inventory": "yes"}
    aws = store.over(desk.aws.reader(case.target, ()), REMOVE.permissions, Acting(case.case_id, "U1", "R1"))
    await REMOVE.apply(plan, aws)  # type: ignore[arg-type]
    assert (await REMOVE.verify(plan, aws)).done
    assert await inventory() == ()


async def test_what_this_case_removed_is_not_offered_again() -> None:
    """The answer of the guide is older than the removal."""
    desk = Desk()
    case = await seen(desk, *own(approval("e1", "111122223333")))
    await desk.appended(draft(StepAnswered(1, "is_it_ours", (case.investigation.answers["ca_inventory"],))))
    assert evidence_of(await desk.case()).approvals
    name, plan = "R1", replace(PLAN, action_id=REMOVE.id)
    capsule: dict[str, object] = {"entries": [{"entry_id": "e1", "ends": "2027-01-31"}]}
    await desk.appended(
        draft(ActionRequested(name, REMOVE.id, REMOVE.risk, "why", plan, plan.digest(), 0, NOON), slack_user("U1")),
        draft(RunStarted(name, "life-1", NOON, {}, capsule)),
        draft(RunFinished(name, Outcome.DONE, "It ended.")),
    )
    assert evidence_of(await desk.case()).approvals == ()
