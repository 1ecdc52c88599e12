"""The only place where adapters meet use cases."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp

from bot.adapters.formats import understand
from bot.adapters.formats.live_anchor import live_anchor
from bot.adapters.sqlite_quarantine import SqliteQuarantine
from bot.adapters.sqs_intake import SqsIntake
from bot.adapters.sqs_outlet import SqsOutlet
from bot.adapters.webhook_intake import WebhookIntake
from bot.adapters.x509 import CertificateReader
from bot.doers import doers
from bot.health import Health
from bot.kill_points import arm
from bot.parts import Parts, make_parts
from bot.service.ask_aws import AskAws
from bot.service.guide.steps import STEPS
from bot.service.press import Pressing
from bot.service.put_aside import PutAside
from bot.service.regrowth import Regrowth
from bot.service.rule_runs import RuleRuns
from bot.service.runner import Runner
from bot.service.silence_approved import SilenceApproved
from bot.service.take_detection import TakeDetection
from bot.settings import Settings
from bot.slack.clicks import Clicks
from bot.slack.desk import Desk
from bot.slack.directory import SlackDirectory
from bot.slack.gate import MOST_BYTES, SlackGate
from bot.slack.guide_view import GuideView
from bot.slack.listeners import build_app
from bot.slack.modals import Modals
from bot.slack.receiver import SlackReceiver
from bot.slack.slack_files import SCOPE
from bot.slack.submissions import Submissions


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
    parts = await make_parts(settings, stack)
    take = _take(parts)
    runner = Runner(parts.book, parts.store, parts.clock, doers(parts, stack, take))
    parts.waker.nudged = runner.nudge
    await parts.inventory.open()
    put_aside = PutAside(parts.book, SqliteQuarantine(parts.store.file), parts.clock)
    intake = _intake(settings, take, put_aside)
    health = Health(parts.store, intake, parts.messenger, parts.inventory)
    outlet = SqsOutlet(settings.queue_url).put if settings.queue_url else None
    webhook = WebhookIntake(settings.webhook_token, settings.webhook_hmac_secret, take, put_aside, outlet, parts.clock)
    gate = SlackGate("" if settings.socket_mode else settings.slack_signing_secret)
    bolt_app = await _bolt_app(parts)
    web_app = _web_app(SlackReceiver(bolt_app, gate, parts.clock), webhook, health)
    return Bot(web_app, bolt_app, runner, parts.directory, intake, health)


def _take(parts: Parts) -> TakeDetection:
    settings = parts.settings
    ask_aws = AskAws(parts.accounts, live_anchor, parts.clock) if settings.observe else None
    own_role = settings.act_role or None
    return TakeDetection(
        parts.book,
        understand,
        CertificateReader,
        own_role,
        settings.attempt_window,
        ask_aws,
        SilenceApproved(parts.book, parts.inventory),
        Regrowth(parts.book, parts.store, parts.house),
        RuleRuns(parts.book, parts.store.alerts_of_run),
    )


async def _bolt_app(parts: Parts) -> AsyncApp:
    """Bolt with our buttons and forms."""
    pressing = Pressing(parts.book, parts.clock, parts.policy.approvers_in_words)
    desk = Desk(
        book=parts.book,
        pressing=pressing,
        actions=parts.handlers.askable,
        policy=parts.policy,
        directory=parts.directory,
        clock=parts.clock,
        modals=Modals(parts.clients.poster, pressing, parts.expect),
        surface=parts.presenter,
        codes=parts.codes,
        store=parts.store_for_actions,
        owners_group=parts.house.owners_group,
        files=parts.clients.files if SCOPE in (parts.identity.bot_scopes or ()) else None,
        ticket_pattern=parts.house.ticket_pattern,
        incident=parts.settings.incident.protocol,
    )
    submissions = Submissions(desk)
    clicks = Clicks(desk, submissions, GuideView(STEPS, parts.house, parts.settings.incident.protocol))
    return build_app(parts.clients.poster, parts.settings.slack_signing_secret, parts.identity, clicks, submissions)


def _intake(settings: Settings, take: TakeDetection, put_aside: PutAside) -> SqsIntake | None:
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


def _web_app(receiver: SlackReceiver, webhook: WebhookIntake, health: Health) -> web.Application:
    """The HTTP server's routes."""
    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post("/slack/events", receiver.receive)
    app.router.add_post("/detections", webhook.receive)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    return app
