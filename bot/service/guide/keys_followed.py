"""The keys of the trust anchor's sessions, followed through every Region, and the keys that came of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from bot.domain.usage.act_kinds import ActKind
from bot.domain.usage.acts import Act
from bot.domain.usage.sessions import Session
from bot.domain.usage.words import counted, last_part, utc_text
from bot.service.guide.account_regions import account_regions
from bot.service.guide.inquiry import Inquiry
from bot.service.guide.key_trails import Key, Trails, follow
from bot.service.guide.keys_abroad import Abroad, follow_abroad
from bot.service.guide.sessions_seen import SessionsSeen, sessions_seen

# Each round takes more, so that no flood of sessions hides the older ones for good.
_KEYS_A_ROUND = 20
_CHAINED_A_ROUND = 10
# A watch has many rounds, and AWS lets only two searches a second through.
_MOST_ROUNDS_OF_KEYS = 4
# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html
_LONGEST_CHAINED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KeysFollowed:
    """All that was followed. ``cut`` counts keys that were not.

    ``gaps`` say in sentences why not every key was followed to its end, and ``beyond`` are keys that came of followed
    ones and were not followed themselves, also those in other accounts.
    """

    seen: SessionsSeen
    regions: tuple[str, ...]
    trails: Trails
    chained: Trails
    abroad: Abroad
    cut: int
    not_checked: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    beyond: tuple[Key, ...] = ()

    @property
    def acts(self) -> tuple[Act, ...]:
        """What all keys did."""
        return (*self.trails.acts, *self.chained.acts, *self.abroad.acts)

    @property
    def keys(self) -> tuple[Key, ...]:
        """All keys that were followed."""
        return (*self.trails.keys, *self.chained.keys, *self.abroad.trails.keys)

    @property
    def place(self) -> str:
        """Where and until when was searched."""
        until = utc_text(self.seen.search.query.until)
        accounts = f" of {len(self.abroad.accounts) + 1} accounts" if self.abroad.accounts else ""
        where = f"{counted(len(self.regions), 'Region')}{accounts}"
        return f"{counted(len(self.keys), 'key')} followed through {where} until {until}"


async def keys_followed(inquiry: Inquiry) -> KeysFollowed:
    """Follow the keys, once in a round. Raises AwsError when nothing at all could be searched."""

    async def read() -> KeysFollowed:
        seen, regions = await sessions_seen(inquiry), await account_regions(inquiry)
        keys = _session_keys(seen)
        rounds = min(inquiry.round + 1, _MOST_ROUNDS_OF_KEYS)
        most = _KEYS_A_ROUND * rounds
        trails = await follow(inquiry, keys[:most], regions.names)
        if trails.failed_everywhere is not None:
            raise trails.failed_everywhere
        new = [one for one in _new_keys(trails.acts, inquiry) if one.key_id not in {key.key_id for key in keys}]
        most_new = _CHAINED_A_ROUND * rounds
        chained = await follow(inquiry, new[:most_new], regions.names)
        cut = len(keys[most:]) + len(new[most_new:]) + trails.skipped + chained.skipped
        entered = _elsewhere((*trails.acts, *chained.acts), inquiry)
        accounts = tuple(dict.fromkeys(one.account for one in entered if one.account))
        abroad = await follow_abroad(inquiry, [one for one in entered if one.key_id], accounts, regions.names)
        gaps = [*trails.not_checked, *chained.not_checked, *abroad.gaps, *filter(None, [regions.why_few])]
        if cut:
            gaps.append(f"{counted(cut, 'key')} of older sessions: only the newest were followed in this round.")
        followed = {key.key_id for key in (*keys, *new, *abroad.trails.keys)}
        further = [one for one in _new_keys((*chained.acts, *abroad.acts), inquiry) if one.key_id not in followed]
        if further:
            gaps.append(f"{counted(len(further), 'key')} that came of chained keys: one level is followed.")
        lost = [*entered, *_elsewhere(abroad.acts, inquiry)]
        beyond = (*new[most_new:], *further, *(one for one in lost if one.key_id not in followed))
        if blind := sum(not one.access_key_id for one in seen.issued):
            gaps.append(f"What was done in {counted(blind, 'session')}: the records name no key to follow.")
        return KeysFollowed(
            seen, regions.names, trails, chained, abroad, cut, (*seen.not_checked, *gaps), tuple(gaps), tuple(beyond)
        )

    return cast("KeysFollowed", await inquiry.once("keys_followed", read))


def _session_keys(seen: SessionsSeen) -> list[Key]:
    """The keys of all sessions of the CA, the newest first."""
    issued = [one for one in seen.issued if one.access_key_id]
    keys = [Key(one.access_key_id, _begin(one, seen), seen.ends_by(one), _whose(one)) for one in issued]
    return list({key.key_id: key for key in reversed(keys)}.values())[::-1]


def _begin(session: Session, seen: SessionsSeen) -> datetime:
    return max(session.at or seen.span.since, seen.span.since)


def _whose(session: Session) -> str:
    certificate = f"certificate {session.serial}" if session.serial else "a certificate that is not recorded"
    return f"{certificate} in role {last_part(session.role_arn)}"


def _new_keys(acts: Iterable[Act], inquiry: Inquiry) -> list[Key]:
    """The keys that came of what was done, in this account: only its records can be read."""
    own = inquiry.case.target.account
    made = [one for one in acts if one.done and one.new_key_id and one.account in ("", own)]
    keys = [
        Key(one.new_key_id, one.at or inquiry.now, _ends(one, inquiry.now), _made_by(one), chained=True) for one in made
    ]
    return list({key.key_id: key for key in keys}.values())


def _elsewhere(acts: Iterable[Act], inquiry: Inquiry) -> list[Key]:
    """The roles that were entered in other accounts, or without a key in the record."""
    own, now = inquiry.case.target.account, inquiry.now
    entered = [one for one in acts if one.done and one.kind is ActKind.CHAINED]
    lost = [one for one in entered if not one.new_key_id or one.account not in ("", own)]
    return [
        Key(one.new_key_id, one.at or now, _ends(one, now), _made_by(one), chained=True, account=_abroad(one, own))
        for one in lost
    ]


def _abroad(act: Act, own: str) -> str:
    return "" if act.account == own else act.account


def _ends(act: Act, now: datetime) -> datetime | None:
    if act.kind is ActKind.CHAINED:
        return act.new_key_ends or (act.at or now) + _LONGEST_CHAINED
    return act.new_key_ends


def _made_by(act: Act) -> str:
    return f"the key of {last_part(act.what)}, made by {act.name}" if act.what else f"a key made by {act.name}"
