"""From a click to a decision: which case, which control, which rule; nothing is acknowledged before it is logged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.action import ResponseAction, Risk
from bot.domain.approval import ALLOWED, ApprovalPolicy, Decision, Reason, refused
from bot.domain.case import Case
from bot.domain.errors import AwsError, BadInput, SlackError
from bot.ports import Clock, Directory
from bot.service.acknowledge import acknowledge
from bot.service.ask_for_action import ask_for_action, may_ask
from bot.service.ask_owners import answer_owners, ask_owners, may_answer
from bot.service.case_book import CaseBook
from bot.service.cast_vote import approve_request, may_reject, reject_request
from bot.service.known_state import known_plan
from bot.service.mark_false_positive import mark_false_positive, may_mark_false_positive, reopen
from bot.service.press import Press, Pressing, forged, no_plan, unknown_action
from bot.service.read_guide import may_read_guide
from bot.service.stop_looking import stop_looking
from bot.slack import controls, forms
from bot.slack.block_limits import view_problems
from bot.slack.button_value import page_of, parse_reference
from bot.slack.guide_view import BACK, GUIDE, ON, PARTS, GuideView
from bot.slack.web_errors import slack_errors

_log = structlog.get_logger()

# Three seconds are all there is for opening the form, the append and the way back.
_OPEN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Click:
    """A press and, for forms, the trigger that opens one; Slack's triggers live three seconds.

    ``view_id`` is the modal in which it was pressed, empty for a message; ``page`` is the page of the guide that it
    asks for.
    """

    press: Press
    trigger_id: str
    view_id: str = ""
    page: str = ""


Handle = Callable[[Click], Awaitable[Decision]]


class Clicks:
    """What each control does.

    Args:
        book: the cases.
        pressing: decides presses against the log.
        actions: the response actions by id.
        policy: who may do what.
        directory: people.
        client: opens forms; must not retry, because a trigger works once.
        clock: the time.
        guide: draws the guide.
        owners_group: the user group that is asked whether a CA is theirs; None when nobody is.
    """

    def __init__(
        self,
        book: CaseBook,
        pressing: Pressing,
        actions: Mapping[str, ResponseAction],
        policy: ApprovalPolicy,
        directory: Directory,
        client: AsyncWebClient,
        clock: Clock,
        guide: GuideView,
        owners_group: str | None = None,
    ) -> None:
        self._book = book
        self._pressing = pressing
        self._actions = actions
        self._policy = policy
        self._directory = directory
        self._client = client
        self._clock = clock
        self._guide = guide
        self._owners_group = owners_group
        self._by_control: dict[str, Handle] = {
            controls.ACKNOWLEDGE: self._acknowledge,
            controls.REOPEN: self._reopen,
            controls.MARK_FALSE_POSITIVE: self._open_false_positive,
            controls.APPROVE: self._approve,
            controls.REJECT: self._open_reject,
            controls.STOP_LOOKING: self._stop_looking,
            GUIDE: self._read_guide,
            **dict.fromkeys((BACK, ON, *(control for control, _ in PARTS.values())), self._read_guide),
            controls.ASK_OWNERS: self._ask_owners,
            **dict.fromkeys((controls.OURS, controls.NOT_OURS), self._open_owners),
            **dict.fromkeys(actions, self._action),
        }

    async def pressed(self, body: Mapping[str, Any]) -> Decision:
        """Handle a ``block_actions`` payload; everything that it decides stands in the log when this returns.

        See: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload

        Raises:
            StoreUnavailable: nothing was stored; Slack must show a failure.
        """
        click, problem = self._read(body)
        if problem is not None:
            return await self._pressing.refuse(click.press, problem)
        return await self._by_control[click.press.control](click)

    async def submitted(self, body: Mapping[str, Any]) -> Decision:
        """Handle a ``view_submission`` payload. Raises as :meth:`pressed`."""
        view = body["view"]
        control = str(view.get("callback_id", ""))
        person = self._directory.person(str(body["user"]["id"]))
        try:
            reference, digest, channel = forms.parse_metadata(str(view.get("private_metadata", "")))
        except BadInput:
            press = Press(control, person, "", None, "", in_form=True)
            return await self._pressing.refuse(press, forged())
        press = Press(
            control=control,
            person=person,
            case_id=reference.case_id,
            revision=None,
            channel=channel,
            request_id=reference.request_id,
            reason=forms.reason_of(view),
            digest=digest,
            in_form=True,
            question_seq=reference.revision,
        )
        return await self._submitted(press)

    async def _submitted(self, press: Press) -> Decision:
        if press.control == controls.MARK_FALSE_POSITIVE:
            return await self._pressing(press, mark_false_positive(self._policy))
        if press.control == controls.REJECT:
            return await self._pressing(press, reject_request(self._policy))
        if press.control in (controls.OURS, controls.NOT_OURS):
            return await self._pressing(press, answer_owners(self._policy, ours=press.control == controls.OURS))
        action = self._actions.get(press.control)
        if action is None:
            return await self._pressing.refuse(press, unknown_action())
        return await self._ask(press, action)

    async def _ask(self, press: Press, action: ResponseAction) -> Decision:
        case = await self._book.load(press.case_id)
        if not case.detections:
            return await self._pressing(press, may_ask(self._policy, action))
        try:
            plan = await known_plan(action, case, self._clock.now())
        except AwsError:
            return await self._pressing(press, lambda *_: no_plan())
        return await self._pressing(press, ask_for_action(self._policy, action, plan))

    def _read(self, body: Mapping[str, Any]) -> tuple[Click, Decision | None]:
        action = body["actions"][0]
        overflow = action.get("type") == "overflow"
        control = _chosen(action) if overflow else str(action["action_id"])
        press = Press(
            control=control[:100],
            person=self._directory.person(str(body["user"]["id"])),
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
        return replace(click, press=press), None

    async def _acknowledge(self, click: Click) -> Decision:
        return await self._pressing(click.press, acknowledge(self._policy))

    async def _reopen(self, click: Click) -> Decision:
        return await self._pressing(click.press, reopen(self._policy))

    async def _approve(self, click: Click) -> Decision:
        return await self._pressing(click.press, approve_request(self._policy))

    async def _open_false_positive(self, click: Click) -> Decision:
        decision = await self._pressing(click.press, may_mark_false_positive(self._policy))
        if decision.allowed:
            return await self._open(click, forms.false_positive_form(await self._case(click)))
        return decision

    async def _open_reject(self, click: Click) -> Decision:
        decision = await self._pressing(click.press, may_reject(self._policy))
        if not decision.allowed:
            return decision
        case = await self._case(click)
        request = case.requests[click.press.request_id]
        action = self._actions.get(request.action_id)
        title = action.title if action else request.action_id
        return await self._open(click, forms.reject_form(case, request, title))

    async def _ask_owners(self, click: Click) -> Decision:
        return await self._pressing(click.press, ask_owners(self._policy, self._owners_group))

    async def _open_owners(self, click: Click) -> Decision:
        # These buttons carry the question and not the case's revision: they live on while the case moves.
        press = replace(click.press, revision=None, question_seq=click.press.revision or 0)
        decision = await self._pressing(press, may_answer(self._policy))
        if not decision.allowed:
            return decision
        ours = press.control == controls.OURS
        return await self._open(click, forms.owners_form(await self._case(click), press.question_seq, ours=ours))

    async def _action(self, click: Click) -> Decision:
        action = self._actions[click.press.control]
        if action.risk is Risk.READ:
            return await self._ask(click.press, action)
        decision = await self._pressing(click.press, may_ask(self._policy, action))
        if not decision.allowed:
            return decision
        case = await self._case(click)
        try:
            plan = await known_plan(action, case, self._clock.now())
        except AwsError:
            return await self._pressing(click.press, lambda *_: no_plan())
        needed = self._policy.rule_for(action.risk).approvals
        form = forms.action_form(case, action, plan, needed, self._policy.approvers_in_words)
        return await self._open(click, form)

    async def _stop_looking(self, click: Click) -> Decision:
        return await self._pressing(replace(click.press, revision=None), stop_looking(self._policy))

    async def _read_guide(self, click: Click) -> Decision:
        """Open the guide, or turn its page; a card of an earlier state shows it as well as any."""
        decision = await self._pressing(replace(click.press, revision=None), may_read_guide(self._policy))
        if not decision.allowed:
            return decision
        view = self._guide.view(await self._case(click), click.page, self._clock.now())
        return await (self._replace(click, view) if click.view_id else self._open(click, view))

    async def _replace(self, click: Click, view: Mapping[str, Any]) -> Decision:
        """Put another page into an open modal; when Slack does not take it, the person presses again."""
        try:
            with slack_errors("views.update"):
                async with asyncio.timeout(_OPEN_SECONDS):
                    await self._client.views_update(view_id=click.view_id, view=dict(view))
        except SlackError as error:
            _log.warning("page_not_turned", control=click.press.control, error=error.code)
        return ALLOWED

    async def _case(self, click: Click) -> Case:
        return await self._book.load(click.press.case_id)

    async def _open(self, click: Click, view: Mapping[str, Any]) -> Decision:
        problems = view_problems(view)
        if problems:
            _log.error("form_refused", control=click.press.control, problem=str(problems[0]))
        try:
            with slack_errors("views.open"):
                async with asyncio.timeout(_OPEN_SECONDS):
                    await self._client.views_open(trigger_id=click.trigger_id, view=dict(view))
        except SlackError as error:
            _log.warning("form_not_opened", control=click.press.control, error=error.code)
            not_opened = refused(Reason.NOT_IN_THIS_STATE, "Slack did not open the form. Press again.")
            return await self._pressing(click.press, lambda *_: not_opened)
        return ALLOWED


def _channel(body: Mapping[str, Any]) -> str:
    """Where the person can be told something: the message's channel; of a modal the one that it was opened from."""
    channel = body.get("channel")
    if isinstance(channel, Mapping):
        return str(channel.get("id", ""))
    try:
        return forms.parse_metadata(str((body.get("view") or {}).get("private_metadata", "")))[2]
    except BadInput:
        return ""


def _chosen(action: Mapping[str, Any]) -> str:
    option = action.get("selected_option")
    return str(option.get("value", "")) if isinstance(option, Mapping) else ""
