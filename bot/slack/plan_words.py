"""A plan in words: on the card and in the form whole or visibly not, and in blocks that leave nothing out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.domain.plan import Difference, Plan, Rung, plan_name
from bot.domain.response_action import OWN_SERVICE
from bot.domain.usage.words import counted
from bot.slack.guide_notes import preformatted, section
from bot.slack.text import code, defang, literal, marked, plain, shown

MOST_CHARACTERS = 2_900
"""Of a section of the card or a form; Slack takes 3,000."""

_WHOLE = 1_000_000
_PIECE = 2_500
_MOST_CALLS, _CALL = 4, 200
_MOST_STATE, _STATE = 5, 120
_SENTENCE = 200
_MOST_CONFIRM = 300
_MOST_MOVED, _DIFFERENCE = 6, 150

Block = dict[str, Any]


def plan_lines(plan: Plan) -> list[str]:
    """All of a plan, a line each; nothing is cut."""
    if plan.rungs:
        rungs = [[f"*{number}. {rung.title}*", *plan_lines(rung.plan)] for number, rung in enumerate(plan.rungs, 1)]
        return [*_one_yes(plan), *(line for lines in rungs for line in lines)]
    return [
        f"*Runs:* {_listed([code(call, _WHOLE) for call in plan.calls], '; ')}",
        *_sentences(plan, _WHOLE),
        f"*{only_if(plan)}:* {_listed(_state(plan.state, _WHOLE), ', ')}",
        *_unknown(plan, _WHOLE),
    ]


def short_lines(plan: Plan) -> list[str]:
    """The begin of a plan that is too long; each list says how much it lacks."""
    if plan.rungs:
        return [*_one_yes(plan, _SENTENCE), *(_short_rung(number, rung) for number, rung in enumerate(plan.rungs, 1))]
    calls = [code(call, _CALL) for call in plan.calls[:_MOST_CALLS]]
    state = _state(dict(list(plan.state.items())[:_MOST_STATE]), _STATE)
    return [
        f"*Runs:* {_listed([*calls, *_more(plan.calls, _MOST_CALLS, 'call')], '; ')}",
        *_sentences(plan, _SENTENCE),
        f"*{only_if(plan)}:* {_listed([*state, *_more(plan.state, _MOST_STATE, 'thing')], ', ')}",
        *_unknown(plan, _STATE),
    ]


def fit(lines: Iterable[str]) -> bool:
    """Whether finished lines have room in one section."""
    return sum(len(line) + 1 for line in lines) <= MOST_CHARACTERS


def only_if(plan: Plan) -> str:
    """What must still be so right before the call: in AWS, or for our own store there."""
    own = any(call.startswith(f"{OWN_SERVICE}:") for call in plan.calls)
    return "Only if it is still so" if own else "Only if AWS still shows"


def plan_blocks(plan: Plan, digest: str) -> Iterator[list[Block]]:
    """All of a plan in groups of blocks that belong together; each has room on a page, and nothing is left out."""
    named = f"*Plan {plan_name(digest)}*, in full {code(digest, 70)}"
    yield [section([f"*Trust anchor* {code(plan.target_arn, 2_000)}", named])]
    if plan.rungs:
        yield [section(_one_yes(plan)[:1])]
        yield from exactly("Left out", plan.left_out)
        for number, rung in enumerate(plan.rungs, 1):
            yield [section([f"*{number}. {rung.title}*"])]
            yield from _own_blocks(rung.plan)
    else:
        yield from _own_blocks(plan)


def left_out_lines(plan: Plan, limit: int = _WHOLE) -> list[str]:
    """Which steps a ladder's plan does not have, and why."""
    return [f"*Left out:* {shown(' '.join(plan.left_out), limit)}"] if plan.left_out else []


def _one_yes(plan: Plan, limit: int = _WHOLE) -> list[str]:
    """What a yes to all rungs of a plan means."""
    return [
        (
            f"{len(plan.rungs)} steps, one after the other. Right before each its plan is made again from AWS; where "
            "that differs or a step is not done, nothing after it begins."
        ),
        *left_out_lines(plan, limit),
    ]


