"""Asks one step of the guide, as a round would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.adapters.clock import SystemClock
from bot.adapters.formats.live_anchor import live_anchor
from bot.adapters.holiday_calendar import holiday_on
from bot.adapters.privilege_catalogue import privilege_catalogue
from bot.adapters.x509 import read_certificates
from bot.domain.answer import Answer
from bot.domain.case import Case
from bot.domain.house import House
from bot.ports import AwsAccounts
from bot.service.earlier_cases import EarlierCases
from bot.service.guide.inquiry import Inquiry, Sources, Step
from bot.service.investigate import answers_of
from bot.service.shared_reads import SharedReads
from tests.fakes.fake_aws import FakeAws
from tests.fakes.fake_search import FakeSearch


async def ask_step(
    step: Step,
    case: Case,
    aws: FakeAws,
    *,
    records: Iterable[Mapping[str, Any]] = (),
    earlier: Iterable[Answer] = (),
    number: int = 0,
    accounts: AwsAccounts | None = None,
    search: FakeSearch | None = None,
    house: House | None = None,
    place_of: Callable[[str], tuple[str, ...]] | None = None,
    earlier_cases: EarlierCases | None = None,
) -> dict[str, Answer]:
    """The step's answers by question, for a case as it is, over AWS and CloudTrail in memory."""
    sources = sources_of(
        accounts or aws, search or FakeSearch(records), house, place_of=place_of, earlier_cases=earlier_cases
    )
    known = {answer.question: answer for answer in earlier}
    inquiry = Inquiry(case, sources, aws.time, number, known, _nobody_listens)
    return {answer.question: answer for answer in await answers_of(step, inquiry.of(step))}


def sources_of(
    accounts: AwsAccounts,
    search: FakeSearch | None = None,
    house: House | None = None,
    *,
    place_of: Callable[[str], tuple[str, ...]] | None = None,
    earlier_cases: EarlierCases | None = None,
) -> Sources:
    """Where steps look, as in the product but for AWS and CloudTrail."""
    return Sources(
        accounts,
        search or FakeSearch(()),
        house or House(),
        shared=SharedReads(SystemClock()),
        read_certificates=read_certificates,
        holiday_on=holiday_on,
        place_of=place_of,
        certificates_of=lambda detail: live_anchor(detail)[0].certificates_pem,
        earlier_cases=earlier_cases,
        privilege_catalogue=privilege_catalogue,
    )


async def _nobody_listens(_sentence: str) -> None:
    return
