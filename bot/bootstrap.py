"""The only place where adapters meet use cases."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.athena_search import AthenaSearch
from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.clock import SystemClock
from bot.adapters.cloudtrail_search import LookupSearch
from bot.adapters.formats import understand
from bot.adapters.formats.live_anchor import live_anchor
from bot.adapters.holiday_calendar import holiday_on
from bot.adapters.house_file import read_house
from bot.adapters.places_database import PlacesDatabase
from bot.adapters.privilege_catalogue import privilege_catalogue
from bot.adapters.reach_picture import draw_reach
from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.sqlite_quarantine import SqliteQuarantine
from bot.adapters.sqlite_schema import sqlite_path
from bot.adapters.sqs_intake import SqsIntake
from bot.adapters.sqs_outlet import SqsOutlet
from bot.adapters.webhook_intake import WebhookIntake
from bot.adapters.x509 import CertificateReader, read_certificates
from bot.domain.action import ResponseAction
from bot.domain.approval import ApprovalPolicy
from bot.domain.case import Case
from bot.domain.effects import Effect, EffectKind, Standing
from bot.domain.house import House
from bot.health import Health
from bot.kill_points import arm
from bot.ports import EventSearch
from bot.registry import load_actions
from bot.service.ask_aws import AskAws
from bot.service.attach_picture import AttachPicture
from bot.service.case_book import CaseBook
from bot.service.earlier_cases import EarlierCases
from bot.service.expire_request import expire_request
from bot.service.guide.inquiry import Sources
from bot.service.guide.steps import STEPS
from bot.service.investigate import Investigate
from bot.service.observe_anchor import ObserveAnchor
from bot.service.patient_messenger import PatientMessenger
from bot.service.press import Pressing
from bot.service.put_aside import PutAside
from bot.service.run_action import RunAction
from bot.service.runner import Do, Runner
from bot.service.show_case import ShowCase
from bot.service.show_question import ShowQuestion
from bot.service.take_detection import TakeDetection
from bot.settings import Settings
from bot.slack.card import Card
from bot.slack.clicks import Clicks
from bot.slack.controls import Controls
from bot.slack.directory import People, SlackDirectory
from bot.slack.failed_calls import FailedCallsMessage
from bot.slack.gate import MOST_BYTES, SlackGate
from bot.slack.guide_view import GuideView
from bot.slack.listeners import build_app
from bot.slack.messenger import SlackMessenger
from bot.slack.notes import Notes
from bot.slack.owner_question import OwnerQuestion
from bot.slack.presenter import SlackPresenter
from bot.slack.receiver import SlackReceiver
from bot.slack.web_clients import identity_of, web_clients


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that runs, built and not yet started."""

    web_app: web.Application
    bolt_app: AsyncApp
    runner: Runner
    directory: SlackDirectory
    intake: SqsIntake | None
    health: Health


async def build(settings: Settings, stack: AsyncExitStack) -> Bot:
    """Build the bot; ``stack`` closes what was opened.

    Raises:
        BadSettings: Slack does not know the token, or a handler is wrong.
        StoreUnavailable: the case log can't be opened.
    """
    arm(settings.kill_at)
    clock = SystemClock()
    actions = load_actions()
    store = await _store(settings, stack)
    clients = await web_clients(settings.slack_bot_token, settings.slack_api_url, settings.post_grace, stack)
    identity = await identity_of(clients.reader, settings.slack_bot_token)
    house = read_house(settings.house) if settings.house else House()
    waker = _Waker()
    book = CaseBook(store, clock, _standing(settings, store), waker.nudge)
    policy = _policy(settings, house)
    directory = _directory(settings, house, clients.reader)
    accounts = BotoAccounts(settings.read_role, settings.act_role, external_id=settings.external_id)
    stack.push_async_callback(accounts.close)
    messenger = PatientMessenger(SlackMessenger(clients.poster, clients.reader))
    presenter = _presenter(settings, actions, policy)
    show, question = ShowCase(book, messenger, presenter), ShowQuestion(book, messenger, presenter)
    run = RunAction(book, actions, accounts, directory, clock)
    sources = _sources(house, accounts, _search(settings, accounts, stack), EarlierCases(book), stack)
    investigate = Investigate(book, STEPS, sources, clock)
    observe, expire = ObserveAnchor(book, accounts), partial(expire_request, book, clock)
    doers = _doers(show, question, run, observe, expire, investigate)
    doers[EffectKind.ATTACH_PICTURE] = AttachPicture(book, messenger, draw_reach)
    runner = Runner(book, store, clock, doers)
    waker.runner = runner
    ask_aws = AskAws(accounts, live_anchor, clock) if settings.observe else None
    take = TakeDetection(
        book, understand, CertificateReader, settings.act_role or None, settings.attempt_window, ask_aws
    )
    put_aside = PutAside(book, SqliteQuarantine(store.file), clock)
    intake = _intake(settings, take, put_aside)
    guide, pressing = GuideView(STEPS, house), Pressing(book, clock)
    clicks = Clicks(book, pressing, actions, policy, directory, clients.poster, clock, guide, house.owners_group)
    bolt_app = build_app(clients.poster, settings.slack_signing_secret, identity, clicks)
    health = Health(store, intake, messenger)
    outlet = SqsOutlet(settings.queue_url).put if settings.queue_url else None
    webhook = WebhookIntake(settings.webhook_token, settings.webhook_hmac_secret, take, put_aside, outlet, clock)
    gate = SlackGate("" if settings.socket_mode else settings.slack_signing_secret)
    web_app = _web_app(SlackReceiver(bolt_app, gate, clock), webhook, health)
    return Bot(web_app, bolt_app, runner, directory, intake, health)


