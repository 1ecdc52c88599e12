"""What was decided about a CA's keys before: in other cases, and in this one before its newest event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.answer import Answer, Question, Sign, answered, could_not_check
from bot.domain.case import Case, CaseState
from bot.domain.ownership import keys_of
from bot.domain.visible_text import quoted
from bot.service.earlier_cases import CasesFound
from bot.service.guide.inquiry import Inquiry

EARLIER = Question("ca_in_earlier_cases", ("78",), "What was decided about its keys before?")
"""The question that this answers."""

_REASON = 120
_MOST_LINES = 10
_MOST_NAMES = 3


async def earlier_decisions(inquiry: Inquiry, keys: Sequence[str]) -> Answer:
    """What people decided in this case and in others about a CA with one of these keys."""
    look, case = inquiry.sources.earlier_cases, inquiry.case
    if look is None or not keys:
        return could_not_check(EARLIER.id, "No key of the CA is known to look for in earlier cases.")
    found = await look(case.case_id, keys)
    signs = (*_of_this(case), *_of_others(found.cases), *_of_owners(found.cases))
    lines = tuple(_case_line(one) for one in found.cases[:_MOST_LINES])
    facts = {"cases": [one.case_id for one in found.cases]}
    if not found.cases and not signs:
        return answered(EARLIER.id, "No other case has one of its keys.", facts=facts, not_checked=_unread(found))
    cases = f"{len(found.cases)} other case{'' if len(found.cases) == 1 else 's'} had one of its keys."
    sentence = " ".join((cases, *(one.sentence for one in signs)))
    return answered(EARLIER.id, sentence, lines=lines, signs=signs, facts=facts, not_checked=_unread(found))


def _unread(found: CasesFound) -> tuple[str, ...]:
    left = (f"{found.unread} earlier cases: their log can't be read.",) if found.unread else ()
    return (*left, "More than 20 earlier cases.") if found.is_cut else left


def _of_this(case: Case) -> Iterator[Sign]:
    contained = case.requests.get(case.contained_by or "")
    if contained is not None and contained.ended_at is not None and contained.ended_at < case.detection.happened_at:
        yield Sign("key_returned", "This event came after the trust anchor had been contained.")


def _of_others(cases: Sequence[Case]) -> Iterator[Sign]:
    contained = [one.case_id for one in cases if one.state is CaseState.CONTAINED]
    if contained:
        yield Sign("key_returned", f"A key of this CA was contained before, in {_listed(contained)}.")
    closed = [one.case_id for one in cases if one.false_positive is not None]
    if closed:
        yield Sign("earlier_false_positive", f"People closed {_listed(closed)} with this key as a false positive.")


def _of_owners(cases: Sequence[Case]) -> Iterator[Sign]:
    """What the owners said in other cases about a CA that had one of these keys."""
    newest = {one.case_id: one.ownership.newest_about(keys_of(one)) for one in cases}
    ours = [case_id for case_id, said in newest.items() if said and said.ours]
    strange = [case_id for case_id, said in newest.items() if said and not said.ours]
    if ours:
        yield Sign("owners_said_ours_before", f"The owners said in {_listed(ours)} that it is theirs.")
    if strange:
        yield Sign("owners_said_not_ours_before", f"The owners said in {_listed(strange)} that it is not theirs.")


def _listed(case_ids: Sequence[str]) -> str:
    more = f" and {len(case_ids) - _MOST_NAMES} more" if len(case_ids) > _MOST_NAMES else ""
    return ", ".join(case_ids[:_MOST_NAMES]) + more


def _case_line(case: Case) -> str:
    reason = f": {quoted(case.false_positive[1][:_REASON])}" if case.false_positive else ""
    return f"{case.case_id} in account {case.target.account or 'unknown'}: {case.state.value}{reason}"
