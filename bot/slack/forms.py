"""The forms (modals): a reason, and above it the plan that the person would ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.approval_words import lacking_words, people_words, share_words
from bot.domain.case import Case, Request
from bot.domain.closing import CloseReason
from bot.domain.errors import BadInput
from bot.domain.ladder import Askable
from bot.domain.plan import Plan, Risk, plan_name
from bot.service.mark_false_positive import CLOSE_REASON
from bot.slack.block_limits.whole import size
from bot.slack.button_value import Reference, parse_reference
from bot.slack.controls import MARK_FALSE_POSITIVE, NOT_OURS, OURS, REJECT, WAS_DONE, WAS_NOT_DONE
from bot.slack.plan_words import fit, plan_blocks, plan_lines
from bot.slack.text import code, joined
from bot.slack.wanted import Wanted

REASON_BLOCK = "reason"
REASON_INPUT = "reason"
# See: https://docs.slack.dev/reference/views/modal-views
_MOST_BLOCKS, _MOST_SIZE = 100, 200_000
_TOO_LONG = "This plan is too long to be shown whole, so it can't be asked for. Act in AWS, or in smaller steps."

_MOST_REASON = 1_000

View = dict[str, Any]


def action_form(case: Case, action: Askable, plan: Plan, wanted: Wanted, reason: str = "") -> View:
    """The form of a response action: the whole plan, and why it is asked for; ``reason`` stands there already.

    A plan that no form can show whole can't be asked for.
    """
    view = planned_form(case, action, plan, wanted)
    view["blocks"][-1]["element"] |= {"initial_value": reason[:_MOST_REASON]} if reason else {}
    return notice_if_too_long(view)


def notice_if_too_long(view: View) -> View:
    """The form, or where Slack would not take all of its plan the notice that says so."""
    fits = len(view["blocks"]) <= _MOST_BLOCKS and size(view["blocks"]) <= _MOST_SIZE
    return view if fits else _notice(_TOO_LONG)


def planned_form(case: Case, action: Askable, plan: Plan, wanted: Wanted) -> View:
    """The form with all of the plan above the reason, in as many blocks as it takes."""
    digest = plan.digest()
    last = [f"*Plan* {code(plan_name(digest), 12)}", f"*When you send this:* {_then(action, wanted)}"]
    lines = [f"*Trust anchor* {code(plan.target_arn, 300)}", *plan_lines(plan), *last]
    text = joined(lines if fit(lines) else last, 3_000)
    view = bare_form(case, action, text, wanted, plan)
    more = [] if fit(lines) else [block for group in plan_blocks(plan, digest) for block in group]
    *first, asked = view["blocks"]
    # The cursor would scroll past what is to be read.
    asked["element"].pop("focus_on_load", None)
    return {**view, "blocks": [*first, *more, asked]}


def bare_form(case: Case, action: Askable, text: str, wanted: Wanted, plan: Plan | None) -> View:
    """The form of an action with any text above the reason; ``plan`` None means that sending it shows one."""
    submit = "Show Plan" if plan is None else _submit(wanted.lacking.people)
    view = _form(action.id, _title(action.title), submit, text, case, "" if plan is None else plan.digest())
    return view if wanted.terms.reason_required else _with_optional_reason(view)


def _with_optional_reason(view: View) -> View:
    """The form without the duty to say why."""
    *texts, reason = view["blocks"]
    element = {name: value for name, value in reason["element"].items() if name != "min_length"}
    return {**view, "blocks": [*texts, {**reason, "optional": True, "element": element}]}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def false_positive_form(case: Case) -> View:
    """The form that closes a case: as a false positive, unless they say that it was something else."""
    text = "The case is closed and its evidence kept. The trust anchor stays as it is. It can be opened again."
    view = _form(MARK_FALSE_POSITIVE, "Close case", "Close Case", text, case, "")
    view["blocks"].insert(1, _close_reasons())
    return view


def _close_reasons() -> dict[str, Any]:
    options = [
        {
            "text": {"type": "plain_text", "text": one.words},
            "description": {"type": "plain_text", "text": one.meaning},
            "value": one.value,
        }
        for one in CloseReason
    ]
    element = {
        "type": "radio_buttons",
        "action_id": CLOSE_REASON,
        "options": options,
        "initial_option": options[0],
    }
    label = {"type": "plain_text", "text": "What was it?"}
    hint = {"type": "plain_text", "text": "The words of Elastic Security, so that both say the same."}
    return {"type": "input", "block_id": CLOSE_REASON, "label": label, "hint": hint, "element": element}


def close_reason_in(view: Mapping[str, Any]) -> dict[str, str]:
    """What the case is to be closed as, for a press; empty when the form has no such choice."""
    try:
        value = entered_in(view)[CLOSE_REASON][CLOSE_REASON]["selected_option"]["value"]
    except (KeyError, TypeError):
        return {}
    return {CLOSE_REASON: value} if isinstance(value, str) else {}


def reject_form(case: Case, request: Request, title: str) -> View:
    """The form that rejects a request."""
    view = _form(REJECT, "Reject request", "Reject", f"*{title}* will not be run.", case, "")
    view["private_metadata"] = metadata(case, "", request.request_id)
    return view


def owners_form(case: Case, question_seq: int, *, ours: bool) -> View:
    """The form in which one of the CA's owners says whose it is; it carries the question by its entry."""
    if ours:
        words = ("The CA is ours", "It Is Ours", "The case's priority goes down, and your name stands behind it.")
    else:
        words = ("The CA is not ours", "Not Ours", "The case's priority goes up: somebody else can get in.")
    view = _form(OURS if ours else NOT_OURS, words[0], words[1], words[2], case, "")
    reference = Reference(case.case_id, question_seq)
    view["private_metadata"] = _carried(reference, "", case)
    return view


