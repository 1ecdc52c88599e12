"""What people read of a receipt: our own calls as CloudTrail shows them, each with a link to the event."""

from __future__ import annotations

from bot.domain.case import Case, Request, RequestState
from bot.domain.own_events import planned_calls
from bot.domain.receipt import OutcomeProved, OwnCall, ReceiptEvent, ReceiptFound, ReceiptLooked
from bot.slack.card_words import utc
from bot.slack.console_links import console_url, event_link
from bot.slack.glass_words import agreed_words
from bot.slack.text import code, date, marked, mention_user, shown

_MOST_CALLS = 6
_REASON = 600


def receipt_note(event: ReceiptEvent, request: Request, title: str, who: str) -> str:
    """What the thread tells of a receipt, or of an outcome that is settled; ``who`` is the person, mentioned."""
    if isinstance(event, ReceiptFound):
        return _found(event, request, title)
    if isinstance(event, ReceiptLooked):
        return _nothing(event, request, title)
    if isinstance(event, OutcomeProved):
        return f"*{title}: {'done' if event.done else 'failed'}.* {shown(event.sentence, _REASON)}"
    said = "was done" if event.done else "was not done"
    return f"{who} says that *{title}* {said}: {_reason(event.reason)} That is their word; nothing proves it yet."


def _found(event: ReceiptFound, request: Request, title: str) -> str:
    by = _by(request, event.calls)
    if len(event.calls) == 1 and not event.missing:
        return _only(event.calls[0], by)
    whole = f"{len(event.calls)} of {len(event.calls) + len(event.missing)}"
    lines = [f"AWS confirms {whole} calls of *{title}*, {by}:"]
    lines += [f"• {_what(one)}, event {event_link(one.region, one.event_id)}" for one in event.calls[:_MOST_CALLS]]
    if len(event.calls) > _MOST_CALLS:
        lines.append(f"• and {len(event.calls) - _MOST_CALLS} more, in the audit log")
    if event.missing:
        lines.append(f"Not found in CloudTrail until {utc(event.until)}, look yourself:")
        lines += [f"• {code(one, 200)}" for one in event.missing[:_MOST_CALLS]]
    return "\n".join(lines)


def receipt_lines(case: Case) -> list[str]:
    """What the card says of the receipt of its newest run, of a ladder of each rung's; empty when there is nothing."""
    newest = case.last_containment
    if newest is None:
        return []
    runs = [case.requests[one] for one in newest.rungs] or [newest]
    return [line for one in runs if one.begun and not one.is_open for line in (*_said(one), *_proof(one))]


def _said(request: Request) -> list[str]:
    word = request.word
    if word is None:
        return []
    said = "was done" if word.done else "was not done"
    return [f"*Not proved:* {mention_user(word.user_id)} says that it {said}, {date(word.at)}: {_reason(word.reason)}"]


def _proof(request: Request) -> list[str]:
    known = request.receipt
    if known.calls:
        by = _by(request, known.calls)
        if len(known.calls) == 1 and not known.missing:
            return [_only(known.calls[0], by)]
        links = ", ".join(event_link(one.region, one.event_id) for one in known.calls[:_MOST_CALLS])
        missing = f" {len(known.missing)} not found, see the thread." if known.missing else ""
        count = len(known.calls) + len(known.missing)
        refused = sum(one.error_code is not None for one in known.calls)
        error = f" {refused} of them refused." if refused else ""
        return [f"*AWS confirms* {len(known.calls)} of {count} calls, {by}: events {links}.{error}{missing}"]
    if known.over and known.until is not None:
        return [f"*Not in CloudTrail* until {utc(known.until)}: look yourself. {_history(request)}".strip()]
    if request.state is RequestState.UNKNOWN and known.until is not None:
        return [f"No event of ours in CloudTrail until {utc(known.until)}; it is about 5 minutes late."]
    return []


def _nothing(event: ReceiptLooked, request: Request, title: str) -> str:
    why = f" CloudTrail could not be searched: {shown(event.why, 300)}" if event.why else ""
    return (
        f"No event of *{title}* was found in CloudTrail until {utc(event.until)}.{why} "
        f"That does not mean that it was not done: look yourself. {_history(request)}"
    ).strip()


def _history(request: Request) -> str:
    """A link to where the event would be."""
    call = next(iter(planned_calls(request.plan)), None)
    url = console_url(call.region, event_name=call.operation) if call else None
    return f"<{url}|CloudTrail in {call.region}>" if call and url else ""


def _only(call: OwnCall, by: str) -> str:
    """The line of a run with one call."""
    return f"*AWS confirms:* {_what(call)}, {by}, event {event_link(call.region, call.event_id)}."


def _what(call: OwnCall) -> str:
    what = f"{code(call.call.partition(':')[2], 60)} at {call.at:%H:%M:%S} UTC"
    return what if call.error_code is None else f"it refused {what} with {code(call.error_code, 60)}"


def _by(request: Request, calls: tuple[OwnCall, ...]) -> str:
    """Who did it: by our log, and by what CloudTrail says itself."""
    named = sorted({one.source_identity for one in calls if one.source_identity})
    shown_there = f" ({', '.join(code(one, 70) for one in named)} in CloudTrail)" if named else ""
    unnamed = "" if named else " (CloudTrail names Anchorwatch's own credentials only)"
    return f"by {mention_user(request.by)}{shown_there or unnamed}{agreed_words(request)}"


def _reason(text: str) -> str:
    return marked(shown(text, _REASON), text)
