"""The message in the thread that shows how far a search is, with a way to end it, and in one line what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.domain.case import Case
from bot.domain.fold import user_of
from bot.domain.search_bar import Progress, SearchBar
from bot.ports import Message
from bot.service.show_bar import BAR_EVENT_TYPE, bar_key
from bot.slack.button_value import Reference
from bot.slack.controls import CANCEL_SEARCH, Controls
from bot.slack.guide_words import standings
from bot.slack.text import defang, fallback, marked, mention_user, shown

_CELLS = 12
_SENTENCE = 200
_FOUND = 500

Block = dict[str, Any]


class SearchBarMessage:
    """Draws the message.

    Args:
        channel: where cards stand.
        controls: knows what people call the actions.
    """

    def __init__(self, channel: str, controls: Controls) -> None:
        self._channel = channel
        self._controls = controls

    def draw(self, case: Case, bar: SearchBar, progress: Progress | None) -> Message:
        """The message as it is now; ``progress`` None means that the search has said nothing yet."""
        runs = bar.ended_at is None
        lines = self._running(case, bar, progress) if runs else [self._ended(case, bar)]
        text = "\n".join(lines)
        envelope = {
            "channel": case.card.channel or self._channel,
            "thread_ts": case.card.ts,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": BAR_EVENT_TYPE, "event_payload": {"key": bar_key(case, bar)}},
        }
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}]
        if runs and bar.stop_by is None:
            blocks.append(_cancel(Reference(case.case_id, bar.begun_seq)))
        return Message({**envelope, "blocks": blocks}, lambda: envelope)

    def _title(self, case: Case, bar: SearchBar) -> str:
        if bar.request_id is None:
            return "Looking again" if bar.round else "Answering the guide"
        return self._controls.title(case.requests[bar.request_id].action_id)

    def _running(self, case: Case, bar: SearchBar, progress: Progress | None) -> list[str]:
        lines = [f"*{self._title(case, bar)}*", _line(bar, progress)]
        if bar.restarts:
            lines.append("It was cut off once and goes on." if bar.restarts == 1 else "It was cut off and goes on.")
        if bar.stop_by is not None:
            lines.append(f"{_who(bar)} ended it: it stops in a moment.")
        return lines

    def _ended(self, case: Case, bar: SearchBar) -> str:
        title = self._title(case, bar)
        if bar.overtaken:
            return f"*{title}:* ended, because a newer report came in and the guide is asked anew."
        effort = f"{_calls(bar.calls)} in {_seconds(bar)}{_cut_off(bar)}"
        if bar.request_id is not None:
            sentence = case.requests[bar.request_id].sentence
            return f"*{title}:* {marked(shown(defang(sentence), _FOUND), sentence)} {effort}."
        ended = f"{_who(bar)} ended it. " if bar.stop_by is not None else ""
        return f"*{title}:* {ended}{_found(case, bar)}. {effort}."


def _line(bar: SearchBar, progress: Progress | None) -> str:
    """How far it is, as a bar and in words."""
    if progress is None:
        return "It has begun."
    said = progress.sentence.rstrip(".")
    sentence, calls = marked(shown(defang(said), _SENTENCE), said), _calls(progress.calls)
    if not progress.total:
        return f"{sentence}, {calls}"
    full = round(_CELLS * min(max(progress.done / progress.total, 0.0), 1.0))
    begun = int(progress.done)
    of = f"{begun} of {progress.total} steps"
    if bar.request_id is not None:
        of = f"search {min(begun + 1, progress.total)} of {progress.total}"
    return f"{'▓' * full}{'░' * (_CELLS - full)} {of}, {calls}\n{sentence}"


def _found(case: Case, bar: SearchBar) -> str:
    """What a round of the guide has brought, in a few words."""
    if not bar.round:
        return standings(tuple(case.investigation.answers.values())) or "no answers"
    news = len(case.investigation.news.get(bar.round, ()))
    return f"{news} {'answer is' if news == 1 else 'answers are'} new" if news else "nothing new"


def _calls(number: int) -> str:
    return f"{number:,} AWS {'call' if number == 1 else 'calls'}"


def _seconds(bar: SearchBar) -> str:
    length = (bar.ended_at or bar.begun_at) - bar.begun_at
    seconds = round(max(length, timedelta(seconds=1)).total_seconds())
    return f"{seconds} s"


def _cut_off(bar: SearchBar) -> str:
    """What a restart did to it: the calls of a process that died were not counted."""
    if not bar.restarts:
        return ""
    return f", cut off {'once' if bar.restarts == 1 else f'{bar.restarts} times'}, calls counted since then"


def _who(bar: SearchBar) -> str:
    user_id = user_of(bar.stop_by or "")
    return mention_user(user_id) if user_id else "Somebody"


def _cancel(reference: Reference) -> Block:
    button = {
        "type": "button",
        "action_id": CANCEL_SEARCH,
        "text": {"type": "plain_text", "text": "Cancel"},
        "value": reference.text(),
    }
    return {"type": "actions", "block_id": reference.block_id("search"), "elements": [button]}
