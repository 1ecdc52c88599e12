"""From a click to a decision: which case, which control, which rule; nothing is acknowledged before it is logged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.domain.approval import Decision
from bot.domain.case import Case
from bot.domain.errors import AwsError, BadInput
from bot.domain.ladder import Askable, Ladder
from bot.domain.plan import Risk
from bot.service.acknowledge import acknowledge
from bot.service.ask_for_action import may_ask
from bot.service.ask_owners import ask_owners, may_answer
from bot.service.cast_vote import approve_request, may_approve, may_reject
from bot.service.give_ticket import may_give_ticket
from bot.service.known_state import known_plan
from bot.service.mark_false_positive import may_mark_false_positive, reopen
from bot.service.press import Press, forged, no_plan, unknown_action
from bot.service.read_guide import may_read_guide
from bot.service.stop_ladder import stop_ladder
from bot.service.stop_looking import cancel_search, stop_looking
from bot.service.tell_outcome import may_tell
from bot.slack import controls, forms
from bot.slack.after_clicks import AfterClicks
from bot.slack.button_value import Reference, page_of, parse_reference
from bot.slack.code_form import approve_form
from bot.slack.desk import Desk
from bot.slack.glass_clicks import GlassClicks
from bot.slack.glass_form import with_inputs
from bot.slack.guide_view import BACK, GUIDE, ON, PARTS, GuideView
from bot.slack.modals import Click
from bot.slack.plan_clicks import PlanClicks
from bot.slack.plan_controls import ASK_AGAIN, PLAN_BACK, PLAN_ON, SHOW_PLAN
from bot.slack.submissions import Submissions
from bot.slack.task_clicks import TaskClicks
from bot.slack.ticket_form import ticket_form
from bot.slack.wanted import wanted_of

Handle = Callable[[Click], Awaitable[Decision]]


class Clicks:
    """What each control does.

    Args:
        desk: what presses are decided with.
        submissions: what is asked for without a form.
        guide: draws the guide.
    """

    def __init__(self, desk: Desk, submissions: Submissions, guide: GuideView) -> None:
        self._desk = desk
        self._submissions = submissions
        self._guide = guide
        self._plans = PlanClicks(desk)
        self._by_control = self._handles()

    def _handles(self) -> dict[str, Handle]:
        """What each control does, by its id."""
        return {
            controls.ACKNOWLEDGE: self._acknowledge,
            controls.REOPEN: self._reopen,
            controls.MARK_FALSE_POSITIVE: self._open_false_positive,
            controls.APPROVE: self._approve,
            controls.REJECT: self._open_reject,
            controls.STOP_LOOKING: self._stop_looking,
            controls.CANCEL_SEARCH: self._cancel_search,
            **dict.fromkeys((controls.WAS_DONE, controls.WAS_NOT_DONE), self._open_outcome),
            **dict.fromkeys((SHOW_PLAN, PLAN_BACK, PLAN_ON), self._plans.show),
            ASK_AGAIN: self._ask_again,
            controls.STOP_LADDER: self._stop_ladder,
            GUIDE: self._read_guide,
            **AfterClicks(self._desk).handles(),
            **TaskClicks(self._desk, self._guide).handles(),
            **GlassClicks(self._desk).handles(),
            **dict.fromkeys((BACK, ON, *(control for control, _ in PARTS.values())), self._read_guide),
            controls.ASK_OWNERS: self._ask_owners,
            controls.ADD_TICKET: self._open_ticket,
            **dict.fromkeys((controls.OURS, controls.NOT_OURS), self._open_owners),
            **dict.fromkeys(self._desk.actions, self._action),
        }

    async def pressed(self, body: Mapping[str, Any]) -> Decision:
        """Handle a ``block_actions`` payload; everything that it decides stands in the log when this returns.

        See: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload

        Raises:
            StoreUnavailable: nothing was stored; Slack must show a failure.
        """
        click, problem = self._read(body)
        if problem is not None:
            return await self._desk.pressing.refuse(click.press, problem)
        return await self._by_control[click.press.control](click)

    def _read(self, body: Mapping[str, Any]) -> tuple[Click, Decision | None]:
        action = body["actions"][0]
        overflow = action.get("type") == "overflow"
        control = _chosen(action) if overflow else str(action["action_id"])
        press = Press(
            control=control[:100],
            person=self._desk.directory.person(str(body["user"]["id"])),
            case_id="",
            revision=0,
            channel=_channel(body),
        )
        view = body.get("view") or {}
        click = Click(
            press, str(body.get("trigger_id", "")), str(view.get("id", "")), page_of(str(action.get("value")))
        )
        if control not in self._by_control:
            return click, unknown_action()
        try:
            reference = parse_reference(str(action.get("block_id", "")))
            carried = reference if overflow else parse_reference(str(action.get("value", "")))
        except BadInput:
            return click, forged()
        if (carried.case_id, carried.revision) != (reference.case_id, reference.revision):
            return click, forged()
        press = replace(press, case_id=carried.case_id, revision=carried.revision, request_id=carried.request_id)
        return replace(click, press=replace(press, digest=carried.digest, rendered=carried.rendered)), None

    async def _acknowledge(self, click: Click) -> Decision:
        return await self._desk.pressing(click.press, acknowledge(self._desk.policy))

    async def _reopen(self, click: Click) -> Decision:
        return await self._desk.pressing(click.press, reopen(self._desk.policy))

    async def _approve(self, click: Click) -> Decision:
        """Count the yes, or ask for the one-time code that it needs."""
        case, pressed = await self._case(click), click.press
        request = case.requests.get(pressed.request_id)
        if request is None or not request.terms.one_time_code:
            return await self._desk.pressing(pressed, approve_request(self._desk.policy, self._desk.surface))
        decision = await self._desk.pressing(pressed, may_approve(self._desk.policy, self._desk.surface))
        if not decision.allowed:
            return decision
        return await self._desk.modals.open(
            click, approve_form(case, request, self._desk.title(request), _carried(pressed))
        )

    async def _open_false_positive(self, click: Click) -> Decision:
        decision = await self._desk.pressing(click.press, may_mark_false_positive(self._desk.policy))
        if decision.allowed:
            return await self._desk.modals.open(click, forms.false_positive_form(await self._case(click)))
        return decision

    async def _open_reject(self, click: Click) -> Decision:
        decision = await self._desk.pressing(click.press, may_reject(self._desk.policy))
        if not decision.allowed:
            return decision
        case = await self._case(click)
        request = case.requests[click.press.request_id]
        return await self._desk.modals.open(click, forms.reject_form(case, request, self._desk.title(request)))

    async def _open_outcome(self, click: Click) -> Decision:
        decision = await self._desk.pressing(click.press, may_tell(self._desk.policy))
        if not decision.allowed:
            return decision
        case = await self._case(click)
        request, done = case.requests[click.press.request_id], click.press.control == controls.WAS_DONE
        return await self._desk.modals.open(
            click, forms.outcome_form(case, request, self._desk.title(request), done=done)
        )

    async def _ask_owners(self, click: Click) -> Decision:
        return await self._desk.pressing(click.press, ask_owners(self._desk.policy, self._desk.owners_group))

    async def _open_owners(self, click: Click) -> Decision:
        # These buttons carry the question and not the case's revision: they live on while the case moves.
        press = replace(click.press, revision=None, question_seq=click.press.revision or 0)
        decision = await self._desk.pressing(press, may_answer(self._desk.policy))
        if not decision.allowed:
            return decision
        ours = press.control == controls.OURS
        return await self._desk.modals.open(
            click, forms.owners_form(await self._case(click), press.question_seq, ours=ours)
        )

    async def _open_ticket(self, click: Click) -> Decision:
        # A ticket changes nothing that others decide, so a card of an earlier state asks for it as well as any.
        decision = await self._desk.pressing(replace(click.press, revision=None), may_give_ticket(self._desk.policy))
        if decision.allowed:
            return await self._desk.modals.open(click, ticket_form(await self._case(click), self._desk.ticket_pattern))
        return decision

    async def _action(self, click: Click) -> Decision:
        action = self._desk.actions[click.press.control]
        if action.risk is Risk.READ:
            return await self._submissions.ask(click.press, action)
        return await self._open_form(click, action)

    async def _ask_again(self, click: Click) -> Decision:
        """The form of what was stopped, with the plan of now and the reason of then."""
        request = (await self._case(click)).requests.get(click.press.request_id)
        action = self._desk.actions.get(request.action_id) if request is not None else None
        if request is None or action is None or action.risk is Risk.READ:
            return await self._desk.pressing.refuse(click.press, forged())
        return await self._open_form(click, action, request.reason)

    async def _open_form(self, click: Click, action: Askable, reason: str = "") -> Decision:
        decision = await self._desk.pressing(click.press, may_ask(self._desk.policy, action))
        if not decision.allowed:
            return decision
        case = await self._case(click)
        wanted = wanted_of(self._desk.policy, action, case, click.press.person)
        if isinstance(wanted, Decision):
            return await self._desk.pressing(click.press, lambda *_: wanted)
        if not isinstance(action, Ladder) and action.form is not None:
            return await self._desk.modals.open(click, self._submissions.empty_form(case, action, action.form, wanted))
        try:
            plan = await known_plan(action, case, self._desk.clock.now(), store=self._desk.store)
        except AwsError as error:
            refusal = no_plan(error)
            return await self._desk.pressing(click.press, lambda *_: refusal)
        form = with_inputs(forms.action_form(case, action, plan, wanted, reason), wanted)
        return await self._desk.modals.open_plan(click, form, case)

    async def _stop_looking(self, click: Click) -> Decision:
        return await self._desk.pressing(replace(click.press, revision=None), stop_looking(self._desk.policy))

    async def _cancel_search(self, click: Click) -> Decision:
        # This button carries the search and not the case's revision: it lives on while the case moves.
        rule = cancel_search(self._desk.policy, click.press.revision or 0)
        return await self._desk.pressing(replace(click.press, revision=None), rule)

    async def _stop_ladder(self, click: Click) -> Decision:
        # The card moves on with each rung; the button means the ladder and not the rung that it was drawn for.
        return await self._desk.pressing(replace(click.press, revision=None), stop_ladder(self._desk.policy))

    async def _read_guide(self, click: Click) -> Decision:
        """Open the guide, or turn its page; a card of an earlier state shows it as well as any."""
        decision = await self._desk.pressing(replace(click.press, revision=None), may_read_guide(self._desk.policy))
        if not decision.allowed:
            return decision
        view = self._guide.view(await self._case(click), click.page, self._desk.clock.now())
        return await (self._desk.modals.replace(click, view) if click.view_id else self._desk.modals.open(click, view))

    async def _case(self, click: Click) -> Case:
        return await self._desk.book.load(click.press.case_id)


def _channel(body: Mapping[str, Any]) -> str:
    """Where the person can be told something: the message's channel; of a modal the one that it was opened from."""
    channel = body.get("channel")
    if isinstance(channel, Mapping):
        return str(channel.get("id", ""))
    try:
        return forms.parse_metadata(str((body.get("view") or {}).get("private_metadata", "")))[2]
    except BadInput:
        return ""


def _carried(press: Press) -> Reference:
    """What the button carried."""
    return Reference(press.case_id, press.revision or 0, press.request_id, press.digest, press.rendered)


def _chosen(action: Mapping[str, Any]) -> str:
    option = action.get("selected_option")
    return str(option.get("value", "")) if isinstance(option, Mapping) else ""
