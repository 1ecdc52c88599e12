"""The parts that everything is made of, each from its settings; ``bootstrap.py`` puts them together."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.approvals_file import rules_in_force
from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.clock import SystemClock
from bot.adapters.holiday_calendar import mornings_of
from bot.adapters.house_file import read_house
from bot.adapters.one_time_codes import codes_in_force
from bot.adapters.sqlite_claims import SqliteClaims
from bot.adapters.sqlite_code_uses import SqliteCodeUses
from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.sqlite_schema import sqlite_path
from bot.adapters.x509_crl import read_revocation_list
from bot.domain.approval import ApprovalPolicy
from bot.domain.approval_rule import ApprovalRule
from bot.domain.code_check import Codes
from bot.domain.effects import Standing
from bot.domain.house import House
from bot.domain.identity import CaseId
from bot.domain.people import People, together
from bot.domain.response_action import ResponseAction
from bot.registry import Handlers, load_handlers
from bot.service.approved_cas import ApprovedCas
from bot.service.case_book import CaseBook
from bot.service.earlier_cases import EarlierCases
from bot.service.expect_containment import ExpectContainment
from bot.service.guide.steps import STEPS
from bot.service.own_store import OwnStore
from bot.service.patient_messenger import PatientMessenger
from bot.settings import Settings
from bot.slack.alarm_message import AlarmMessage
from bot.slack.card import Card
from bot.slack.controls import Controls
from bot.slack.directory import SlackDirectory
from bot.slack.failed_calls import FailedCallsMessage
from bot.slack.followup_list import FollowupList
from bot.slack.glass_message import GlassMessage
from bot.slack.messenger import SlackMessenger
from bot.slack.notes import Notes
from bot.slack.owner_question import OwnerQuestion
from bot.slack.presenter import SlackPresenter
from bot.slack.reminder import Reminder
from bot.slack.search_bar import SearchBarMessage
from bot.slack.web_clients import WebClients, identity_of, web_clients


@dataclass(slots=True)
class Waker:
    """Lets the book wake the runner, which is built after it."""

    nudged: Callable[[CaseId], None] | None = None

    def nudge(self, case_id: CaseId) -> None:
        """Pass it on; before there is a runner, nobody needs to know."""
        if self.nudged is not None:
            self.nudged(case_id)


@dataclass(frozen=True, slots=True)
class Parts:
    """What more than one use case needs."""

    settings: Settings
    clock: SystemClock
    handlers: Handlers
    store: SqliteLog
    claims: SqliteClaims
    codes: Codes
    clients: WebClients
    identity: AuthorizeResult
    house: House
    waker: Waker
    book: CaseBook
    inventory: ApprovedCas
    store_for_actions: OwnStore
    policy: ApprovalPolicy
    directory: SlackDirectory
    accounts: BotoAccounts
    expect: ExpectContainment
    messenger: PatientMessenger
    presenter: SlackPresenter

    @property
    def actions(self) -> Mapping[str, ResponseAction]:
        """The response actions by id, without the ladders."""
        return self.handlers.actions


async def make_parts(settings: Settings, stack: AsyncExitStack) -> Parts:
    """Make them; ``stack`` closes what was opened.

    Raises:
        BadSettings: Slack does not know the token, or a handler is wrong.
        StoreUnavailable: the case log can't be opened.
    """
    clock, handlers, waker = SystemClock(), load_handlers().with_managed_policy(settings.revoke_policy), Waker()
    store = await _store(settings, stack)
    clients = await web_clients(settings.slack_bot_token, settings.slack_api_url, settings.post_grace, stack)
    house = read_house(settings.house) if settings.house else House()
    identity = await identity_of(clients.reader, settings.slack_bot_token)
    rules = rules_in_force(settings.approvals, settings.rules, handlers.askable, house)
    accounts = BotoAccounts(settings.read_role, settings.act_role, external_id=settings.external_id)
    stack.push_async_callback(accounts.close)
    expect = ExpectContainment(accounts.expect_containment, clock)
    book = CaseBook(store, clock, _standing(settings, store, house), waker.nudge, expect)
    policy = _policy(settings, house, rules)
    inventory = ApprovedCas(book, house.approved_cas)
    return Parts(
        settings=settings,
        clock=clock,
        handlers=handlers,
        store=store,
        claims=SqliteClaims(store.file),
        codes=codes_in_force(settings.codes, settings.code_keys, SqliteCodeUses(store.file), rules),
        clients=clients,
        identity=identity,
        house=house,
        waker=waker,
        book=book,
        inventory=inventory,
        store_for_actions=OwnStore(inventory, EarlierCases(book), read_revocation_list),
        policy=policy,
        directory=_directory(settings, house, clients.asker, policy, identity),
        accounts=accounts,
        expect=expect,
        messenger=PatientMessenger(SlackMessenger(clients.poster, clients.reader)),
        presenter=_presenter(settings, handlers, policy, house),
    )


def _standing(settings: Settings, store: SqliteLog, house: House) -> Standing:
    """Who this process is, and how sure it can be about others."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    return Standing(
        owner,
        store.exclusive,
        settings.post_grace,
        observes=settings.observe,
        investigates=settings.investigate,
        receipts_after=settings.proof.receipts_after,
        mornings=mornings_of(house),
        asks_suspects=True,
    )


