"""Paging: the documented JSON, tried again while that can help, and an honest outcome."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.adapters.pager import Pager, page_of
from bot.domain.case import Case
from bot.domain.errors import PageError, PageUnclear
from bot.domain.incident import Incident, IncidentStarted
from tests.slack.card_states import case_in

INCIDENT = Incident(3, "U1", started=IncidentStarted("It is real.", "off", "", (), page=True))
LINK = "https://slack.example/archives/C1/p1"
KEY = "a-routing-key-that-nobody-may-see"


@dataclass
class Service:
    """A paging service: what it answers next, and what it was sent."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Take an event."""
        self.bodies.append(await request.json())
        status, headers = self.answers.pop(0) if self.answers else (202, {})
        if not status and request.transport is not None:
            request.transport.abort()
        return web.json_response({"status": "success"}, status=status or 200, headers=headers)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A service on the loopback interface."""
    made = Service()
    app = web.Application()
    app.router.add_post("/v2/enqueue", made.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v2/enqueue"
    yield made
    await runner.cleanup()


def case() -> Case:
    """A case."""
    return case_in("new")[0]


async def page(service: Service, pauses: tuple[float, ...] = (0.0, 0.0)) -> None:
    """Page."""
    await Pager(service.url, KEY, pauses)(case(), INCIDENT, LINK)


async def test_the_event_is_as_documented(service: Service) -> None:
    """With the case's id as the key by which two are one."""
    await page(service)
    (body,) = service.bodies
    assert (body["routing_key"], body["event_action"], body["dedup_key"]) == (KEY, "trigger", case().case_id)
    payload = body["payload"]
    assert {"summary", "source", "severity"} <= payload.keys()
    assert payload["severity"] in ("critical", "error", "warning", "info")
    assert len(payload["summary"]) <= 1_024
    assert payload["custom_details"]["reason"] == "It is real."
    assert body["links"] == [{"href": LINK, "text": "The case in Slack"}]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_it_is_tried_again(service: Service, status: int) -> None:
    """With the same key, so that it can't page twice."""
    service.answers = [(status, {}), (status, {})]
    await page(service)
    assert len({one["dedup_key"] for one in service.bodies}) == 1
    assert len(service.bodies) == 3


@pytest.mark.parametrize("status", [301, 400, 401, 403])
async def test_a_no_is_a_no(service: Service, status: int) -> None:
    """It is not repeated, and neither address nor key shows; a redirect is not followed."""
    service.answers = [(status, {"Location": "http://127.0.0.1:1/elsewhere"})]
    with pytest.raises(PageError, match=f"status {status}") as raised:
        await page(service)
    assert not isinstance(raised.value, PageUnclear)
    assert len(service.bodies) == 1
    assert KEY not in f"{raised.value}{Pager(service.url, KEY)!r}"
    assert service.url not in f"{raised.value}{Pager(service.url, KEY)!r}"


async def test_too_many_requests_to_the_end_paged_nobody(service: Service) -> None:
    """That is known, so it is no doubt."""
    service.answers = [(429, {})] * 3
    with pytest.raises(PageError) as raised:
        await page(service)
    assert type(raised.value) is PageError


@pytest.mark.parametrize("status", [0, 502])
async def test_without_an_answer_it_stays_open(service: Service, status: int) -> None:
    """A cut connection or a server that broke: somebody may have been paged."""
    service.answers = [(status, {})] * 3
    with pytest.raises(PageUnclear):
        await page(service)
    assert len(service.bodies) == 3


async def test_who_was_never_reached_paged_nobody(service: Service) -> None:
    """Nothing was sent, so it is no doubt."""
    service.url = "http://127.0.0.1:1/v2/enqueue"
    with pytest.raises(PageError, match="could not be reached") as raised:
        await page(service)
    assert type(raised.value) is PageError


async def test_where_the_address_says_who_no_key_is_sent() -> None:
    """For services that take the same JSON."""
    assert "routing_key" not in page_of(case(), INCIDENT, None, "")
    assert "links" not in page_of(case(), INCIDENT, None, "")


def test_what_an_attacker_wrote_is_visible_and_short() -> None:
    """A caller's name of any length and with any signs stays one short line."""
    made = page_of(case_in("new", text="\u202e\n" * 5_000)[0], INCIDENT, None, "")
    details = made["payload"]["custom_details"]
    assert all(len(text) <= 500 and "\n" not in text and "\u202e" not in text for text in details.values())
