"""The use cases on a log in memory, with fakes for Slack and AWS: one life after the other, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.adapters.cloudtrail_search import LookupSearch
from bot.domain.approval import ApprovalPolicy, Decision, Person
from bot.domain.approval_rule import rules_by_risk
from bot.domain.audit import Draft, Entry
from bot.domain.ca_facts import CaFacts
from bot.domain.case import Case, Request, RequestState
from bot.domain.detection import Actor, Anchor, Detection, SourceType, Understood
from bot.domain.effects import Effect, EffectKind, Standing, effects
from bot.domain.errors import AnchorwatchError, AwsError
from bot.domain.identity import Target, case_id_for
from bot.domain.plan import Risk
from bot.domain.response_action import ResponseAction
from bot.registry import load_handlers
from bot.service.acknowledge import acknowledge
from bot.service.ask_for_action import ask_for_action
from bot.service.case_book import CaseBook
from bot.service.cast_vote import approve_request, reject_request
from bot.service.expect_containment import ExpectContainment
from bot.service.find_receipt import FindReceipt
from bot.service.known_state import known_plan
from bot.service.mark_false_positive import mark_false_positive, reopen
from bot.service.observe_anchor import ObserveAnchor
from bot.service.open_plan import plan_opened
from bot.service.press import Press, Pressing, PressRule, no_plan
from bot.service.read_plan import ReadPlan
from bot.service.remind import Remind
from bot.service.rules_now import RulesNow
from bot.service.run_action import RunAction
from bot.service.shared_reads import SharedReads
from bot.service.show_bar import ShowBar
from bot.service.show_case import ShowCase
from bot.service.show_followups import ShowFollowups
from bot.service.show_question import ShowQuestion
from bot.service.stop_ladder import stop_ladder
from bot.service.take_detection import TakeDetection
from bot.service.tell_glass import TellGlass
from bot.service.watch_containment import WatchContainment
from tests.fakes.desk_doers import doer_of
from tests.fakes.fake_aws import NOW, FakeAws
from tests.fakes.memory_claims import MemoryClaims
from tests.fakes.memory_log import MemoryDisk
from tests.fakes.mortal import Killed, Life, MortalAccounts, MortalLog
from tests.fakes.slack_in_memory import CHANNEL, FakeDirectory, FakeMessenger, ManualClock, PlainPresenter

__all__ = ["ACTIONS", "GRACE", "HANDLERS", "PEOPLE", "TWO_APPROVALS", "Desk", "Killed", "Life", "detection_of"]

HANDLERS = load_handlers()
ACTIONS = HANDLERS.actions
GRACE = timedelta(seconds=10)
PEOPLE = {
    "U1": Person("U1", responder=True),
    "U2": Person("U2", responder=True, approver=True),
    "U3": Person("U3", approver=True),
    "U4": Person("U4", approver=True),
    "U5": Person("U5"),
}
TWO_APPROVALS = ApprovalPolicy(rules_by_risk(irreversible=2))


def detection_of(target: Target, event_id: str = "event-1") -> Detection:
    """What CloudTrail said of a trust anchor."""
    return Detection(
        event_id=event_id,
        event_name="CreateTrustAnchor",
        event_source="rolesanywhere.amazonaws.com",
        happened_at=NOW,
        account=target.account,
        region=target.region,
        form="eventbridge",
        actor=Actor(arn=f"arn:aws:iam::{target.account}:user/mallory"),
        anchor=Anchor(target.anchor_arn, target.anchor_id, enabled=True, source_type=SourceType.CERTIFICATE_BUNDLE),
    )


def ran_as_shown(request: Request) -> bool:
    """Whether a run began from the state that was shown; of what can't be undone all of it was."""
    if request.started is None:
        return False
    unknown = request.plan.unknown or ()
    known = {what: value for what, value in request.started.state.items() if what not in unknown}
    return known == dict(request.plan.state) and not (unknown and request.risk is Risk.IRREVERSIBLE)


@dataclass
class FakeSurface:
    """A card that is drawn anew with each revision and each plan; ``whole`` says whether plans fit on it."""

    whole: bool = True

    def rendered(self, case: Case) -> str:
        """See :class:`bot.service.signed_yes.Surface`."""
        request = case.open_request
        return f"card of revision {case.revision} with plan {request.digest if request else 'none'}"

    def fits(self, request: Request) -> bool:
        """See :class:`bot.service.signed_yes.Surface`."""
        del request
        return self.whole


