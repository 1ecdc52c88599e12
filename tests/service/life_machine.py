"""People, AWS, Slack and sudden deaths in any order: what must never happen never does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.approval import Decision, Person
from bot.domain.audit import Entry, verify_chain
from bot.domain.case import Case, Request, RequestState
from bot.domain.code_check import CodeCheck
from bot.domain.effects import effects, wake_at
from bot.domain.fold import fold
from bot.service.show_case import CARD_EVENT_TYPE, NOTE_EVENT_TYPE
from tests.fakes.desk import Desk, Killed, ran_as_shown
from tests.fakes.fake_action_aws import FaultKind
from tests.fakes.ladder_desk import known, out_of_turn
from tests.service.life_houses import CALL_OF, HOUSES, STAFF, evidence_is_saved, policy_of, was_let_run

T = TypeVar("T")

OPEN = {RequestState.PENDING, RequestState.WAITING, RequestState.APPROVED, RequestState.RUNNING}
ENDS = set(RequestState) - OPEN
users = st.sampled_from(sorted(STAFF))
codes = st.sampled_from([CodeCheck.RIGHT, CodeCheck.RIGHT, CodeCheck.WRONG, None])
requests = st.sampled_from(["R1", "R2", "R3"])
actions = st.sampled_from(
    ["delete_trust_anchor", "delete_trust_anchor", "disable_trust_anchor", "contain_all", "list_linked_profiles"]
)
faults = st.sampled_from(["deny", "throttle", "error", "unclear_before_effect", "unclear_after_effect"])
operations = st.sampled_from(["GetTrustAnchor", *CALL_OF.values()])


class LifeMachine(RuleBasedStateMachine):
    """One case over many lives. ``loop`` is shared by all of them."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    steps: ClassVar[int] = 0
    effects: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(receipts_after=(timedelta(seconds=30), timedelta(minutes=4)))
        self.desk.aws.trail_delay = timedelta(seconds=45)
        self.known = Case(self.desk.case_id)
        self.settled: dict[str, RequestState] = {}
        self.seen_effects = 0

    def do(self, work: Awaitable[T]) -> T | None:
        """Run something; when the process dies over it, the next life begins."""
        try:
            return self.loop.run_until_complete(work)
        except Killed:
            self._bury()
            self.desk.rise()
            return None

    def _bury(self) -> None:
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        if left:
            self.loop.run_until_complete(asyncio.wait(left))

    def pressed(self, attempt: Awaitable[Decision]) -> None:
        """Press something: a no stands in the log once, a yes leaves none there."""
        before, lives = self._refusals(), self.desk.lives
        decision = self.do(attempt)
        if decision is not None and self.desk.lives == lives:
            assert self._refusals() - before == (not decision.allowed)

    def _refusals(self) -> int:
        return len(self.desk.kinds("attempt:refused"))

    @initialize(house=st.sampled_from(sorted(HOUSES)))
    def alert(self, house: str) -> None:
        """The detection comes in to a house with rules of its own, and its card goes out."""
        self.house = house
        self.desk.policy = policy_of(house)
        self.desk.directory.people = dict(STAFF)
        self.do(self.desk.detect())
        profile = {"arn": self.desk.aws.add_profile("one", []), "name": "one"}
        self.do(known(self.desk, "reachable_roles", {"open_profiles": [profile]}))
        self.do(self.desk.work())

    @rule(event=st.sampled_from(["event-1", "event-2"]), redelivered=st.booleans())
    def detect(self, event: str, redelivered: bool) -> None:  # noqa: FBT001 - Hypothesis passes it by name.
        """The same event again, or another."""
        self.do(self.desk.detect(event, redelivered=redelivered))

    @rule(user=users, action=actions, code=codes)
    def ask(self, user: str, action: str, code: CodeCheck | None) -> None:
        """Somebody asks."""
        self.pressed(self.desk.ask(user, action, read=False, code=code))

    @rule(
        action=actions,
        operation=operations,
        fault=st.one_of(st.none(), faults),
        steps=st.one_of(st.none(), st.integers(0, 12)),
    )
    def agree_and_run(self, action: str, operation: str, fault: FaultKind | None, steps: int | None) -> None:
        """Somebody asks, all who are needed say yes twice, and it runs: with a fault of AWS, a death, both or none."""
        self._agree_on(action)
        if fault is not None:
            self.desk.aws.fail(f"rolesanywhere:{operation}", fault)
        self.desk.life.steps_left = steps
        self.do(self.desk.work())
        self.desk.life.steps_left = None

    @rule(action=actions)
    def agree_and_run_in_peace(self, action: str) -> None:
        """A case that was closed is opened first, and nothing goes wrong."""
        self.pressed(self.desk.reopen("U1"))
        self._agree_on(action)
        self.do(self.desk.work())

    def _agree_on(self, action: str) -> None:
        self.pressed(self.desk.ask("U1", action, read=False, code=CodeCheck.RIGHT))
        self.do(self.desk.read_plans())
        request = f"R{sum(not one.ladder for one in self._case().requests.values())}"
        for user in ("U2", "U3", "U4", "U3", "U4"):
            self.pressed(self.desk.approve(user, request, code=CodeCheck.RIGHT))

    @rule(user=users, request=requests, clicks=st.integers(1, 3), code=codes)
    def approve(self, user: str, request: str, clicks: int, code: CodeCheck | None) -> None:
        """Somebody says yes, some click more than once."""
        for _ in range(clicks):
            self.pressed(self.desk.approve(user, request, code=code))

    @rule(request=requests)
    def approve_all_at_once(self, request: str) -> None:
        """Everybody presses the same button at the same moment."""

        async def all_press() -> None:
            await asyncio.gather(*(self.desk.approve(user, request) for user in sorted(STAFF)))

        self.do(all_press())

    @rule(user=users, request=requests)
    def reject(self, user: str, request: str) -> None:
        """Somebody says no."""
        self.pressed(self.desk.reject(user, request))

    @rule(user=users, request=requests)
    def stop_ladder(self, user: str, request: str) -> None:
        """Somebody wants no further rung to begin."""
        self.pressed(self.desk.stop_ladder(user, request))

    @invariant()
    def no_rung_begins_before_the_one_before_it_is_done(self) -> None:
        """And none is left out: at the end of a ladder every rung that was not begun says so."""
        assert out_of_turn(self._case()) == []

    @rule(user=users, control=st.sampled_from(["acknowledge", "close", "reopen"]))
    def note(self, user: str, control: str) -> None:
        """Somebody notes something on the case."""
        self.pressed(getattr(self.desk, control)(user))

    @rule(seconds=st.sampled_from([1, 11, 61, 61, 1_000]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.desk.clock.advance(timedelta(seconds=seconds))

    @rule()
    def work(self) -> None:
        """The runner does what is due."""
        self.do(self.desk.work())

    @rule(steps=st.integers(0, 12))
    def work_and_die(self, steps: int) -> None:
        """The process is killed after so many steps of its work."""
        self.desk.life.steps_left = steps
        self.do(self.desk.work())
        self.desk.life.steps_left = None

    @rule(user=users, steps=st.integers(0, 1))
    def die_in_a_click(self, user: str, steps: int) -> None:
        """The process is killed right before or right behind the append of a click."""
        self.desk.life.steps_left = steps
        self.do(self.desk.approve(user))
        self.desk.life.steps_left = None

    @rule(user=users, gone=st.booleans())
    def come_and_go(self, user: str, gone: bool) -> None:  # noqa: FBT001 - As above.
        """Somebody leaves, or is back."""
        self.desk.directory.people[user] = Person(user, active=False) if gone else STAFF[user]

    @rule(trouble=st.sampled_from(["lost", "unsent", "limited", "channel_not_found"]))
    def slack_goes_wrong(self, trouble: str) -> None:
        """Slack fails the next post."""
        self.desk.slack.troubles.append(trouble)

    @precondition(lambda self: self.desk.aws.anchor(self.desk.target) is not None)
    @rule(name=st.sampled_from(["one", "two"]))
    def somebody_changes_it(self, name: str) -> None:
        """Somebody else renames the trust anchor."""
        anchor = self.desk.aws.anchor(self.desk.target)
        assert anchor is not None
        anchor["name"] = name

    def _case(self) -> Case:
        """The case as the disk has it; entries never change, so only the new ones are folded."""
        entries = self.desk.disk.entries.get(self.desk.case_id, [])
        self.known = fold(self.known, entries[self.known.head.seq :])
        return self.known

    @invariant()
    def each_request_has_at_most_one_effect(self) -> None:
        """However often the process died over it."""
        assert all(count <= 1 for count in self.desk.calls_by_request.values()), self.desk.calls_by_request

    @invariant()
    def each_effect_was_agreed_on(self) -> None:
        """Before the call enough different people who did not ask said yes to it, or somebody broke the glass."""
        done = self.desk.aws.effects()
        fresh, self.seen_effects = done[self.seen_effects :], len(done)
        type(self).effects += len(fresh)
        for call in fresh:
            case = self._case()
            evidence_is_saved(self.house, call.operation, self.desk)
            agreed = [
                one for one in case.requests.values() if one.starts and CALL_OF.get(one.action_id) == call.operation
            ]
            assert agreed
            for request in agreed:
                asked = case.requests.get(request.ladder, request)
                was_let_run(self.house, asked, self._asked_and_given(asked))
                assert ran_as_shown(request), "something else than was shown"

    def _asked_and_given(self, asked: Request) -> list[Entry]:
        kinds = ("action:requested", "approval:given", "glass:broken")
        found = [one for kind in kinds for one in self.desk.kinds(kind)]
        return [one for one in found if one.data["request_id"] == asked.request_id]

    @invariant()
    def nothing_leaves_an_end(self) -> None:
        """A settled request stays what it is, and a receipt is told once."""
        found = [one.data["request_id"] for one in self.desk.kinds("receipt:found")]
        assert len(found) == len(set(found))
        states = {one.request_id: one.state for one in self._case().requests.values()}
        assert {one: states[one] for one in self.settled} == self.settled
        # What is not known may be settled by our own event.
        self.settled = {one: state for one, state in states.items() if state in ENDS - {RequestState.UNKNOWN}}

    @invariant()
    def done_means_that_aws_shows_it(self) -> None:
        """A request is only called done when AWS had the effect; nobody else deletes or disables here."""
        anchor = self.desk.aws.anchor(self.desk.target)
        for request in self._case().requests.values():
            if request.state is RequestState.DONE and request.action_id == "delete_trust_anchor":
                assert anchor is None
            if request.state is RequestState.DONE and request.action_id == "disable_trust_anchor":
                assert anchor is None or not anchor["enabled"]

    @invariant()
    def counted(self) -> None:
        """How many steps there were."""
        type(self).steps += 1

    @invariant()
    def there_is_one_card(self) -> None:
        """Never two, whatever was lost."""
        assert len(self.desk.slack.standing(CARD_EVENT_TYPE)) <= 1

    def teardown(self) -> None:
        """When all trouble is over, everything comes to its end."""
        try:
            self._come_to_the_end()
        finally:
            self._bury()

    def _come_to_the_end(self) -> None:
        """One card, no note twice, nothing due, and a chain that holds."""
        self.desk.slack.troubles.clear()
        self.desk.aws._faults.clear()  # noqa: SLF001 - The trouble is over.
        self.desk.rise()
        for _ in range(3):
            self.loop.run_until_complete(self.desk.note_due())
        self.desk.clock.advance(timedelta(hours=1))
        self.loop.run_until_complete(self.desk.work())
        self.loop.run_until_complete(self.desk.note_due())
        case = self._case()
        assert case == fold(Case(self.desk.case_id), self.desk.disk.entries.get(self.desk.case_id, []))
        if case.exists:
            assert len(self.desk.slack.standing(CARD_EVENT_TYPE)) == 1
            assert all(request.state in ENDS for request in case.requests.values())
            assert effects(case, self.desk.standing) == ()
            assert wake_at(case, self.desk.standing) is None
            keys = [one["metadata"]["event_payload"]["key"] for one in self.desk.slack.standing(NOTE_EVENT_TYPE)]
            assert len(keys) == len(set(keys))
            assert verify_chain(self.desk.disk.entries[self.desk.case_id]) == case.head.seq
