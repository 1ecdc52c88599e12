"""Pages the people on call through an address that takes the JSON of PagerDuty's Events API v2.

See: https://developer.pagerduty.com/docs/send-alert-event
See: https://developer.pagerduty.com/api-reference/368ae3d938c9e-send-an-event-to-pager-duty
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import structlog

from bot.domain.bare_links import without_links
from bot.domain.case import Case
from bot.domain.errors import PageError, PageUnclear
from bot.domain.incident import Incident
from bot.domain.verdict import Priority, verdict
from bot.domain.visible_text import visible

_log = structlog.get_logger()

_LONGEST_CALL_SECONDS = 10.0
_PAUSES_SECONDS = (1.0, 2.0, 4.0)
_LONGEST_PAUSE_SECONDS = 30.0
# See: https://developer.pagerduty.com/docs/events-api-v2-overview
_MOST_SUMMARY = 1_024
_MOST_DETAIL = 500
_TAKEN = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT})
_FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, repr=False)
class Pager:
    """Sends pages; the case's id is the key by which one that arrives twice is one.

    Neither the address nor the key shows in an error, a log line or a ``repr``.

    Attributes:
        url: where pages go.
        routing_key: of the service that is paged; empty where the address itself says it.
        pauses_seconds: between the tries.
    """

    url: str
    routing_key: str = ""
    pauses_seconds: tuple[float, ...] = _PAUSES_SECONDS

    async def __call__(self, case: Case, incident: Incident, card_link: str | None) -> None:
        """Page once; tried again while there is no answer, or one that asks for it.

        Raises:
            PageError: it was refused: nobody was paged.
            PageUnclear: no answer at any try.
        """
        body = page_of(case, incident, card_link, self.routing_key)
        pauses = [*self.pauses_seconds, None]
        timeout = aiohttp.ClientTimeout(total=_LONGEST_CALL_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
            for number, pause in enumerate(pauses, 1):
                problem, after_seconds = await self._tried(session, body)
                if problem is None:
                    return
                _log.warning("page_not_taken", case=case.case_id, number=number, error=str(problem))
                if pause is None:
                    raise problem
                await asyncio.sleep(max(pause * random.uniform(0.8, 1.2), after_seconds))  # noqa: S311 - Jitter.

    async def _tried(self, session: aiohttp.ClientSession, body: Mapping[str, Any]) -> tuple[PageError | None, float]:
        """None when it was taken, else what to say if this was the last try, and how long to wait at least.

        Raises:
            PageError: it is refused for good.
        """
        try:
            # A redirect could lead the key elsewhere.
            async with session.post(self.url, json=body, allow_redirects=False) as answer:
                status, after = answer.status, answer.headers.get("Retry-After", "")
        except aiohttp.ClientConnectorError:
            return PageError("the paging service could not be reached"), 0.0
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return PageUnclear(f"no answer ({type(error).__name__})"), 0.0
        if status in _TAKEN:
            return None, 0.0
        wait_seconds = min(float(after), _LONGEST_PAUSE_SECONDS) if after.isdecimal() else 0.0
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return PageError("too many requests (status 429)"), wait_seconds
        if status >= _FIRST_SERVER_ERROR:
            return PageUnclear(f"the paging service broke (status {status})"), wait_seconds
        raise PageError(f"the paging service refused it (status {status})")


def page_of(case: Case, incident: Incident, card_link: str | None, routing_key: str) -> dict[str, Any]:
    """The event, as documented; what others wrote in it is made visible, links nowhere and is cut short."""
    detection, target = case.detection, case.target
    weighed = verdict(case.flags, case.investigation.answers.values())
    who = detection.actor.arn or detection.actor.name or "somebody"
    summary = (
        f"Incident {case.case_id}: trust anchor with an external CA in IAM Roles Anywhere, account "
        f"{_short(target.account)}, {_short(target.region)}"
    )
    details = {
        "case": case.case_id,
        "reason": incident.started.reason if incident.started else "",
        "started_by": incident.by,
        "priority": f"{weighed.priority.value}: {weighed.why}",
        "state": case.state.value,
        "caller": who,
        "trust_anchor": target.anchor_arn or "unknown",
    }
    return {
        **({"routing_key": routing_key} if routing_key else {}),
        "event_action": "trigger",
        "dedup_key": case.case_id,
        "client": "Anchorwatch",
        "payload": {
            "summary": summary[:_MOST_SUMMARY],
            "source": f"aws:{_short(target.account)}:{_short(target.region)}",
            "severity": "critical" if weighed.priority is Priority.HIGH else "error",
            "timestamp": detection.happened_at.isoformat(),
            "component": "IAM Roles Anywhere",
            "class": "external CA",
            "custom_details": {name: _short(text) for name, text in details.items()},
        },
        **({"links": [{"href": card_link, "text": "The case in Slack"}]} if card_link else {}),
    }


def _short(text: str | None) -> str:
    # A phone makes links of the addresses in a page.
    return without_links(visible(text or "unknown"))[:_MOST_DETAIL]