@dataclass
class Desk:
    """Everything between intake and effects; :meth:`rise` begins the next life on the same disk."""

    policy: ApprovalPolicy = TWO_APPROVALS
    clock: ManualClock = field(default_factory=ManualClock)
    disk: MemoryDisk = field(default_factory=MemoryDisk)
    slack: FakeMessenger = field(default_factory=FakeMessenger)
    directory: FakeDirectory = field(default_factory=lambda: FakeDirectory(dict(PEOPLE)))
    aws: FakeAws = field(default_factory=FakeAws)
    actions: Mapping[str, ResponseAction] = field(default_factory=lambda: ACTIONS)
    exclusive: bool = True
    investigates: bool = False
    receipts_after: tuple[timedelta, ...] = ()
    lives: int = 0
    calls_by_request: Counter[str] = field(default_factory=Counter)
    errors: list[Exception] = field(default_factory=list)
    surface: FakeSurface = field(default_factory=FakeSurface)

    def __post_init__(self) -> None:
        """Begin the first life, with one trust anchor in AWS."""
        self.target = self.aws.add_anchor()
        self.aws.clock = self.clock.now
        self.case_id = case_id_for(self.target.account, self.target.region, str(self.target.anchor_id))
        self.rise()

    def rise(self) -> None:
        """Begin a life: a new process on the disk that the last one left."""
        self.lives += 1
        self.life = Life()
        self.slack.step = self.life.step
        accounts, log = MortalAccounts(self.aws, self.life), MortalLog(self.disk, self.life)
        log.exclusive = self.exclusive
        self.standing = Standing(
            f"life-{self.lives}",
            exclusive=self.exclusive,
            post_grace=GRACE,
            receipts_after=self.receipts_after,
            investigates=self.investigates,
        )
        self.expect = ExpectContainment(self.aws.expect_containment, self.clock)
        self.book = CaseBook(log, self.clock, self.standing, lambda _: None, self.expect)
        self.pressing = Pressing(self.book, self.clock)
        shows = (self.book, self.slack, PlainPresenter())
        self.show, self.question, self.bar = ShowCase(*shows), ShowQuestion(*shows), ShowBar(*shows)
        self.followups, self.watch, self.tell_glass = ShowFollowups(*shows), WatchContainment(*shows), TellGlass(*shows)
        search, claims = LookupSearch(accounts), MemoryClaims(self.disk, self.life.step)
        rules = RulesNow(lambda *asked, **more: self.policy.terms_for(*asked, **more))  # noqa: PLW0108 - It may change.
        self.run = RunAction(self.book, self.actions, accounts, self.directory, self.clock, search, claims, rules)
        self.remind = Remind(self.book, self.slack, PlainPresenter(), self.directory, self.clock)
        self.find_receipt = FindReceipt(self.book, self.actions, accounts, search, self.clock)
        self.observe = ObserveAnchor(self.book, accounts, SharedReads(self.clock))
        self.read_plan = ReadPlan(self.book, self.actions, accounts)

    async def detect(self, event_id: str = "event-1", *, redelivered: bool = False) -> None:
        """A detection of the trust anchor comes in."""
        understood = Understood((detection_of(self.target, event_id),))
        take = TakeDetection(self.book, lambda _: understood, lambda: lambda _: CaFacts())
        await take(b"", redelivered=redelivered)

    async def case(self) -> Case:
        """The case as this life sees it."""
        return await self.book.load(self.case_id)

    def kinds(self, kind: str) -> list[Entry]:
        """The entries of one kind, from the disk."""
        return [entry for entry in self.disk.entries.get(self.case_id, []) if entry.kind == kind]

    async def press(self, user_id: str, control: str, rule: PressRule, **more: Any) -> Decision:
        """Somebody presses a control that was drawn for the case as it is, unless ``more`` says otherwise."""
        case = await self.case()
        given = {"case_id": self.case_id, "revision": case.revision, "channel": CHANNEL, **more}
        return await self.pressing(Press(control=control, person=self.directory.person(user_id), **given), rule)

    async def acknowledge(self, user_id: str, **more: Any) -> Decision:
        """Somebody presses Acknowledge."""
        return await self.press(user_id, "acknowledge", acknowledge(self.policy), **more)

    async def close(self, user_id: str, reason: str = "It is ours.", **more: Any) -> Decision:
        """Somebody marks the case as a false positive."""
        rule = mark_false_positive(self.policy)
        return await self.press(user_id, "mark_false_positive", rule, reason=reason, **more)

    async def reopen(self, user_id: str, **more: Any) -> Decision:
        """Somebody opens the case again."""
        return await self.press(user_id, "reopen", reopen(self.policy), **more)

    async def ask(self, user_id: str, action_id: str, *, read: bool = True, **more: Any) -> Decision:
        """Somebody sends the form of an action, with the plan that they saw; ``read``: then AWS is read for it."""
        action = HANDLERS.askable[action_id]
        try:
            plan = await known_plan(action, await self.case(), self.clock.now())
        except AwsError as error:
            refusal = no_plan(error)
            return await self.press(user_id, action_id, lambda *_: refusal, revision=None)
        given = {"revision": None, "reason": "It is not ours.", "digest": plan.digest(), **more}
        decision = await self.press(user_id, action_id, ask_for_action(self.policy, action, plan), **given)
        if decision.allowed and read:
            await self.read_plans()
        return decision

    async def read_plans(self) -> None:
        """AWS is read for every request that waits for it."""
        for request in (await self.case()).requests.values():
            if request.state is RequestState.PENDING and request.seen.waits:
                await self.read_plan(self.case_id, request.request_id)

    async def open_plan(self, user_id: str, page: int = 1, pages: int = 1, request_id: str = "R1") -> Decision:
        """Somebody opens a page of a request's whole plan."""
        digest = (await self.case()).requests[request_id].digest
        rule = plan_opened(self.policy, page, pages)
        return await self.press(user_id, "show_plan", rule, request_id=request_id, digest=digest, revision=None)

    async def approve(self, user_id: str, request_id: str = "R1", **more: Any) -> Decision:
        """Somebody presses Approve on the card as it is, unless ``more`` says otherwise."""
        case = await self.case()
        digest = case.requests[request_id].digest if request_id in case.requests else ""
        given = {"request_id": request_id, "digest": digest, "rendered": self.surface.rendered(case), **more}
        return await self.press(user_id, "approve_request", approve_request(self.policy, self.surface), **given)

    async def reject(self, user_id: str, request_id: str = "R1", reason: str = "No.", **more: Any) -> Decision:
        """Somebody sends the form of Reject."""
        given = {"revision": None, "request_id": request_id, "reason": reason, **more}
        return await self.press(user_id, "reject_request", reject_request(self.policy), **given)

    async def stop_ladder(self, user_id: str, request_id: str = "R1", **more: Any) -> Decision:
        """Somebody presses Stop after This Step."""
        given = {"revision": None, "request_id": request_id, **more}
        return await self.press(user_id, "stop_ladder", stop_ladder(self.policy), **given)

    async def work(self, rounds: int = 12) -> None:
        """Do what is due now, as the runner would, until nothing is; what fails is tried again in the next round."""
        for _ in range(rounds):
            due = [one for one in effects(await self.case(), self.standing) if one.at <= self.clock.now()]
            if not due:
                return
            for effect in due:
                await self._do(effect)

    async def _do(self, effect: Effect) -> None:
        before = len(self.aws.effects())
        try:
            await self._doer(effect)(await self.case())
        except AnchorwatchError as error:
            self.errors.append(error)
        finally:
            if effect.kind is EffectKind.RUN:
                self.calls_by_request[effect.subject] += len(self.aws.effects()) - before

    def _doer(self, effect: Effect) -> Callable[[Case], Any]:
        return doer_of(self, effect)

    async def note_due(self) -> None:
        """Let the time of a note, of a grace and of a lease pass, and do what is due then."""
        for _ in range(4):
            self.clock.advance(timedelta(seconds=61))
            await self.work()

    async def appended(self, *drafts: Draft) -> Case:
        """Append something behind the back of all rules."""
        return await self.book.record(await self.case(), drafts)
