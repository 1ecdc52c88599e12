"""The only place where adapters meet use cases."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from bot import wiring
from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.clock import SystemClock
from bot.adapters.formats import understand
from bot.adapters.formats.live_anchor import live_anchor
from bot.adapters.house_file import read_house
from bot.adapters.reach_picture import draw_reach
from bot.adapters.sqlite_quarantine import SqliteQuarantine
from bot.adapters.sqs_intake import SqsIntake
from bot.adapters.sqs_outlet import SqsOutlet
from bot.adapters.webhook_intake import WebhookIntake
from bot.adapters.x509 import CertificateReader
from bot.domain.effects import EffectKind
from bot.domain.house import House
from bot.health import Health
from bot.kill_points import arm
from bot.registry import load_actions
from bot.service.ask_aws import AskAws
from bot.service.attach_picture import AttachPicture
from bot.service.case_book import CaseBook
from bot.service.earlier_cases import EarlierCases
from bot.service.expire_request import expire_request
from bot.service.guide.steps import STEPS
from bot.service.investigate import Investigate
from bot.service.observe_anchor import ObserveAnchor
from bot.service.patient_messenger import PatientMessenger
from bot.service.press import Pressing
from bot.service.put_aside import PutAside
from bot.service.run_action import RunAction
from bot.service.runner import Runner
from bot.service.show_case import ShowCase
from bot.service.show_question import ShowQuestion
from bot.service.take_detection import TakeDetection
from bot.settings import Settings
from bot.slack.clicks import Clicks
from bot.slack.directory import SlackDirectory
from bot.slack.gate import SlackGate
from bot.slack.guide_view import GuideView
from bot.slack.listeners import build_app
from bot.slack.messenger import SlackMessenger
from bot.slack.modals import Modals
from bot.slack.receiver import SlackReceiver
from bot.slack.submissions import Submissions
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
    store = await wiring.store(settings, stack)
    clients = await web_clients(settings.slack_bot_token, settings.slack_api_url, settings.post_grace, stack)
    identity = await identity_of(clients.reader, settings.slack_bot_token)
    house = read_house(settings.house) if settings.house else House()
    waker = _Waker()
    book = CaseBook(store, clock, wiring.standing(settings, store), waker.nudge)
    policy = wiring.policy(settings, house)
    directory = wiring.directory(settings, house, clients.reader)
    accounts = BotoAccounts(settings.read_role, settings.act_role, external_id=settings.external_id)
    stack.push_async_callback(accounts.close)
    messenger = PatientMessenger(SlackMessenger(clients.poster, clients.reader))
    presenter = wiring.presenter(settings, actions, policy)
    show, question = ShowCase(book, messenger, presenter), ShowQuestion(book, messenger, presenter)
    run = RunAction(book, actions, accounts, directory, clock)
    sources = wiring.sources(house, accounts, wiring.search(settings, accounts, stack), EarlierCases(book), stack)
    investigate = Investigate(book, STEPS, sources, clock)
    observe, expire = ObserveAnchor(book, accounts), partial(expire_request, book, clock)
    doers = wiring.doers(show, question, run, observe, expire, investigate)
    doers[EffectKind.ATTACH_PICTURE] = AttachPicture(book, messenger, draw_reach)
    runner = Runner(book, store, clock, doers)
    waker.runner = runner
    ask_aws = AskAws(accounts, live_anchor, clock) if settings.observe else None
    take = TakeDetection(
        book, understand, CertificateReader, settings.act_role or None, settings.attempt_window, ask_aws
    )
    put_aside = PutAside(book, SqliteQuarantine(store.file), clock)
    intake = wiring.intake(settings, take, put_aside)
    guide, pressing = GuideView(STEPS, house), Pressing(book, clock)
    modals, submissions = (
        Modals(clients.poster, pressing),
        Submissions(book, pressing, actions, policy, directory, clock),
    )
    clicks = Clicks(book, pressing, actions, policy, directory, modals, submissions, clock, guide, house.owners_group)
    bolt_app = build_app(clients.poster, settings.slack_signing_secret, identity, clicks, submissions)
    health = Health(store, intake, messenger)
    outlet = SqsOutlet(settings.queue_url).put if settings.queue_url else None
    webhook = WebhookIntake(settings.webhook_token, settings.webhook_hmac_secret, take, put_aside, outlet, clock)
    gate = SlackGate("" if settings.socket_mode else settings.slack_signing_secret)
    web_app = wiring.web_app(SlackReceiver(bolt_app, gate, clock), webhook, health)
    return Bot(web_app, bolt_app, runner, directory, intake, health)


@dataclass(slots=True)
class _Waker:
    """Lets the book wake the runner, which is built after it."""

    runner: Runner | None = None

    def nudge(self, case_id: str) -> None:
        if self.runner is not None:
            self.runner.nudge(case_id)
