"""Where the same CA is trusted: by its keys, over every account and Region that can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta

from bot.domain.answer import Answer, Question, Sign, answered, could_not_check
from bot.domain.visible_text import quoted
from bot.service.guide.anchor_sweep import PERMISSIONS, AnchorSeen, Swept, sweep_anchors
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.the_ca import the_ca

_SAME = Question("same_ca", ("77",), "Which other trust anchors have a key of this CA?")
_TOGETHER = timedelta(days=1)
_ESTABLISHED = timedelta(days=30)
_MOST_LINES = 20
_MOST_NAMED = 5


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    ca = await the_ca(inquiry)
    none = ca.without_certificates(_SAME.id)
    if none is not None:
        yield none
        return
    yield _same(inquiry, await sweep_anchors(inquiry, ca.keys))


def _same(inquiry: Inquiry, swept: Swept) -> Answer:
    if not swept.places:
        # The whole answer is a gap, so its sentence says it.
        return could_not_check(_SAME.id, " ".join(swept.not_checked) or "No account could be looked at.")
    target = inquiry.case.target
    others = [one for one in swept.anchors if one.arn != target.anchor_arn]
    accounts = tuple(dict.fromkeys(one.account for one in others if one.account != target.account))
    facts = {
        "anchors": [one.arn for one in swept.anchors],
        "other_accounts": list(accounts),
        "places": len(swept.places),
        "accounts": len(swept.accounts),
        "private": swept.private,
    }
    signs = tuple(_signs(others, target.account, inquiry.case.detection.happened_at))
    sentence = f"{_found(others, accounts)} {_looked(swept)}"
    lines = tuple(_line(one) for one in others[:_MOST_LINES])
    return answered(_SAME.id, sentence, lines=lines, signs=signs, not_checked=swept.not_checked, facts=facts)


def _found(others: Sequence[AnchorSeen], accounts: Sequence[str]) -> str:
    if not others:
        return "No other trust anchor that was found has a key of this CA."
    anchors = "1 other trust anchor has" if len(others) == 1 else f"{len(others)} other trust anchors have"
    where = f", also in account{'' if len(accounts) == 1 else 's'} {_listed(accounts)}" if accounts else ""
    return f"{anchors} a key of this CA{where}."


def _looked(swept: Swept) -> str:
    accounts = "1 account" if len(swept.accounts) == 1 else f"{len(swept.accounts)} accounts"
    return f"Looked at {accounts}, {len(swept.places)} Regions in all."


def _listed(accounts: Sequence[str]) -> str:
    more = f" and {len(accounts) - _MOST_NAMED} more" if len(accounts) > _MOST_NAMED else ""
    return ", ".join(accounts[:_MOST_NAMED]) + more


def _signs(others: Sequence[AnchorSeen], own: str, happened_at: datetime) -> Iterator[Sign]:
    together = [one for one in others if _is_near(one, happened_at)]
    accounts = tuple(dict.fromkeys((own, *(one.account for one in together))))
    old = [one for one in others if one.enabled and one.created and one.created < happened_at - _ESTABLISHED]
    if len(accounts) > 1:
        yield Sign("ca_spread", f"The same CA came into {len(accounts)} accounts within a day: {_listed(accounts)}.")
    elif together:
        yield Sign("same_ca_elsewhere", f"The same CA came into {len(together) + 1} trust anchors within a day.")
    if old and old[0].created:
        where = f"in account {old[0].account}, {old[0].region}"
        sentence = f"Another trust anchor with a key of this CA has stood {where} since {old[0].created:%Y-%m-%d}."
        yield Sign("ca_established", sentence)


def _is_near(anchor: AnchorSeen, happened_at: datetime) -> bool:
    times = (one for one in (anchor.created, anchor.changed) if one is not None)
    return any(abs(one - happened_at) <= _TOGETHER for one in times)


def _line(anchor: AnchorSeen) -> str:
    state = "enabled" if anchor.enabled else "disabled"
    since = f"{anchor.created:%Y-%m-%d %H:%M} UTC" if anchor.created else "an unknown time"
    return f"{anchor.arn}: {quoted(anchor.name)}, {state}, since {since}"


STEP = Step(
    id="same_ca",
    title="The same CA elsewhere",
    questions=(_SAME,),
    permissions=PERMISSIONS,
    ask=_ask,
)
