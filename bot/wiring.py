"""How each part of the bot is made from its settings; ``bootstrap.py`` puts the parts together."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.athena_search import AthenaSearch
from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.cloudtrail_search import LookupSearch
from bot.adapters.formats.live_anchor import live_anchor
from bot.adapters.holiday_calendar import holiday_on
from bot.adapters.places_database import PlacesDatabase
from bot.adapters.privilege_catalogue import privilege_catalogue
from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.sqlite_schema import sqlite_path
from bot.adapters.sqs_intake import SqsIntake
from bot.adapters.webhook_intake import WebhookIntake
from bot.adapters.x509 import read_certificates
from bot.domain.approval import ApprovalPolicy
from bot.domain.case import Case
from bot.domain.effects import Effect, EffectKind, Standing
from bot.domain.house import House
from bot.domain.response_action import ResponseAction
from bot.health import Health
from bot.ports import EventSearch
from bot.service.earlier_cases import EarlierCases
from bot.service.guide.inquiry import Sources
from bot.service.guide.steps import STEPS
from bot.service.investigate import Investigate
from bot.service.observe_anchor import ObserveAnchor
from bot.service.put_aside import PutAside
from bot.service.run_action import RunAction
from bot.service.runner import Do
from bot.service.show_case import ShowCase
from bot.service.show_question import ShowQuestion
from bot.service.take_detection import TakeDetection
from bot.settings import Settings
from bot.slack.card import Card
from bot.slack.controls import Controls
from bot.slack.directory import People, SlackDirectory
from bot.slack.failed_calls import FailedCallsMessage
from bot.slack.gate import MOST_BYTES
from bot.slack.notes import Notes
from bot.slack.owner_question import OwnerQuestion
from bot.slack.presenter import SlackPresenter
from bot.slack.receiver import SlackReceiver


def standing(settings: Settings, store: SqliteLog) -> Standing:
    """Who this process is, and how sure it can be about others."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    return Standing(
        owner, store.exclusive, settings.post_grace, observes=settings.observe, investigates=settings.investigate
    )


def directory(settings: Settings, house: House, reader: AsyncWebClient) -> SlackDirectory:
    """The people of Slack that the settings and the house name."""
    responders, approvers = People.parse(settings.responders), People.parse(settings.approvers)
    return SlackDirectory(reader, responders, approvers, owners(house))


def owners(house: House) -> People:
    """Whom a CA's question goes to; nobody where no group is configured."""
    return People.parse([house.owners_group] if house.owners_group else [])


def sources(
    house: House, accounts: BotoAccounts, search: EventSearch, earlier_cases: EarlierCases, stack: AsyncExitStack
) -> Sources:
    """Everything that the guide's steps ask."""
    return Sources(
        accounts,
        search,
        house,
        read_certificates=read_certificates,
        holiday_on=holiday_on,
        place_of=place_of(house, stack),
        certificates_of=lambda detail: live_anchor(detail)[0].certificates_pem,
        earlier_cases=earlier_cases,
        privilege_catalogue=privilege_catalogue,
    )


def search(settings: Settings, accounts: BotoAccounts, stack: AsyncExitStack) -> EventSearch:
    """The engine that searches CloudTrail, as configured."""
    if settings.trail is None:
        return LookupSearch(accounts)
    of_the_trail = BotoAccounts(settings.trail.role_arn, "")
    stack.push_async_callback(of_the_trail.close)
    return AthenaSearch(of_the_trail, settings.trail)


def place_of(house: House, stack: AsyncExitStack) -> Callable[[str], tuple[str, ...]] | None:
    """Where an address is, by the local database; None without one."""
    if house.places_database is None:
        return None
    database = PlacesDatabase(house.places_database)
    stack.callback(database.close)
    return database.place_of


def intake(settings: Settings, take: TakeDetection, put_aside: PutAside) -> SqsIntake | None:
    """The queue's reader; None without a queue."""
    if not settings.queue_url:
        return None
    return SqsIntake(
        settings.queue_url,
        take,
        put_aside,
        receivers=settings.receivers,
        poll=settings.poll,
        visibility=settings.visibility,
    )


async def store(settings: Settings, stack: AsyncExitStack) -> SqliteLog:
    """The case log, opened; ``stack`` closes it.

    Raises:
        StoreUnavailable: it can't be opened.
    """
    store = SqliteLog.open(sqlite_path(settings.store))
    stack.push_async_callback(store.close)
    return store


def policy(settings: Settings, house: House) -> ApprovalPolicy:
    """Who may do what, and in words who they are."""
    return ApprovalPolicy(
        reversible=settings.reversible,
        irreversible=settings.irreversible,
        responders_in_words=People.parse(settings.responders).in_words(),
        approvers_in_words=People.parse(settings.approvers).in_words(),
        owners_in_words=owners(house).in_words(),
    )


def presenter(settings: Settings, actions: Mapping[str, ResponseAction], policy: ApprovalPolicy) -> SlackPresenter:
    """What turns cases into messages."""
    controls = Controls(actions)
    card = Card(settings.channel, controls, policy.approvers_in_words)
    failed_calls = FailedCallsMessage(settings.ops_channel)
    notes = Notes(settings.channel, settings.ops_channel, controls, policy.approvers_in_words, STEPS)
    return SlackPresenter(card, failed_calls, notes, OwnerQuestion(settings.channel))


def doers(
    show: ShowCase,
    question: ShowQuestion,
    run: RunAction,
    observe: ObserveAnchor,
    expire: Callable[[str, str], Awaitable[None]],
    investigate: Investigate,
) -> dict[EffectKind, Do]:
    """What does each kind of effect."""

    async def do_run(case: Case, effect: Effect) -> None:
        await run(case.case_id, effect.subject, lambda sentence: show.show_progress(case, sentence))

    async def do_investigate(case: Case, effect: Effect) -> None:
        number = int(effect.subject)
        await investigate(case.case_id, number, lambda sentence: show.show_progress(case, sentence))

    return {
        EffectKind.POST_CARD: show.post_card,
        EffectKind.UPDATE_CARD: lambda case, _: show.update_card(case, None),
        EffectKind.POST_NOTE: show.post_note,
        EffectKind.POST_NOTICE: show.post_notice,
        EffectKind.POST_QUESTION: question.post,
        EffectKind.UPDATE_QUESTION: lambda case, _: question.update(case),
        EffectKind.TELL: show.tell,
        EffectKind.RUN: do_run,
        EffectKind.EXPIRE: lambda case, effect: expire(case.case_id, effect.subject),
        EffectKind.OBSERVE: lambda case, _: observe(case),
        EffectKind.INVESTIGATE: do_investigate,
    }


def web_app(receiver: SlackReceiver, webhook: WebhookIntake, health: Health) -> web.Application:
    """The HTTP server's routes."""
    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post("/slack/events", receiver.receive)
    app.router.add_post("/detections", webhook.receive)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    return app
