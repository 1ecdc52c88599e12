"""What a step of the guide works with: the case as it is, AWS of any account and Region, and earlier answers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, cast

from bot.domain.action import ActionAws, read_trust_anchor
from bot.domain.answer import Answer, Question
from bot.domain.ca_facts import ReadCertificates
from bot.domain.case import Case
from bot.domain.event_search import MOST_EVENTS, By, EventQuery, EventsFound, Scan
from bot.domain.global_region import global_region
from bot.domain.house import ApprovedCa, House
from bot.domain.identity import CaseId
from bot.domain.privileges.permissions import Catalogue
from bot.domain.search_run import SearchRun
from bot.ports import AwsAccounts, EventSearch
from bot.service.counted_aws import CountedAws
from bot.service.earlier_cases import CasesFound
from bot.service.shared_reads import SharedReads, anchor_key

Progress = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where steps look: everything outside the case.

    ``read_certificates`` takes PEM blocks of one certificate each. ``holiday_on`` names the public holiday of a day in
    a country and raises KeyError for one that it does not know. ``place_of`` says where an address is; None means that
    there is no database of addresses. ``certificates_of`` takes the PEM blocks out of what AWS says of a trust anchor,
    and ``earlier_cases`` finds the other cases that have one of these keys. ``approved_cas`` is the whole inventory,
    ``alerts_of_run`` counts the events of all cases that alerts of one run of a rule told of.
    ``shared`` are the reads of scarce rates that cases do together.
    """

    accounts: AwsAccounts
    search: EventSearch
    house: House = House()
    shared: SharedReads = field(kw_only=True)
    read_certificates: ReadCertificates = field(kw_only=True)
    holiday_on: Callable[[date, str], str | None] | None = None
    place_of: Callable[[str], tuple[str, ...]] | None = None
    certificates_of: Callable[[Mapping[str, Any]], tuple[str, ...]] = field(default=lambda _: (), kw_only=True)
    earlier_cases: Callable[[CaseId, Sequence[str]], Awaitable[CasesFound]] | None = None
    alerts_of_run: Callable[[str], Awaitable[int]] | None = None
    privilege_catalogue: Callable[[], Catalogue] = Catalogue
    approved_cas: Callable[[], Awaitable[tuple[ApprovedCa, ...]]] | None = None

    async def inventory(self) -> tuple[ApprovedCa, ...]:
        """Every approved CA: of the organization's file, and where it is at hand of the bot's own inventory."""
        return self.house.approved_cas if self.approved_cas is None else await self.approved_cas()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the guide.

    ``ask`` yields one answer for each of ``questions``, each as soon as it is known; when a call is refused, the
    questions that have no answer yet are answered with what is missing. ``permissions`` are all the IAM actions that
    it may use. ``again`` says that later rounds ask it again, because CloudTrail is late. ``after`` are the steps
    whose answers it needs.
    """

    id: str
    title: str
    questions: tuple[Question, ...]
    permissions: tuple[str, ...]
    ask: Callable[[Inquiry], AsyncIterator[Answer]]
    again: bool = False
    after: tuple[str, ...] = ()


@dataclass(slots=True)
class Inquiry:
    """One round of one case, shared by its steps.

    ``now`` is when the round first began, also after a restart. ``kept_for`` names the round to long searches.
    ``case`` is as it was when the round began; ``answers`` are by question, of earlier rounds too, and grow as steps
    end. ``calls`` counts API calls by IAM action, ``scans`` are the searches that were paid by the byte.
    """

    case: Case
    sources: Sources
    now: datetime
    round: int
    answers: dict[str, Answer]
    report_progress: Progress
    permissions: tuple[str, ...] = ()
    calls: Counter[str] = field(default_factory=Counter)
    scans: list[Scan] = field(default_factory=list)
    kept_for: str = ""
    kept: dict[object, asyncio.Future[Any]] = field(default_factory=dict)

    @property
    def iam_region(self) -> str:
        """The Region that answers for IAM and keeps its events: in AWS's other partitions it is another one."""
        return global_region(self.case.target.anchor_arn)

    def of(self, step: Step) -> Inquiry:
        """The same inquiry with another step's permissions."""
        return replace(self, permissions=step.permissions)

    def aws(self, *, region: str | None = None, account: str | None = None) -> ActionAws:
        """AWS with the step's permissions; None means the trust anchor's own Region or account."""
        target = replace(
            self.case.target, region=region or self.case.target.region, account=account or self.case.target.account
        )
        reader = self.sources.accounts.reader(target, self.permissions, progress=self.report_progress)
        return CountedAws(reader, self.calls)

    async def once(self, key: object, make: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - whatever `make` brings.
        """What ``make`` brings, made once in this round for all steps that ask for ``key``; its error too."""
        if key not in self.kept:
            self.kept[key] = asyncio.ensure_future(make())
        return await asyncio.shield(self.kept[key])

    async def trust_anchor(self) -> Mapping[str, Any]:
        """GetTrustAnchor's detail, read once for this round and the card; the step needs its permission.

        Raises as :func:`bot.domain.action.read_trust_anchor`.
        """
        target, aws = self.case.target, self.aws()
        key = anchor_key(target)

        def read() -> Awaitable[Mapping[str, Any]]:
            return read_trust_anchor(target.anchor_arn, aws)

        return cast("Mapping[str, Any]", await self.once(key, lambda: self.sources.shared.once(key, self.case, read)))

    async def all_pages(self, service: str, operation: str, member: str, /, **parameters: object) -> list[Any]:
        """Every item under ``member`` of all pages, read once in this round. Raises as ActionAws."""
        target = self.case.target
        return await self.all_pages_of((target.account, target.region), service, operation, member, **parameters)

    async def all_pages_of(
        self, place: tuple[str, str], service: str, operation: str, member: str, /, **parameters: object
    ) -> list[Any]:
        """As :meth:`all_pages`, of another account and Region. What containments need AWS's rate for, cases share."""
        account, region = place
        aws = self.aws(account=account, region=region)

        async def read() -> list[Any]:
            return [item async for page in aws.pages(service, operation, **parameters) for item in page.get(member, ())]

        key = (service, operation, account, region, repr(sorted(parameters.items())))
        if service != "rolesanywhere":
            return cast("list[Any]", await self.once(key, read))
        return cast("list[Any]", await self.once(key, lambda: self.sources.shared.once(key, self.case, read)))

    def can_search(self, by: By) -> bool:
        """Whether the configured engine can search CloudTrail by this key."""
        return by in self.sources.search.keys

    async def events(
        self,
        by: By,
        value: str,
        *,
        since: datetime,
        until: datetime | None = None,
        region: str | None = None,
        account: str | None = None,
        most: int = MOST_EVENTS,
    ) -> EventsFound:
        """Records of CloudTrail, searched once in this round for all steps that ask the same.

        ``until`` None means now; ``region`` and ``account`` None mean the trust anchor's. At most ``most`` records, the
        newest.

        Raises:
            AwsError: nothing could be searched.
        """
        target = self.case.target
        place = account or target.account, region or target.region
        query = EventQuery(*place, by, value, since, until or self.now, most)

        async def search() -> EventsFound:
            run = SearchRun(self.calls, lambda sentence, _: self.report_progress(sentence), kept_for=self.kept_for)
            found = await self.sources.search.search(target, query, run)
            self.scans.extend([found.scan] if found.scan else [])
            return found

        return cast("EventsFound", await self.once(query, search))


def unanswered(step: Step, answers: Sequence[Answer]) -> tuple[Question, ...]:
    """The step's questions that have no answer yet."""
    known = {answer.question for answer in answers}
    return tuple(one for one in step.questions if one.id not in known)
