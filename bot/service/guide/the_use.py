"""Whether the trust anchor was used: the sessions that certificates got through it, and CloudWatch's count of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.domain.answer import Answer, Question, Sign, answered
from bot.domain.event_search import By
from bot.domain.usage.sessions import GUIDES_NAME, Session, by_certificate
from bot.domain.usage.words import (
    counted,
    guides_sentence,
    last_part,
    late_sentence,
    none_or,
    placed,
    some,
    use_line,
    utc_text,
)
from bot.service.guide.anchor_span import anchor_span
from bot.service.guide.answering import of_an_anchor
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.session_metric import METRIC, metric
from bot.service.guide.session_places import not_placed, places_of
from bot.service.guide.sessions_seen import SessionsSeen, sessions_seen

USED = Question("ca_used", ("62", "93"), "Was the trust anchor used, and what was refused?")
_CERTIFICATES = Question("used_certificates", ("8", "90"), "Which certificates were used, by whom and from where?")
_GUIDES = Question("guides_event_name", ("62", "93"), f"Are there {GUIDES_NAME} events, as the guide has it?")
_MOST_LINES = 30
_MOST_KEPT = 200


async def _used(inquiry: Inquiry) -> Answer:
    seen = await sessions_seen(inquiry)
    sentence = _sentence(seen)
    addresses = tuple(dict.fromkeys(one.address for one in seen.sessions if one.address))
    places = places_of(inquiry, addresses)
    signs = []
    if seen.issued:
        origins = some(placed(tuple(dict.fromkeys(one.address for one in seen.issued)), places))
        into = some([last_part(arn) for arn in dict.fromkeys(one.role_arn for one in seen.issued) if arn])
        roles = f", as {into}" if into else ""
        said = f"The CA was used: {_issued(seen)}{roles}, from {origins or 'unknown addresses'}."
        signs.append(Sign("ca_used", said))
    if seen.refused:
        refused = counted(len(seen.refused), "attempt")
        signs.append(Sign("session_refused", f"{refused} to use the trust anchor refused."))
    not_checked = (*seen.not_checked, *not_placed(inquiry, addresses, places))
    return answered(USED.id, sentence, signs=tuple(signs), not_checked=not_checked, facts=_facts(seen, places))


def _sentence(seen: SessionsSeen) -> str:
    refused = f"{counted(len(seen.refused), 'attempt') if seen.refused else 'no attempt'} refused"
    if not seen.sessions and not seen.earlier:
        return f"No CreateSession of this trust anchor in {seen.place}."
    if not seen.issued:
        sentence = f"No session issued, {refused}, in {seen.place}."
    else:
        times = [one.at for one in seen.issued if one.at]
        first, last = min(times, default=None), max(times, default=None)
        span = f"at {utc_text(first)}" if first == last else f"first {utc_text(first)}, last {utc_text(last)}"
        sentence = f"Used: {_issued(seen)}, {refused}; {span}. Searched {seen.place}."
    if seen.earlier:
        sentence += f" {counted(len(seen.earlier), 'session')} of the CA that was there before are not counted."
    return sentence


def _issued(seen: SessionsSeen) -> str:
    certificates = counted(len(by_certificate(seen.issued)), "certificate")
    return f"{counted(len(seen.issued), 'session')} issued to {certificates}"


def _facts(seen: SessionsSeen, places: Mapping[str, str]) -> dict[str, object]:
    query, latest = seen.search.query, seen.latest_end
    return {
        "issued": len(seen.issued),
        "refused": len(seen.refused),
        "earlier": len(seen.earlier),
        "nameless": seen.found.nameless,
        "searched_since": seen.search.searched_since.isoformat(),
        "searched_until": query.until.isoformat(),
        "whole": seen.search.why_cut is None and not seen.search.unreadable,
        "anchor": seen.span.live,
        "latest_expiry": latest.isoformat() if latest else None,
        "sessions": [_fact(one, seen, places) for one in (*seen.issued, *seen.refused)[:_MOST_KEPT]],
        "sessions_cut": max(0, len(seen.sessions) - _MOST_KEPT),
    }


def _fact(session: Session, seen: SessionsSeen, places: Mapping[str, str]) -> dict[str, Any]:
    leaf = seen.leaves.get(session.certificate)
    return {
        "event_id": session.event_id,
        "at": session.at.isoformat() if session.at else None,
        "serial": session.serial,
        "subject": leaf.subject[:200] if leaf else None,
        "role_arn": session.role_arn,
        "profile_arn": session.profile_arn,
        "address": session.address,
        "place": places.get(session.address),
        "access_key_id": session.access_key_id,
        "user_id": session.user_id,
        "identity": session.identity,
        "expires": seen.ends_by(session).isoformat() if session.issued else None,
        "expiry_recorded": session.expires is not None,
        "error_code": session.error_code,
    }


async def _certificates(inquiry: Inquiry) -> Answer:
    seen = await sessions_seen(inquiry)
    uses = by_certificate(seen.sessions)
    if not uses:
        return answered(_CERTIFICATES.id, f"No certificate was shown to this trust anchor in {seen.place}.")
    subjects_of = {one: leaf.subject for one, leaf in seen.leaves.items()}
    shown = uses[:_MOST_LINES]
    places = places_of(inquiry, (address for use in shown for address in use.addresses))
    lines = [use_line(use, subjects_of.get(use.certificate, ""), places) for use in shown]
    if len(uses) > _MOST_LINES:
        lines.append(f"{len(uses) - _MOST_LINES} more certificates.")
    worked = sum(use.issued > 0 for use in uses)
    serials = some(tuple(use.serial or "without a recorded serial" for use in uses))
    last = f" The last session can live until {utc_text(seen.latest_end)}." if seen.latest_end else ""
    got_in = (
        f"{none_or(worked)} of them got a session" if len(uses) > 1 else f"it got {'a' if worked else 'no'} session"
    )
    sentence = f"{counted(len(uses), 'certificate')} shown, {got_in}: serial {serials}.{last}"
    facts = {"serials": [use.serial for use in uses[:_MOST_KEPT]]}
    return answered(_CERTIFICATES.id, sentence, lines=tuple(lines), not_checked=seen.not_checked, facts=facts)


async def _guides(inquiry: Inquiry) -> Answer:
    span = await anchor_span(inquiry)
    found = await inquiry.events(By.EVENT_NAME, GUIDES_NAME, since=span.since)
    facts = {"events": len(found.records)}
    return answered(_GUIDES.id, guides_sentence(found.records), not_checked=(late_sentence(inquiry.now),), facts=facts)


def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    asking = {USED: _used, _CERTIFICATES: _certificates, _GUIDES: _guides, METRIC: metric}
    return of_an_anchor(inquiry, asking)


STEP = Step(
    id="use",
    title="Was the trust anchor used",
    questions=(USED, _CERTIFICATES, _GUIDES, METRIC),
    permissions=(
        "rolesanywhere:GetTrustAnchor",
        "rolesanywhere:ListProfiles",
        "cloudtrail:LookupEvents",
        "cloudwatch:GetMetricData",
    ),
    ask=_ask,
    again=True,
)