def _directory(
    settings: Settings, house: House, asker: AsyncWebClient, policy: ApprovalPolicy, identity: AuthorizeResult
) -> SlackDirectory:
    """The people of Slack that the settings, the house and the approval rules name."""
    responders, approvers = People.parse(settings.responders), People.parse(settings.approvers)
    named = together(one for rule in policy.rules for one in (rule.terms.named, rule.terms.break_glass))
    home = frozenset(one for one in (identity.team_id, identity.enterprise_id) if one)
    domains = settings.proof.email_domains
    return SlackDirectory(asker, responders, approvers, _owners(house), named=named, home=home, email_domains=domains)


def _owners(house: House) -> People:
    """Whom a CA's question goes to; nobody where no group is configured."""
    return People.parse([house.owners_group] if house.owners_group else [])


async def _store(settings: Settings, stack: AsyncExitStack) -> SqliteLog:
    """The case log, opened; ``stack`` closes it.

    Raises:
        StoreUnavailable: it can't be opened.
    """
    store = SqliteLog.open(sqlite_path(settings.store))
    stack.push_async_callback(store.close)
    return store


def _policy(settings: Settings, house: House, rules: tuple[ApprovalRule, ...]) -> ApprovalPolicy:
    """Who may do what, and in words who they are."""
    return ApprovalPolicy(
        rules=rules,
        environments={one.account_id: one.environment.value for one in house.accounts},
        responders_in_words=People.parse(settings.responders).in_words(),
        approvers_in_words=People.parse(settings.approvers).in_words(),
        owners_in_words=_owners(house).in_words(),
        evidence_first=settings.investigate,
    )


def _controls(settings: Settings, handlers: Handlers, house: House) -> Controls:
    """The controls of cards."""
    return Controls(
        handlers.askable,
        has_training=house.guide_url is not None,
        has_incidents=settings.incident.protocol.does_something,
    )


def _presenter(settings: Settings, handlers: Handlers, policy: ApprovalPolicy, house: House) -> SlackPresenter:
    """What turns cases into messages."""
    controls = _controls(settings, handlers, house)
    card = Card(settings.channel, controls, policy.approvers_in_words, house)
    failed_calls = FailedCallsMessage(settings.ops_channel)
    notes = Notes(settings.channel, settings.ops_channel, controls, policy.approvers_in_words, STEPS)
    question, reminder = OwnerQuestion(settings.channel), Reminder(settings.channel, controls)
    search_bar = SearchBarMessage(settings.channel, controls)
    followups = FollowupList(settings.channel, controls.title, policy.approvers_in_words)
    alarms = AlarmMessage(settings.channel)
    glass = GlassMessage(settings.channel, controls.title, policy.approvers_in_words)
    return SlackPresenter(card, failed_calls, notes, question, reminder, search_bar, followups, alarms, glass)