def _short_rung(number: int, rung: Rung) -> str:
    calls = counted(len(rung.plan.calls), "call")
    return f"*{number}. {rung.title}*, {calls}. *Stops:* {shown(rung.plan.stops, _SENTENCE)}"


def _own_blocks(plan: Plan) -> Iterator[list[Block]]:
    yield from exactly(f"Runs {counted(len(plan.calls), 'call')}, in this order", plan.calls)
    for title, text in _named(plan).items():
        line = f"*{title}:* {shown(text, _WHOLE)}"
        yield from iter([[section([line])]]) if fit([line]) else exactly(title, [text])
    yield from exactly(only_if(plan), [f"{what}: {value}" for what, value in plan.state.items()])
    yield from exactly("Not known yet", plan.unknown or ())
    yield from exactly("Changes nothing but the trust anchor and", plan.touches)


def confirm_text(plan: Plan, digest: str, more_needed: int) -> str:
    """What the dialog asks that a yes has to pass; what has no room is named and not cut."""
    when = "at once" if more_needed <= 0 else f"after {more_needed} more yes"
    begin = f"Plan {plan_name(digest)} runs {when}"
    calls = f"{begin}: {'; '.join(plan.calls)}."
    whole = f"{calls} {plan.does_not_stop}"
    short = f"{begin}: {counted(len(plan.calls), 'call')}, as the plan says."
    fitting = (text for text in (whole, calls) if len(plain(defang(text), _WHOLE)) <= _MOST_CONFIRM)
    return plain(defang(next(fitting, short)), _MOST_CONFIRM)


def difference_lines(differences: Sequence[Difference]) -> list[str]:
    """What is not as it was shown, a line each; how many more there are is said."""
    pairs = [(one.what, *(_value(text, _DIFFERENCE) for text in (one.shown, one.live))) for one in differences]
    lines = [f"• {shown(what, 120)}: was shown as {before}, is now {now}" for what, before, now in pairs[:_MOST_MOVED]]
    return [*lines, *(f"• {one}" for one in _more(differences, _MOST_MOVED, "difference"))]


def _sentences(plan: Plan, limit: int) -> list[str]:
    return [f"*{title}:* {shown(text, limit)}" for title, text in _named(plan).items()]


def _named(plan: Plan) -> dict[str, str]:
    named = {
        "Stops": plan.stops,
        "Does not stop": plan.does_not_stop,
        "Who would notice": plan.who_would_notice,
        "Way back": plan.way_back,
    }
    return {title: text for title, text in named.items() if text}


def _state(state: Mapping[str, str], limit: int) -> list[str]:
    return [f"{shown(what, limit)}: {_value(value, limit)}" for what, value in state.items()]


def _value(text: str, limit: int) -> str:
    return marked(code(text, limit), text)


def _unknown(plan: Plan, limit: int) -> list[str]:
    if not plan.unknown:
        return []
    names = [shown(one, limit) for one in plan.unknown]
    if limit < _WHOLE:
        names = [*names[:_MOST_STATE], *_more(names, _MOST_STATE, "thing")]
    return [f"*Not known yet, so not compared:* {', '.join(names)}"]


def _listed(parts: Sequence[str], between: str) -> str:
    return between.join(parts) or "nothing is known yet"


def _more(things: Sequence[object] | Mapping[str, object], most: int, word: str) -> list[str]:
    more = len(things) - most
    return [f"and {more} more {word if more == 1 else word + 's'}"] if more > 0 else []


def exactly(title: str, lines: Sequence[str]) -> Iterator[list[Block]]:
    """A title and lines below it, preformatted and with addresses broken, in pieces that each have room in a block."""
    for number, piece in enumerate(_pieces([marked(literal(defang(line), _WHOLE), line) for line in lines])):
        heading = f"*{title}*" if number == 0 else f"*{title}*, continued"
        yield [section([heading]), *preformatted([piece])]


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    """Lines put together until a block is full; one that is longer than a block goes on in the next."""
    room = ""
    for line in lines:
        for start in range(0, len(line), _PIECE):
            part = line[start : start + _PIECE]
            if room and len(room) + len(part) + 1 > _PIECE:
                yield room
                room = ""
            room = f"{room}\n{part}" if room else part
    if room:
        yield room
