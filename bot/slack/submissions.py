"""From a form that came back to a decision: which case, which rule; Slack is answered only once it is logged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bot.domain.action_form import ActionForm
from bot.domain.approval import Decision, Person
from bot.domain.case import Case
from bot.domain.code_check import CodeCheck
from bot.domain.errors import AwsError, BadInput
from bot.domain.identity import Target
from bot.domain.ladder import Askable, Ladder
from bot.domain.plan import Plan
from bot.domain.response_action import ResponseAction
from bot.service.ask_for_action import ask_for_action, may_ask
from bot.service.ask_owners import answer_owners
from bot.service.break_glass import break_glass
from bot.service.cast_vote import approve_request, reject_request
from bot.service.give_ticket import give_ticket
from bot.service.known_state import evidence_with, known_plan
from bot.service.mark_false_positive import mark_false_positive
from bot.service.press import Press, PressRule, forged, no_plan, unknown_action
from bot.service.review_glass import review_glass
from bot.service.start_incident import start_incident
from bot.service.tell_outcome import tell_outcome
from bot.service.write_closing_note import write_closing_note
from bot.slack import controls, forms
from bot.slack.closing_form import POINTS_FIELD
from bot.slack.closing_option import WRITE_CLOSING_NOTE
from bot.slack.code_form import code_in
from bot.slack.desk import Desk
from bot.slack.entry_form import entered_of, entry_form, mistakes_answer
from bot.slack.form_files import FormFiles
from bot.slack.glass_form import glass_ticked, judgement_in, with_inputs
from bot.slack.task_controls import START_INCIDENT
from bot.slack.wanted import Wanted, wanted_of

Submit = Callable[[Press], Awaitable[Decision]]


class Submissions:
    """What each form does when it is sent.

    Args:
        desk: what presses are decided with.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._forms = FormFiles(desk.files)
        self._by_form: dict[str, Submit] = {
            **{form: partial(desk.pressing, rule=rule) for form, rule in _rules(desk).items()},
            **dict.fromkeys(desk.actions, self._action),
        }

    async def __call__(self, body: Mapping[str, Any]) -> Decision:
        """Handle a ``view_submission`` payload; everything that it decides stands in the log when this returns.

        See: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload

        Raises:
            StoreUnavailable: nothing was stored; Slack must show a failure.
        """
        view = body["view"]
        control = str(view.get("callback_id", ""))
        person = self._desk.directory.person(str(body["user"]["id"]))
        try:
            reference, digest, channel = forms.parse_metadata(str(view.get("private_metadata", "")))
        except BadInput:
            press = Press(control, person, "", None, "", in_form=True)
            return await self._desk.pressing.refuse(press, forged())
        press = Press(
            control=control,
            person=person,
            case_id=reference.case_id,
            revision=None,
            channel=channel,
            request_id=reference.request_id,
            reason=forms.reason_of(view),
            digest=digest,
            rendered=reference.rendered,
            in_form=True,
            question_seq=reference.revision,
            breaks_glass=glass_ticked(view),
        )
        submit = self._by_form.get(press.control)
        code = await self._code(person, view) if submit is not None else None
        press = replace(press, entered=await self._entered(press.control, view), code=code)
        return await (self._desk.pressing.refuse(press, unknown_action()) if submit is None else submit(press))

    async def _code(self, person: Person, view: Mapping[str, Any]) -> CodeCheck | None:
        """What the form's one-time code is worth, which uses it up; None where the form has none."""
        given = code_in(view)
        return None if given is None else await self._desk.codes.check(person.user_id, given, self._desk.clock.now())

    async def preview(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """What Slack is answered to an action's own form while its plan was not shown for what stands in it now.

        None when the form is to be taken as it is; whatever does not hold is refused then.
        """
        view = body["view"]
        action = self._desk.actions.get(str(view.get("callback_id", "")))
        if action is None or isinstance(action, Ladder) or action.form is None:
            return None
        try:
            reference, digest, _ = forms.parse_metadata(str(view.get("private_metadata", "")))
        except BadInput:
            return None
        case, now = await self._desk.book.load(reference.case_id), self._desk.clock.now()
        may = may_ask(self._desk.policy, action)
        press = Press(action.id, self._desk.directory.person(str(body["user"]["id"])), case.case_id, None, "")
        if not case.detections or may(case, press, now):
            return None
        fields = self._forms.shown(action.form.fields(case.target, now))
        entered, in_files = await self._forms.entered(view, action.form, fields, anew=True)
        known = replace(case.target, known=evidence_with(case, entered, self._desk.store))
        mistakes = in_files or action.form.mistakes(known, entered, now)
        if mistakes:
            return mistakes_answer(mistakes)
        try:
            plan = await self._plan(action, case, entered)
        except AwsError:
            return None
        if plan.digest() == digest:
            return None
        wanted = wanted_of(self._desk.policy, action, case, press.person)
        if isinstance(wanted, Decision):
            return None
        shown = entry_form(case, action, fields, entered_of(view, fields), plan, wanted, forms.reason_of(view))
        shown = with_inputs(shown, wanted, ticked=glass_ticked(view))
        return {"response_action": "update", "view": shown}

    def empty_form(self, case: Case, action: ResponseAction, form: ActionForm, wanted: Wanted) -> forms.View:
        """An action's own form as it opens."""
        fields = self._forms.shown(form.fields(case.target, self._desk.clock.now()))
        return entry_form(case, action, fields, {}, None, wanted)

    async def _entered(self, control: str, view: Mapping[str, Any]) -> dict[str, str]:
        if control == controls.MARK_FALSE_POSITIVE:
            return forms.close_reason_in(view)
        if control == controls.REVIEW_GLASS:
            return judgement_in(view)
        if control == WRITE_CLOSING_NOTE:
            return entered_of(view, (POINTS_FIELD,))
        action = self._desk.actions.get(control)
        if action is None or isinstance(action, Ladder) or action.form is None:
            return {}
        fields = action.form.fields(Target("", "", None, None), self._desk.clock.now())
        return (await self._forms.entered(view, action.form, fields, anew=False))[0]

    async def _plan(self, action: Askable, case: Case, entered: Mapping[str, str]) -> Plan:
        return await known_plan(action, case, self._desk.clock.now(), entered=entered, store=self._desk.store)

    async def _action(self, press: Press) -> Decision:
        return await self.ask(press, self._desk.actions[press.control])

    async def ask(self, press: Press, action: Askable) -> Decision:
        """Ask for a response action with the plan that is known now. Raises as :meth:`__call__`."""
        case = await self._desk.book.load(press.case_id)
        if not case.detections:
            return await self._desk.pressing(press, may_ask(self._desk.policy, action))
        try:
            plan = await self._plan(action, case, press.entered)
        except AwsError as error:
            refusal = no_plan(error)
            return await self._desk.pressing(press, lambda *_: refusal)
        return await self._desk.pressing(press, ask_for_action(self._desk.policy, action, plan))


def _rules(desk: Desk) -> dict[str, PressRule]:
    """The rule of each form that no action has."""
    policy = desk.policy
    return {
        controls.MARK_FALSE_POSITIVE: mark_false_positive(policy),
        controls.APPROVE: approve_request(policy, desk.surface),
        controls.REJECT: reject_request(policy),
        controls.BREAK_GLASS: break_glass(desk.surface),
        controls.REVIEW_GLASS: review_glass(policy),
        controls.OURS: answer_owners(policy, ours=True),
        controls.NOT_OURS: answer_owners(policy, ours=False),
        controls.ADD_TICKET: give_ticket(policy, desk.ticket_pattern),
        WRITE_CLOSING_NOTE: write_closing_note(policy),
        START_INCIDENT: start_incident(policy, desk.incident),
        controls.WAS_DONE: tell_outcome(policy, done=True),
        controls.WAS_NOT_DONE: tell_outcome(policy, done=False),
    }
