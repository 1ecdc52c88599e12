"""What was decided about a CA's keys before: in other cases, and in this one before its newest event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.answer import Answer, Question, Sign, answered, could_not_check
from bot.domain.ca_findings import SAME_KEY
from bot.domain.case import Case, CaseState
from bot.domain.closing import CloseReason
from bot.domain.ownership import keys_of
from bot.domain.verdict import EARLIER_CASES
from bot.domain.visible_text import quoted
from bot.service.earlier_cases import CasesFound
from bot.service.guide.inquiry import Inquiry

EARLIER = Question(EARLIER_CASES, ("78",), "What was decided about its keys before?")
"""The question that this answers."""

_REASON = 100
_MOST_LINES = 10
_MOST_TOLD = 3
_CLOSED_CODES = {
    CloseReason.TRUE_POSITIVE: "earlier_true_positive",
    CloseReason.FALSE_POSITIVE: "earlier_false_positive",
    CloseReason.BENIGN_POSITIVE: "earlier_false_positive",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """A case that has some of this CA's keys; ``which`` says how many, where it has not all of them."""

    case: Case
    has_all: bool
    which: str

    @property
    def name(self) -> str:
        """What people call it."""
        return f"Case {self.case.case_id}, with {self.which}"


async def earlier_decisions(inquiry: Inquiry, keys: Sequence[str]) -> Answer:
    """What people decided in this case and in others about a CA with one of these keys.

    What they said in favour of a CA speaks for this one only where theirs had every key of it: a key of an attacker's
    may stand beside one that people know.
    """
    look, case = inquiry.sources.earlier_cases, inquiry.case
    if look is None or not keys:
        return could_not_check(EARLIER.id, "No key of the CA is known to look for in earlier cases.")
    found = await look(case.case_id, keys)
    known = [_known(one, frozenset(keys)) for one in found.cases]
    signs = (*_of_this(case), *_contained(known), *_closed(known), *_others(known), *_owners(known))
    lines = tuple(_case_line(one) for one in known[:_MOST_LINES])
    facts = {"cases": [one.case_id for one in found.cases], "whole": not (found.unread or found.is_cut)}
    if not known and not signs:
        return answered(EARLIER.id, "No other case has one of its keys.", facts=facts, not_checked=_unread(found))
    cases = f"{len(known)} other case{'' if len(known) == 1 else 's'} had one of its keys."
    sentence = " ".join((cases if known else "No other case has one of its keys.", *(one.sentence for one in signs)))
    people = tuple(dict.fromkeys(user_id for one in signs for user_id in one.people))
    return answered(
        EARLIER.id, sentence, lines=lines, signs=signs, facts=facts, people=people, not_checked=_unread(found)
    )


def _known(case: Case, keys: frozenset[str]) -> _Known:
    common = len(keys & keys_of(case))
    which = "the same key" if len(keys) == 1 else f"{common} of its {len(keys)} keys"
    return _Known(case, common == len(keys), "all of its keys" if common == len(keys) > 1 else which)


def _unread(found: CasesFound) -> tuple[str, ...]:
    left = (f"{found.unread} earlier cases: their log can't be read.",) if found.unread else ()
    return (*left, "More than 20 earlier cases.") if found.is_cut else left


def _of_this(case: Case) -> Iterator[Sign]:
    contained = case.requests.get(case.contained_by or "")
    if contained is not None and contained.ended_at is not None and contained.ended_at < case.detection.happened_at:
        sentence = f"This event came after the trust anchor had been contained on {_when(contained.ended_at)}."
        yield Sign("key_returned", sentence, (contained.by,))


def _contained(known: Sequence[_Known]) -> Iterator[Sign]:
    """Any common key: somebody decided that it must not get in."""
    cases = [one for one in known if one.case.state is CaseState.CONTAINED]
    for one in cases[:_MOST_TOLD]:
        request = one.case.requests.get(one.case.contained_by or "")
        when = f" on {_when(request.ended_at)}" if request is not None and request.ended_at else ""
        yield Sign("key_returned", f"{one.name}, was contained{when}.", (request.by,) if request is not None else ())


def _closed(known: Sequence[_Known]) -> Iterator[Sign]:
    """A true positive counts for any common key, harmlessness only for all of them; a duplicate says neither."""
    told = [(one, one.case.closed) for one in known if one.case.closed is not None and _is_judged(one)]
    for one, how in told[:_MOST_TOLD]:
        what = f"{one.name}, was closed as a {how.as_what.words.lower()} on {_when(how.at)}"
        word = "" if how.as_what is CloseReason.TRUE_POSITIVE else ", which is a word and no proof"
        yield Sign(_CLOSED_CODES[how.as_what], f"{what}{word}: {quoted(how.reason[:_REASON])}", (how.user_id,))


def _others(known: Sequence[_Known]) -> Iterator[Sign]:
    """Cases that nobody has contained, and that nobody called harmless or an attack with all of the keys."""
    told = [one for one in known if one.case.state is not CaseState.CONTAINED and not _is_judged(one)]
    for one in told[:_MOST_TOLD]:
        how = one.case.closed
        yield Sign(SAME_KEY, f"{one.name}, {f'was closed as a {how.as_what.words.lower()}' if how else 'is open'}.")


def _is_judged(one: _Known) -> bool:
    how = one.case.closed
    if how is None or how.as_what not in _CLOSED_CODES:
        return False
    return one.has_all or how.as_what is CloseReason.TRUE_POSITIVE


def _owners(known: Sequence[_Known]) -> Iterator[Sign]:
    """What the owners said in other cases; that it is not theirs counts for any common key."""
    said = [(one, one.case.ownership.newest_about(keys_of(one.case))) for one in known]
    told = [(one, word) for one, word in said if word is not None and (one.has_all or not word.ours)]
    for one, word in told[:_MOST_TOLD]:
        code = "owners_said_ours_before" if word.ours else "owners_said_not_ours_before"
        words = "it is theirs" if word.ours else "it is not theirs"
        yield Sign(code, f"{one.name}: the CA's owners said on {_when(word.at)} that {words}.", (word.user_id,))


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _case_line(one: _Known) -> str:
    case = one.case
    closed = case.closed
    reason = f", {_when(closed.at)}: {quoted(closed.reason[:_REASON])}" if closed else ""
    return f"{case.case_id} in account {case.target.account or 'unknown'}, {one.which}: {case.state.value}{reason}"
