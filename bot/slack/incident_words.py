"""What people read of an incident: the channel's first message, the card's line and the thread's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from bot.domain.case import Case, CaseState
from bot.domain.identity import ACCOUNT_ID
from bot.domain.incident import Incident, IncidentStarted, IncidentStep, IncidentStepDone
from bot.domain.verdict import verdict
from bot.ports import Message
from bot.service.run_incident import INCIDENT_EVENT_TYPE
from bot.slack.card_words import headline, state_words, what_happened
from bot.slack.guide_texts import link
from bot.slack.text import code, date, defang, fallback, joined, marked, mention_user, shown

MOST_REASON = 500
_ERROR = 200
_CHANNEL_ID = re.compile("[CG][A-Z0-9]{1,20}")
_WHAT_TO_DO = {
    "missing_scope": "The Slack app lacks a scope: install it anew from config/slack-manifest.yaml.",
    "restricted_action": "A setting of the workspace keeps apps from making such channels: ask whoever runs it.",
    "name_taken": "Every name for it is taken.",
}

Block = dict[str, Any]


class IncidentMessages:
    """Writes what stands in the channel.

    Args:
        title: what people call an action, by its id.
    """

    def __init__(self, title: Callable[[str], str]) -> None:
        self._title = title

    def topic(self, case: Case) -> str:
        """The channel's topic: nothing in it was written by anybody else."""
        account = case.target.account if ACCOUNT_ID.fullmatch(case.target.account) else "unknown"
        return f"Incident {case.case_id}: external CA in IAM Roles Anywhere, AWS account {account}"

    def brief(self, case: Case, link_to_card: str | None) -> Message:
        """The channel's first message."""
        known = case.tasks.incident
        reason = known.started.reason if known.started else ""
        weighed = verdict(case.flags, case.investigation.answers.values())
        when = date(known.at or case.detection.happened_at)
        card = link("the card", link_to_card) if link_to_card else f"the card of {case.case_id}"
        text = joined(
            [
                f"*{headline(case)}*",
                f"{mention_user(known.by)} started this incident, {when}: {_said(reason, MOST_REASON)}",
                self._state(case),
                what_happened(case),
                f"*Priority: {weighed.priority.value}.* {_said(weighed.why, MOST_REASON)}",
                f"Decide on {card}: its buttons, its thread and the guide are there. The case log follows as a file.",
            ],
            2_900,
        )
        envelope: dict[str, Any] = {
            "channel": known.channel_id,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {
                "event_type": INCIDENT_EVENT_TYPE,
                "event_payload": {"key": f"{case.case_id}:{known.seq}"},
            },
        }
        return Message({**envelope, "blocks": [section(text)]}, lambda: envelope)

    def _state(self, case: Case) -> str:
        # Who reads this has it: only the card knows of nobody yet.
        if case.state is CaseState.NEW:
            return "Nobody has acknowledged the case yet."
        return state_words(case, {one.action_id: self._title(one.action_id) for one in case.requests.values()})

    def evidence(self, case: Case) -> str:
        """What stands above the file."""
        return fallback(
            f"*Evidence:* the log of {case.case_id} up to now, JSON Lines. `anchorwatch audit verify` checks it."
        )


def incident_lines(case: Case) -> list[str]:
    """The card's line about it; none while there is none."""
    known = case.tasks.incident
    if not known.exists or known.at is None:
        return []
    words = [f"*Incident* started by {mention_user(known.by)}, {date(known.at)}"]
    parts = list(_parts(known))
    return [f"{words[0]}: {', '.join(parts)}." if parts else f"{words[0]}."]


def incident_note(case: Case, event: IncidentStarted | IncidentStepDone, who: str) -> str:
    """The thread's line about a step."""
    if isinstance(event, IncidentStarted):
        again = case.tasks.incident.tried_at != case.tasks.incident.at
        verb = "has what failed of the incident tried again" if again else "started an incident"
        return f"{who} {verb}: {_said(event.reason, MOST_REASON)}"
    words = _FAILED[event.step] if event.error else _DONE[event.step]
    if event.step is IncidentStep.CHANNEL and not event.error:
        words = f"The incident's channel is {mention_channel(event.channel)}."
    if event.step is IncidentStep.INVITE and not event.error:
        words = f"{event.count} {'person is' if event.count == 1 else 'people are'} in the incident's channel."
    why = f" {_why(event)}" if event.error else ""
    return " ".join([f"{words}{why}", *event.notes])


def mention_channel(channel_id: str) -> str:
    """A channel as a link that Slack shows by name.

    Raises:
        ValueError: this is no channel's id.
    """
    if _CHANNEL_ID.fullmatch(channel_id) is None:
        raise ValueError("not the id of a Slack channel")
    return f"<#{channel_id}>"


_DONE = {
    IncidentStep.CHANNEL: "The incident's channel is made.",
    IncidentStep.INVITE: "The responders are in the incident's channel.",
    IncidentStep.EVIDENCE: "The case log is in the incident's channel as a file.",
    IncidentStep.PAGE: "The people on call were paged.",
}
_FAILED = {
    IncidentStep.CHANNEL: "*The incident has no channel.*",
    IncidentStep.INVITE: "*Nobody was invited into the incident's channel.*",
    IncidentStep.EVIDENCE: "*The case log is not in the incident's channel.*",
    IncidentStep.PAGE: "*The page did not go through.* Call the people on call yourself.",
}


def _parts(known: Incident) -> Iterator[str]:
    """Each part of it in a few words, what is missing too."""
    if known.channel_id:
        yield mention_channel(known.channel_id)
    elif known.failed_channel:
        yield "no channel could be made"
    elif IncidentStep.CHANNEL in known.wanted:
        yield "its channel is being made"
    evidence, page = known.done.get(IncidentStep.EVIDENCE), known.done.get(IncidentStep.PAGE)
    if evidence is not None:
        yield "the case log could not be attached" if evidence.error else "case log attached"
    if known.brief_error:
        yield "the first message could not be posted"
    if page is not None:
        yield "*the page did not go through*" if page.error else "people on call paged"
    elif IncidentStep.PAGE in known.wanted:
        yield "being paged"


def troubles(known: Incident) -> list[str]:
    """Why what failed did not work."""
    failed = [known.done[one] for one in known.wanted if one in known.done and known.done[one].error]
    return [f"{_FAILED[one.step]} {_why(one)}" for one in failed]


def _why(event: IncidentStepDone) -> str:
    if event.step is IncidentStep.PAGE:
        return f"Why: {_said(event.error, _ERROR)}."
    return f"Slack: {code(defang(event.error), _ERROR)}. {_WHAT_TO_DO.get(event.error, '')}".rstrip()


def section(text: str) -> Block:
    """Finished mrkdwn as a block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}


def _said(text: str, limit: int) -> str:
    return marked(shown(defang(text), limit), text)
