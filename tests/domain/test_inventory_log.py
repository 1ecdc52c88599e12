"""The bot's own inventory is the fold of its stream: approvals stand until they are removed, checks are nightly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.audit import link
from bot.domain.case import Case
from bot.domain.effects import EffectKind, Standing, effects
from bot.domain.events import Event, draft
from bot.domain.fold import fold
from bot.domain.identity import INVENTORY_ID, is_case_id
from bot.domain.inventory_log import AlertSilenced, ApprovalEnds, CaApproved, CaRemoved, InventoryOpened, SelfChecked

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
APPROVED = CaApproved(
    entry_id="e1",
    name="Vendor PKI",
    keys=("a" * 64, "b" * 64),
    owner="platform team",
    accounts=("111122223333",),
    regions=("eu-west-1",),
    ends="2027-01-31",
    ticket="CHG1",
    case_id="AW-0000000000",
    requester="U1",
    approvers=("U2",),
)
SILENCED = AlertSilenced(
    "event-1", "CreateTrustAnchor", "111122223333", "eu-west-1", "x", "arn", ("a" * 64,), "w", ("e1",)
)
ME = Standing("me", exclusive=True)


def stream(*events: Event, at: datetime = AT, case: Case | None = None) -> Case:
    """The inventory's stream after these events."""
    case = case or Case(INVENTORY_ID)
    return fold(case, link(INVENTORY_ID, case.head, at, [draft(one) for one in events]))


def test_an_approval_is_an_entry_for_each_key() -> None:
    """Every key of the CA stands in the words of the organization's file, with who approved it, where and when."""
    first, second = stream(InventoryOpened(), APPROVED).inventory.entries
    assert (first.spki_sha256, second.spki_sha256) == APPROVED.keys
    assert first.ends == date(2027, 1, 31)
    assert first.silences
    assert (first.approved_by, first.case_id, first.approved_at) == (("U1", "U2"), "AW-0000000000", AT)


def test_a_removed_approval_is_gone_and_can_come_again() -> None:
    """Removing takes the entry out; approving the same again brings it back and counts from nothing."""
    removed = stream(APPROVED, SILENCED, CaRemoved("e1", "AW-0000000000", "U3"))
    assert removed.inventory.entries == ()
    again = stream(APPROVED, case=removed)
    assert again.inventory.kept["e1"].silenced == 0


def test_what_did_not_ring_is_counted_for_its_entry() -> None:
    """An approval says how often it kept something from ringing, so that removing it can be weighed."""
    other = AlertSilenced("event-2", "CreateTrustAnchor", "1", "r", "x", "arn", (), "w", ("e2",))
    own = stream(APPROVED, SILENCED, other).inventory
    assert own.kept["e1"].silenced == 1
    assert own.silenced == {"event-1", "event-2"}


def test_the_channel_hears_of_everything_but_a_passed_check() -> None:
    """Approvals, removals, silenced alerts, ends and a failed check are lines; a check that rang is only logged."""
    ends = ApprovalEnds("e1:2027-01-31:soon", "Vendor PKI", "team", "2027-01-31", ended=False)
    told = stream(InventoryOpened(), APPROVED, SILENCED, ends, SelfChecked(rang=True), SelfChecked(rang=False, why="x"))
    assert [type(one.event) for one in told.notices] == [CaApproved, AlertSilenced, ApprovalEnds, SelfChecked]


def due(case: Case) -> datetime:
    """When the check of the stream is due."""
    (effect,) = (one for one in effects(case, ME) if one.kind is EffectKind.CHECK_INVENTORY)
    return effect.at


def test_the_first_check_is_due_at_once() -> None:
    """A new inventory is checked when it begins."""
    assert due(stream(InventoryOpened())) == AT


@pytest.mark.parametrize(
    ("checked", "following"),
    [
        (AT, datetime(2026, 11, 23, 3, tzinfo=UTC)),
        (datetime(2026, 11, 22, 2, 59, tzinfo=UTC), datetime(2026, 11, 22, 3, tzinfo=UTC)),
        (datetime(2026, 11, 22, 3, tzinfo=UTC), datetime(2026, 11, 23, 3, tzinfo=UTC)),
    ],
)
def test_every_night_has_one_check(checked: datetime, following: datetime) -> None:
    """The next check is at the next three o'clock, whoever made the last one."""
    assert due(stream(SelfChecked(rang=True), at=checked)) == following


def test_a_failed_check_keeps_the_last_pass() -> None:
    """Health shows when it last rang, not when it was last tried."""
    own = stream(SelfChecked(rang=False, why="x"), at=AT + timedelta(days=1), case=stream(SelfChecked(rang=True)))
    assert own.inventory.passed_at == AT
    assert own.inventory.checked_at == AT + timedelta(days=1)


def test_no_case_asks_for_a_check() -> None:
    """Only the inventory's stream does; its id can be exported like any other."""
    case = fold(Case("OPS-2026-11-22"), link("OPS-2026-11-22", Case("x").head, AT, [draft(SelfChecked(rang=True))]))
    assert not [one for one in effects(case, ME) if one.kind is EffectKind.CHECK_INVENTORY]
    assert is_case_id(INVENTORY_ID)