def outcome_form(case: Case, request: Request, title: str, *, done: bool) -> View:
    """The form in which somebody says how a run ended whose outcome is not known."""
    what = "was done" if done else "was not done"
    text = (
        f"You say that *{title}* {what}, because you looked in AWS. The card shows it as your word and not as proved. "
        "Nothing is called in AWS. Should CloudTrail show Anchorwatch's own call later, that counts instead."
    )
    words = ("It was done", "It Was Done") if done else ("It was not done", "It Was Not Done")
    view = _form(WAS_DONE if done else WAS_NOT_DONE, words[0], words[1], text, case, "")
    view["private_metadata"] = metadata(case, "", request.request_id)
    return view


def refused_answer(view: Mapping[str, Any], sentence: str, block: str = REASON_BLOCK) -> dict[str, Any]:
    """What Slack is answered to a form that was refused: the sentence under an input, where the form has it.

    The texts under an input are plain, so a sentence that names people takes the form's place instead.

    See: https://docs.slack.dev/surfaces/modals#displaying_errors
    """
    if "<" not in sentence and block in entered_in(view):
        return {"response_action": "errors", "errors": {block: sentence}}
    return {"response_action": "update", "view": _notice(sentence)}


def _notice(sentence: str) -> View:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Nothing was done"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [_section(sentence)],
    }


def entered_in(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a form that came back says of its inputs, by their blocks."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def _then(action: Askable, wanted: Wanted) -> str:
    terms, lacking = wanted.terms, wanted.lacking
    if lacking.nothing:
        return "it runs at once: your own yes is enough." if terms.needed else "it runs at once."
    if wanted.own_yes:
        return f"your own yes counts. It needs {lacking_words(lacking)}. {wanted.approvers_in_words} may approve."
    kind = "It can't be undone, so " if action.risk is Risk.IRREVERSIBLE else ""
    return f"{kind}{people_words(terms)} must say yes first: {wanted.approvers_in_words}{share_words(terms)}."


def _submit(needed: int) -> str:
    return "Ask for Approval" if needed else "Run Now"


def _title(title: str) -> str:
    return title if len(title) <= 24 else title[:23] + "…"  # noqa: PLR2004 - Slack's limit for a modal's title.


def _form(callback_id: str, title: str, submit: str, text: str, case: Case, digest: str) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": submit},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": metadata(case, digest, ""),
        "blocks": [
            _section(text),
            {
                "type": "input",
                "block_id": REASON_BLOCK,
                "label": {"type": "plain_text", "text": "Why?"},
                "hint": {"type": "plain_text", "text": "Goes to the thread and the audit log."},
                "element": {
                    "type": "plain_text_input",
                    "action_id": REASON_INPUT,
                    "multiline": True,
                    "min_length": 3,
                    "max_length": _MOST_REASON,
                    "focus_on_load": True,
                },
            },
        ],
    }


def metadata(case: Case, digest: str, request_id: str) -> str:
    """What a form carries, so that :func:`parse_metadata` finds the case again."""
    return _carried(Reference(case.case_id, case.revision, request_id), digest, case)


def _carried(reference: Reference, digest: str, case: Case) -> str:
    channel = case.card.channel or ""
    return json.dumps({"ref": reference.text(), "digest": digest, "channel": channel}, separators=(",", ":"))


def parse_metadata(text: str) -> tuple[Reference, str, str]:
    """Reference, plan digest and channel of a form that came back.

    Raises:
        BadInput: this is nothing that Anchorwatch wrote.
    """
    try:
        data = json.loads(text)
        return parse_reference(str(data["ref"])), str(data["digest"]), str(data["channel"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput("not_our_form", "this form carries no case of Anchorwatch", "private_metadata") from error


def reason_of(view: Mapping[str, Any]) -> str:
    """What the person wrote; empty when the form has no reason."""
    try:
        value = entered_in(view)[REASON_BLOCK][REASON_INPUT]["value"]
    except (KeyError, TypeError):
        return ""
    return value if isinstance(value, str) else ""
