"""The reminder in the thread: what stays open in the case, with a button that ends each point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.approval_words import from_words
from bot.domain.case import Case
from bot.domain.followups import Followup, FollowupEnded
from bot.ports import Message
from bot.service.show_followups import FOLLOWUPS_EVENT_TYPE, followups_key
from bot.slack.block_limits.whole import BLOCKS_CHARACTERS, size
from bot.slack.button_value import Reference
from bot.slack.controls import REVIEW_GLASS
from bot.slack.glass_words import glass_words, review_words
from bot.slack.text import date, defang, fallback, marked, mention_user, shown

END_FOLLOWUP = "end_followup"
END_FOLLOWUPS = "end_followups"
_SENTENCE = 300
_MOST_SHOWN = 20
# Of the characters that all blocks of a message may take together: the first line, Close All and the last lines.
_BESIDE_POINTS = 1_500
_UNTIL_REVIEWED = "This comes again each working morning until every broken glass is reviewed."
_AGAIN = "This comes again each working morning, after a week once a week, until every point is closed."

Block = dict[str, Any]


class FollowupList:
    """Draws it.

    Args:
        channel: where cards stand.
        title: what people call an action, by its id.
        approvers_in_words: who may say yes where a rule names nobody.
    """

    def __init__(
        self, channel: str, title: Callable[[str], str] = str, approvers_in_words: str = "the approvers"
    ) -> None:
        self._channel = channel
        self._title = title
        self._approvers = approvers_in_words

    def draw(self, case: Case, number: int, *, anew: bool) -> Message:
        """The reminder of this number; ``anew`` shows it in the channel too."""
        left, reference = case.followups.open, Reference(case.case_id, case.followups.changed_seq)
        text = _first_line(case, left)
        words = {one.key: self._words(case, one) for one in case.followups.points.values()}
        shown_points = _fitting(_newest(case), words, reference)
        envelope: dict[str, Any] = {
            "channel": case.card.channel or self._channel,
            "thread_ts": case.card.ts,
            "text": fallback("\n".join([text, *(words[one.key] for one in left)]), 3_900),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {
                "event_type": FOLLOWUPS_EVENT_TYPE,
                "event_payload": {"key": followups_key(case, number)},
            },
            **({"reply_broadcast": True} if anew else {}),
        }
        blocks = [_section(text), *(_point(one, words[one.key], reference) for one in shown_points)]
        more = len(left) - sum(one.is_open for one in shown_points)
        if more > 0:
            blocks.append(_section(f"And {more} more."))
        blocks += [_close_all(reference)] if any(not one.request_id for one in left) else []
        reviews = any(one.request_id for one in left)
        blocks += [_context(_UNTIL_REVIEWED if reviews else _AGAIN)] if left else []
        return Message({**envelope, "blocks": blocks}, lambda: envelope)

    def _words(self, case: Case, point: Followup) -> str:
        request = case.requests.get(point.request_id)
        if request is None or request.glass is None:
            return point_words(point)
        words = glass_words(request, request.glass, self._title(request.action_id))
        if request.glass.review is not None:
            return f"{words}\n:white_check_mark: {review_words(request.glass.review)}"
        who = from_words(request.terms, self._approvers).removeprefix(" from ")
        return f"{words}\n*To be reviewed* by somebody who had no part in it: {who}."


def point_words(point: Followup) -> str:
    """One point as people read it; what is closed says by whom."""
    words = marked(shown(defang(point.sentence), _SENTENCE), point.sentence)
    if point.is_open or point.ended_at is None:
        return words
    by = f"done, {mention_user(point.ended_by)}" if point.ended_by else "void"
    return f"{words}\n:white_check_mark: {by}, {date(point.ended_at)}"


def ended_note(case: Case, event: FollowupEnded, who: str) -> str:
    """The thread's line about a point that was closed."""
    point = case.followups.points.get(event.key)
    words = marked(shown(defang(point.sentence), _SENTENCE), point.sentence) if point is not None else "A point"
    return f"{who} closed an open point as {event.why or 'done'}: {words}"


def _first_line(case: Case, left: tuple[Followup, ...]) -> str:
    if not left:
        return "*Nothing is open any more in this case.*"
    reviews = [one for one in left if one.request_id]
    if len(reviews) == len(left):
        glasses = "1 broken glass is" if len(left) == 1 else f"{len(left)} broken glasses are"
        return f"*{glasses} still to be reviewed in this case.* Press Review."
    press = "Press Done or Review beside each." if reviews else "Press Done for each that is done."
    points = "1 point is" if len(left) == 1 else f"{len(left)} points are"
    who = case.acknowledged_by or left[0].opened_by
    asked = f"{mention_user(who)}: " if who else ""
    return f"{asked}*{points} still open in this case.* {press}"


def _newest(case: Case) -> list[Followup]:
    """What is open, and what was closed since the reminder came, as far as there is room."""
    known = case.followups
    since = max((one.reminded_at for one in known.points.values() if one.reminded_at), default=None)
    kept = [
        one
        for one in known.points.values()
        if one.is_open or (since is not None and one.ended_at is not None and one.ended_at >= since)
    ]
    return sorted(kept, key=lambda one: (not one.is_open, not one.request_id, one.number))[:_MOST_SHOWN]


def _fitting(points: list[Followup], words: Mapping[str, str], reference: Reference) -> list[Followup]:
    """As many of them, from the first on, as have room in one message."""
    kept, room = list[Followup](), BLOCKS_CHARACTERS - _BESIDE_POINTS
    for one in points:
        room -= size(_point(one, words[one.key], reference))
        if room < 0:
            break
        kept.append(one)
    return kept


def _point(point: Followup, words: str, reference: Reference) -> Block:
    part = f"point{point.number}"
    block = _section(f"• {words}")
    block["block_id"] = reference.block_id(part)
    if point.is_open and point.request_id:
        whole = Reference(reference.case_id, reference.revision, point.request_id)
        block["accessory"] = _button(REVIEW_GLASS, "Review…", whole.text())
    elif point.is_open:
        block["accessory"] = _button(END_FOLLOWUP, "Done", f"{reference.text()}:{part}")
    return block


def _close_all(reference: Reference) -> Block:
    button = _button(END_FOLLOWUPS, "Close All", reference.text())
    button["confirm"] = {
        "title": {"type": "plain_text", "text": "Close all points?"},
        "text": {"type": "plain_text", "text": "You say that each of them is done or not needed.", "emoji": False},
        "confirm": {"type": "plain_text", "text": "Close All"},
        "deny": {"type": "plain_text", "text": "Cancel"},
    }
    return {"type": "actions", "block_id": reference.block_id("points"), "elements": [button]}


def _button(action_id: str, title: str, value: str) -> Block:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": title},
        "value": value,
    }


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