def _standing(settings: Settings, store: SqliteLog) -> Standing:
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    return Standing(
        owner, store.exclusive, settings.post_grace, observes=settings.observe, investigates=settings.investigate
    )


def _directory(settings: Settings, house: House, reader: AsyncWebClient) -> SlackDirectory:
    responders, approvers = People.parse(settings.responders), People.parse(settings.approvers)
    return SlackDirectory(reader, responders, approvers, _owners(house))


def _owners(house: House) -> People:
    return People.parse([house.owners_group] if house.owners_group else [])


def _sources(
    house: House, accounts: BotoAccounts, search: EventSearch, earlier_cases: EarlierCases, stack: AsyncExitStack
) -> Sources:
    return Sources(
        accounts,
        search,
        house,
        read_certificates=read_certificates,
        holiday_on=holiday_on,
        place_of=_place_of(house, stack),
        certificates_of=lambda detail: live_anchor(detail)[0].certificates_pem,
        earlier_cases=earlier_cases,
        privilege_catalogue=privilege_catalogue,
    )


def _search(settings: Settings, accounts: BotoAccounts, stack: AsyncExitStack) -> EventSearch:
    if settings.trail is None:
        return LookupSearch(accounts)
    of_the_trail = BotoAccounts(settings.trail.role_arn, "")
    stack.push_async_callback(of_the_trail.close)
    return AthenaSearch(of_the_trail, settings.trail)


def _place_of(house: House, stack: AsyncExitStack) -> Callable[[str], tuple[str, ...]] | None:
    if house.places_database is None:
        return None
    database = PlacesDatabase(house.places_database)
    stack.callback(database.close)
    return database.place_of


def _intake(settings: Settings, take: TakeDetection, put_aside: PutAside) -> SqsIntake | None:
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


@dataclass(slots=True)
class _Waker:
    """Lets the book wake the runner, which is built after it."""

    runner: Runner | None = None

    def nudge(self, case_id: str) -> None:
        if self.runner is not None:
            self.runner.nudge(case_id)


async def _store(settings: Settings, stack: AsyncExitStack) -> SqliteLog:
    store = SqliteLog.open(sqlite_path(settings.store))
    stack.push_async_callback(store.close)
    return store


def _policy(settings: Settings, house: House) -> ApprovalPolicy:
    return ApprovalPolicy(
        reversible=settings.reversible,
        irreversible=settings.irreversible,
        responders_in_words=People.parse(settings.responders).in_words(),
        approvers_in_words=People.parse(settings.approvers).in_words(),
        owners_in_words=_owners(house).in_words(),
    )


def _presenter(settings: Settings, actions: Mapping[str, ResponseAction], policy: ApprovalPolicy) -> SlackPresenter:
    controls = Controls(actions)
    card = Card(settings.channel, controls, policy.approvers_in_words)
    failed_calls = FailedCallsMessage(settings.ops_channel)
    notes = Notes(settings.channel, settings.ops_channel, controls, policy.approvers_in_words, STEPS)
    return SlackPresenter(card, failed_calls, notes, OwnerQuestion(settings.channel))


def _doers(
    show: ShowCase,
    question: ShowQuestion,
    run: RunAction,
    observe: ObserveAnchor,
    expire: Callable[[str, str], Awaitable[None]],
    investigate: Investigate,
) -> dict[EffectKind, Do]:
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


def _web_app(receiver: SlackReceiver, webhook: WebhookIntake, health: Health) -> web.Application:
    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post("/slack/events", receiver.receive)
    app.router.add_post("/detections", webhook.receive)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    return app
