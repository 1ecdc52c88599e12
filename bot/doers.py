"""Who does each kind of effect: the use cases, made from the parts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

from bot.adapters.athena_search import AthenaSearch
from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.cloudtrail_search import LookupSearch
from bot.adapters.formats.live_anchor import live_anchor
from bot.adapters.holiday_calendar import holiday_on
from bot.adapters.pictures import draw
from bot.adapters.places_database import PlacesDatabase
from bot.adapters.privilege_catalogue import privilege_catalogue
from bot.adapters.sqlite_kept_searches import SqliteKeptSearches
from bot.adapters.unknown_ca import unknown_ca_alert
from bot.adapters.x509 import read_certificates
from bot.domain.case import Case
from bot.domain.effects import Effect, EffectKind
from bot.domain.house import House
from bot.parts import Parts
from bot.ports import EventSearch
from bot.service.ask_suspects import AskSuspects
from bot.service.attach_picture import AttachPicture
from bot.service.check_inventory import CheckInventory
from bot.service.earlier_cases import EarlierCases
from bot.service.expire_request import expire_request
from bot.service.find_receipt import FindReceipt
from bot.service.guide.inquiry import Sources
from bot.service.guide.steps import STEPS
from bot.service.investigate import Investigate
from bot.service.observe_anchor import ObserveAnchor
from bot.service.own_store import OwnAccounts
from bot.service.read_plan import ReadPlan
from bot.service.remind import Remind
from bot.service.rules_now import RulesNow
from bot.service.run_action import RunAction
from bot.service.runner import Do
from bot.service.shared_reads import SharedReads
from bot.service.show_bar import ShowBar
from bot.service.show_case import ShowCase
from bot.service.show_followups import ShowFollowups
from bot.service.show_question import ShowQuestion
from bot.service.take_detection import TakeDetection
from bot.service.tell_glass import TellGlass
from bot.service.watch_containment import WatchContainment
from bot.service.watch_lists import watch_lists
from bot.slack.suspect_question import SuspectQuestion
from bot.task_doers import task_doers


def doers(parts: Parts, stack: AsyncExitStack, take: TakeDetection) -> dict[EffectKind, Do]:
    """What does each kind of effect; ``stack`` closes what was opened, ``take`` judges what the self-check makes."""
    book, accounts, messenger = parts.book, parts.accounts, parts.messenger
    show, question = ShowCase(book, messenger, parts.presenter), ShowQuestion(book, messenger, parts.presenter)
    check = CheckInventory(book, parts.inventory, unknown_ca_alert, take.would_ring)
    bar, followups = ShowBar(book, messenger, parts.presenter), ShowFollowups(book, messenger, parts.presenter)
    watch = WatchContainment(book, messenger, parts.presenter)
    search, shared = _search(parts, stack), SharedReads(parts.clock)
    # CloudTrail's own history has an event sooner than any trail's files, and asking it costs nothing.
    find_receipt = FindReceipt(book, parts.actions, accounts, LookupSearch(accounts), parts.clock)
    read_plan = ReadPlan(book, parts.actions, OwnAccounts(accounts, parts.store_for_actions))
    observe, expire = ObserveAnchor(book, accounts, shared), partial(expire_request, book, parts.clock)
    sources = _sources(parts, search, shared, stack)
    suspects = AskSuspects(book, messenger, SuspectQuestion(parts.settings.channel), parts.directory)
    return {
        **_shows(show, question, bar),
        **task_doers(parts, sources),
        EffectKind.FIND_SUSPECTS: lambda case, _: suspects.find(case),
        EffectKind.POST_SUSPECTS: suspects.post,
        EffectKind.UPDATE_SUSPECTS: lambda case, _: suspects.update(case),
        EffectKind.POST_REMINDER: Remind(book, messenger, parts.presenter, parts.directory, parts.clock),
        EffectKind.POST_FOLLOWUPS: followups.post,
        EffectKind.UPDATE_FOLLOWUPS: lambda case, _: followups.update(case),
        EffectKind.POST_GLASS: TellGlass(book, messenger, parts.presenter),
        EffectKind.WATCH: lambda case, _: watch(case),
        EffectKind.WATCH_LISTS: lambda case, _: watch_lists(book, parts.clock, case),
        EffectKind.POST_ALARM: watch.post_alarm,
        EffectKind.UPDATE_ALARM: watch.update_alarm,
        EffectKind.POST_ALARM_REMINDER: watch.post_reminder,
        EffectKind.RUN: _run(parts, bar, search),
        EffectKind.READ_PLAN: lambda case, effect: read_plan(case.case_id, effect.subject),
        EffectKind.EXPIRE: lambda case, effect: expire(case.case_id, effect.subject),
        EffectKind.OBSERVE: lambda case, _: observe(case),
        EffectKind.INVESTIGATE: _investigate(parts, bar, sources),
        EffectKind.ATTACH_PICTURE: AttachPicture(book, messenger, draw),
        EffectKind.CHECK_INVENTORY: lambda *_: check(),
        EffectKind.FIND_RECEIPT: lambda case, effect: find_receipt(case.case_id, effect.subject),
    }


def _shows(show: ShowCase, question: ShowQuestion, bar: ShowBar) -> dict[EffectKind, Do]:
    return {
        EffectKind.POST_CARD: show.post_card,
        EffectKind.UPDATE_CARD: lambda case, _: show.update_card(case),
        EffectKind.POST_NOTE: show.post_note,
        EffectKind.POST_NOTICE: show.post_notice,
        EffectKind.POST_QUESTION: question.post,
        EffectKind.UPDATE_QUESTION: lambda case, _: question.update(case),
        EffectKind.TELL: show.tell,
        EffectKind.POST_BAR: bar.post,
        EffectKind.UPDATE_BAR: bar.update,
    }


def _run(parts: Parts, bar: ShowBar, search: EventSearch) -> Do:
    accounts = OwnAccounts(parts.accounts, parts.store_for_actions)
    rules_now = RulesNow(parts.policy.terms_for)
    run = RunAction(parts.book, parts.actions, accounts, parts.directory, parts.clock, search, parts.claims, rules_now)

    async def do_run(case: Case, effect: Effect) -> None:
        await run(case.case_id, effect.subject, partial(bar.hear_request, case.case_id, effect.subject))

    return do_run


def _investigate(parts: Parts, bar: ShowBar, sources: Sources) -> Do:
    investigate = Investigate(parts.book, STEPS, sources, parts.clock)

    async def do_investigate(case: Case, effect: Effect) -> None:
        number = int(effect.subject)
        await investigate(case.case_id, number, partial(bar.hear_round, case.case_id, number))

    return do_investigate


def _sources(parts: Parts, search: EventSearch, shared: SharedReads, stack: AsyncExitStack) -> Sources:
    """Everything that the guide's steps ask."""
    return Sources(
        parts.accounts,
        search,
        parts.house,
        shared=shared,
        read_certificates=read_certificates,
        holiday_on=holiday_on,
        place_of=_place_of(parts.house, stack),
        certificates_of=lambda detail: live_anchor(detail)[0].certificates_pem,
        earlier_cases=EarlierCases(parts.book),
        alerts_of_run=parts.store.alerts_of_run,
        approved_cas=parts.inventory,
        privilege_catalogue=privilege_catalogue,
    )


def _search(parts: Parts, stack: AsyncExitStack) -> EventSearch:
    """The engine that searches CloudTrail, as configured."""
    settings, accounts = parts.settings, parts.accounts
    if settings.trail is None:
        return LookupSearch(accounts, kept=SqliteKeptSearches(parts.store.file))
    of_the_trail = BotoAccounts(settings.trail.role_arn, "", external_id=settings.external_id)
    stack.push_async_callback(of_the_trail.close)
    return AthenaSearch(of_the_trail, settings.trail)


def _place_of(house: House, stack: AsyncExitStack) -> Callable[[str], tuple[str, ...]] | None:
    """Where an address is, by the local database; None without one."""
    if house.places_database is None:
        return None
    database = PlacesDatabase(house.places_database)
    stack.callback(database.close)
    return database.place_of
