"""Which buttons a card has: at most three that decide, the guide, the rest in the menu, none that could only fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.case import CLOSED_STATES, Case, CaseState, Request, RequestState
from bot.domain.case_evidence import evidence_of, known_state
from bot.domain.ladder import Askable, Ladder
from bot.domain.ladder_choice import choose, goes_on, is_offered
from bot.domain.ownership import keys_of
from bot.domain.people import NOBODY
from bot.domain.plan import Risk
from bot.domain.tickets import names_ticket, ticket_of
from bot.domain.verdict import Priority, verdict
from bot.slack.button_value import Reference
from bot.slack.closing_option import closing_option
from bot.slack.guide_view import GUIDE
from bot.slack.plan_words import confirm_text
from bot.slack.task_controls import incident_option, training_button

ACKNOWLEDGE = "acknowledge"
MARK_FALSE_POSITIVE = "mark_false_positive"
REOPEN = "reopen"
APPROVE = "approve_request"
REJECT = "reject_request"
STOP_LOOKING = "stop_looking"
CANCEL_SEARCH = "cancel_search"
STOP_LADDER = "stop_ladder"
BREAK_GLASS = "break_glass"
REVIEW_GLASS = "review_glass"
ASK_OWNERS = "ask_ca_owners"
ADD_TICKET = "add_change_ticket"
OURS = "ca_is_ours"
NOT_OURS = "ca_is_not_ours"
WAS_DONE = "it_was_done"
WAS_NOT_DONE = "it_was_not_done"
MORE = "more"
RUNGS = "rungs"

_MOST_BUTTONS = 3
# An overflow menu holds no more.
# See: https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
_MOST_OPTIONS = 5
# What quiets alerts stands in the menu only: nobody should do it in passing.
_QUIET_RUNG = 90
_ORDER = {Risk.REVERSIBLE: 0, Risk.IRREVERSIBLE: 1, Risk.READ: 2}

Block = dict[str, Any]


class Controls:
    """The controls of a case's card.

    Args:
        actions: the response actions and ladders by id.
        has_training: whether the house has a guide of its own that can be sent to callers.
        has_incidents: whether anything is configured for incidents.
    """

    def __init__(
        self, actions: Mapping[str, Askable], *, has_training: bool = False, has_incidents: bool = False
    ) -> None:
        self._has_training = has_training
        self._has_incidents = has_incidents
        self._actions = sorted(actions.values(), key=lambda action: (action.rung, _ORDER[action.risk], action.id))

    def title(self, action_id: str) -> str:
        """What people call an action."""
        return next((action.title for action in self._actions if action.id == action_id), action_id)

    def blocks(self, case: Case) -> tuple[list[Block], Block | None]:
        """The actions block, with a menu of the rungs that have no button, and the card's own menu (or None)."""
        buttons, rungs, options = self._chosen(case)
        reference = Reference(case.case_id, case.revision)
        elements = [_button(one, title, style, case) for one, title, style in [*buttons, (GUIDE, "Guide", "")]]
        # What the card's own menu has no room for goes to the rungs, the first of them, so that nothing is lost.
        own = options[-_MOST_OPTIONS:]
        elements += _menus(RUNGS, [*rungs, *options[: -len(own)]] if own else rungs)
        blocks = [{"type": "actions", "block_id": reference.block_id("controls"), "elements": elements}]
        return blocks, next(iter(_menus(MORE, own)), None)

    def _chosen(self, case: Case) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
        """The buttons, the rungs that have none, and what the card's own menu has."""
        state = case.state
        incident = incident_option(case) if self._has_incidents else []
        reads = [(one.id, one.title) for one in self._offered(case) if one.risk is Risk.READ]
        if state is CaseState.RUNNING:
            return _stopping_ladder(case), [], []
        if state in CLOSED_STATES:
            training = training_button(case) if self._has_training else []
            return [(REOPEN, "Reopen", ""), *training], [], [*reads, *closing_option(case), *_stopping(case)]
        acts = _by_urgency(case, self._offered(case))
        contain = [(one.id, _title(one, case) + "…", "") for one in acts if one.rung < _QUIET_RUNG]
        if state is CaseState.APPROVAL_PENDING:
            return (
                self._voting(case, contain),
                [],
                [*_asking(case), *_ticket(case), *incident, *reads, *_stopping(case)],
            )
        first = [] if case.acknowledged_by else [(ACKNOWLEDGE, "Acknowledge", "primary")]
        if state is CaseState.UNKNOWN_OUTCOME:
            first = [(WAS_DONE, "It Was Done…", ""), (WAS_NOT_DONE, "It Was Not Done…", "")]
        buttons = [*first, *contain]
        if not first and buttons and state is not CaseState.CONTAINED:
            buttons[0] = (*buttons[0][:2], "danger")
        rest = [(one, title) for one, title, _ in buttons[_MOST_BUTTONS:]]
        rest += [(one.id, one.title + "…") for one in acts if one.rung >= _QUIET_RUNG]
        last = [*closing_option(case), (MARK_FALSE_POSITIVE, "Acknowledge as False Positive…"), *_stopping(case)]
        return buttons[:_MOST_BUTTONS], rest, [*_asking(case), *_ticket(case), *incident, *reads, *last]

    def _voting(self, case: Case, contain: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        pending = {one.action_id for one in case.requests.values() if one.is_open}
        quick = [one for one in contain if one[0] not in pending and self._risk(one[0]) is Risk.REVERSIBLE]
        request = case.open_request
        waits = request is not None and request.seen.waits
        approve = [] if waits else [(APPROVE, _approve_title(case), "primary")]
        opens = request is not None and not waits and request.terms.break_glass != NOBODY
        glass = [(BREAK_GLASS, "Break the Glass…", "")] if opens else []
        return [*approve, (REJECT, "Reject…", ""), *glass, *quick][:_MOST_BUTTONS]

    def _risk(self, action_id: str) -> Risk:
        return next(action.risk for action in self._actions if action.id == action_id)

    def _offered(self, case: Case) -> list[Askable]:
        if case.target.anchor_arn is None:
            return []
        state, evidence = known_state(case), evidence_of(case)
        return [
            one
            for one in self._actions
            if (is_offered(one, case) if isinstance(one, Ladder) else one.offered(state) and one.possible(evidence))
        ]


def _by_urgency(case: Case, offered: Sequence[Askable]) -> list[Askable]:
    """What contains, in the order of the ladder. Where little speaks for an attack, the gentlest step comes first."""
    contain = [one for one in offered if one.risk is not Risk.READ]
    if case.aftermath.alarms:
        # Nobody who is called for what came back should find the way to open the door again first.
        contain.sort(key=lambda one: one.contains is False)
    is_urgent = verdict(case.flags, case.investigation.answers.values()).priority is Priority.HIGH
    ladder = next((one for one in contain if isinstance(one, Ladder)), None)
    if ladder is None or is_urgent or goes_on(ladder, case) or len(contain) < 2 or not contain[1].contains:  # noqa: PLR2004
        return contain
    return [contain[1], contain[0], *contain[2:]]


def _title(action: Askable, case: Case) -> str:
    """What the control says; of a ladder that was begun, where it goes on."""
    if isinstance(action, Ladder) and goes_on(action, case):
        return f"Go On from {choose(action, case).actions[0].title}"
    return action.title


def _stopping_ladder(case: Case) -> list[tuple[str, str, str]]:
    """The button that lets no further rung begin, while one waits for its turn."""
    request = case.open_request
    if request is None or request.stopped_by:
        return []
    waits = any(case.requests[one].state is RequestState.WAITING for one in request.rungs)
    return [(STOP_LADDER, "Stop after This Step", "danger")] if waits else []


def _asking(case: Case) -> list[tuple[str, str]]:
    """The option that asks the CA's owners, while there is something to ask and no question waits."""
    keys = keys_of(case)
    return [(ASK_OWNERS, "Ask CA Owners")] if keys and not case.ownership.is_open(keys) else []


def _ticket(case: Case) -> list[tuple[str, str]]:
    """The option that asks for a change ticket while none is known, or corrects the one that somebody named."""
    if ticket_of(case) is not None:
        return [(ADD_TICKET, "Correct Change Ticket…")]
    return [] if names_ticket(case) else [(ADD_TICKET, "Add Change Ticket…")]


def _stopping(case: Case) -> list[tuple[str, str]]:
    known = case.investigation
    return [] if known.started is None or known.stop_by else [(STOP_LOOKING, "Stop Looking for Now")]


def _menus(action_id: str, options: Sequence[tuple[str, str]]) -> list[Block]:
    """As many overflow menus as the options need; a select would not let somebody choose the same thing again."""
    starts = range(0, len(options), _MOST_OPTIONS)
    return [
        {
            "type": "overflow",
            "action_id": f"{action_id}_{start}" if start else action_id,
            "options": [_option(*option) for option in options[start : start + _MOST_OPTIONS]],
        }
        for start in starts
    ]


def _button(action_id: str, title: str, style: str, case: Case) -> Block:
    request = case.last_run if action_id in (WAS_DONE, WAS_NOT_DONE) else case.open_request
    votes = action_id in (APPROVE, REJECT, BREAK_GLASS, STOP_LADDER, WAS_DONE, WAS_NOT_DONE) and request is not None
    reference = Reference(case.case_id, case.revision, request.request_id if votes and request else "")
    button: Block = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": title},
        "value": reference.text(),
    }
    if style:
        button["style"] = style
    if action_id == APPROVE and request is not None:
        button["confirm"] = _confirm(request)
    return button


def _approve_title(case: Case) -> str:
    """What the button does: only the last yes runs it."""
    request = case.open_request
    return "Approve" if request is not None and request.missing.people > 1 else "Approve and Run"


def _confirm(request: Request) -> Block:
    more = request.missing.people - 1
    text = confirm_text(request.plan, request.digest, more)
    return {
        "title": {"type": "plain_text", "text": "Approve?" if more > 0 else "Approve and run?"},
        "text": {"type": "plain_text", "text": text, "emoji": False},
        "confirm": {"type": "plain_text", "text": "Approve" if more > 0 else "Approve and Run"},
        "deny": {"type": "plain_text", "text": "Cancel"},
        "style": "danger",
    }


def _option(action_id: str, title: str) -> Block:
    return {"text": {"type": "plain_text", "text": title}, "value": action_id}
