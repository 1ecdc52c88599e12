"""What actions may do in Anchorwatch's own store, in the shape of calls to AWS, under permissions of their own.

So an action on the inventory has a plan, a yes bound to it, a second look right before it and a reading back, like any
other; ``anchorwatch:…`` permissions are no part of IAM.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.domain.action import ActionAws
from bot.domain.action_aws import ActingAws
from bot.domain.ca_approval import CaApproval
from bot.domain.crl_facts import CrlFacts
from bot.domain.errors import AwsDenied, AwsError, AwsUnclear, LogConflict, StoreUnavailable
from bot.domain.house import ApprovedCa
from bot.domain.identity import Target
from bot.domain.inventory_log import CaApproved, CaRemoved
from bot.domain.receipt import OwnSession
from bot.domain.response_action import OWN_SERVICE
from bot.domain.search_run import Precedence
from bot.domain.silencing import silenced_by
from bot.ports import Acting, AwsAccounts
from bot.service.approved_cas import ApprovedCas
from bot.service.earlier_cases import EarlierCases

_NOBODY = Acting("", "", "")

Progress = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class OwnStore:
    """The inventory and the cases, for actions; ``read_list`` reads a pasted CRL with the CA's certificates."""

    inventory: ApprovedCas
    earlier: EarlierCases
    read_list: Callable[[str, Sequence[str]], CrlFacts | None] = lambda *_: None

    def over(self, aws: ActionAws, permissions: Sequence[str], acting: Acting | None = None) -> ActionAws:
        """AWS that answers calls to our own store too; ``acting`` is who approves or removes."""
        return OwnAws(aws, self, frozenset(permissions), acting or _NOBODY)

    async def answer(
        self, operation: str, parameters: Mapping[str, Any], acting: Acting, on: date
    ) -> Mapping[str, Any]:
        """Do one operation; each may be repeated."""
        match operation:
            case "GetApprovedCa":
                kept = await self.inventory.kept(parameters["entry_id"])
                return {} if kept is None else {"approvedCa": {"ends": kept.approved.ends, "silenced": kept.silenced}}
            case "ListCasesItSilences":
                return {"cases": await self._cases(_approval(parameters), on)}
            case "ApproveCa":
                await self.inventory.approve(_approved(_approval(parameters), acting))
                return {}
            case "RemoveCa":
                people = (acting.case_id, acting.requester, acting.approvers)
                await self.inventory.remove(CaRemoved(parameters["entry_id"], *people))
                return {}
        raise AwsError("UnknownOperation", "our own store does not have it", f"{OWN_SERVICE}:{operation}")

    async def _cases(self, wanted: CaApproval, on: date) -> list[dict[str, object]]:
        """The past cases with one of its keys, and whether the approval would have kept each from ringing."""
        entries = (*await self.inventory(), *_entries(wanted))
        found = await self.earlier("", wanted.keys)
        return [
            {
                "case_id": case.case_id,
                "silenced": bool(silenced_by(case.detection, case.ca, case.flags, entries, on)),
            }
            for case in found.cases
            if case.detections
        ]


@dataclass(frozen=True, slots=True)
class OwnAws:
    """AWS as one action sees it, with our own store beside it."""

    aws: ActionAws
    store: OwnStore
    permissions: frozenset[str]
    acting: Acting

    async def call(self, service: str, operation: str, /, **parameters: object) -> Mapping[str, Any]:
        """See :meth:`bot.domain.action.ActionAws.call`."""
        if service != OWN_SERVICE:
            return await self.aws.call(service, operation, **parameters)
        permission = f"{service}:{operation}"
        if permission not in self.permissions:
            raise AwsDenied("NotInPermissions", f"the action does not list {permission}", permission)
        try:
            return await self.store.answer(operation, parameters, self.acting, self.now().date())
        except StoreUnavailable as error:
            raise AwsError("StoreUnavailable", str(error), permission) from error
        except LogConflict as error:
            raise AwsUnclear("LogConflict", str(error), permission) from error

    def pages(self, service: str, operation: str, /, **parameters: object) -> AsyncIterator[Mapping[str, Any]]:
        """See :meth:`bot.domain.action.ActionAws.pages`; our own store has no pages."""
        return self.aws.pages(service, operation, **parameters)

    async def progress(self, sentence: str) -> None:
        """See :meth:`bot.domain.action.ActionAws.progress`."""
        await self.aws.progress(sentence)

    def now(self) -> datetime:
        """See :meth:`bot.domain.action.ActionAws.now`."""
        return self.aws.now()


@dataclass(frozen=True, slots=True)
class OwnActingAws(OwnAws):
    """The same in a session that may change something."""

    aws: ActingAws

    async def open(self) -> OwnSession:
        """See :meth:`bot.domain.action_aws.ActingAws.open`; what changes nothing in AWS needs no session there."""
        return await self.aws.open() if _of_aws(tuple(self.permissions)) else OwnSession()


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """Every account, with our own store beside it; implements :class:`bot.ports.AwsAccounts`."""

    accounts: AwsAccounts
    store: OwnStore

    def reader(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        progress: Progress | None = None,
        precedence: Precedence = Precedence.BACKGROUND,
    ) -> ActionAws:
        """See :meth:`bot.ports.AwsAccounts.reader`."""
        aws = self.accounts.reader(target, _of_aws(permissions), progress=progress, precedence=precedence)
        return self.store.over(aws, permissions)

    def actor(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        session_name: str,
        progress: Progress | None = None,
        touches: Sequence[str] = (),
        acting: Acting | None = None,
    ) -> ActingAws:
        """See :meth:`bot.ports.AwsAccounts.actor`."""
        aws = self.accounts.actor(
            target,
            _of_aws(permissions),
            session_name=session_name,
            progress=progress,
            touches=touches,
            acting=acting,
        )
        return OwnActingAws(aws, self.store, frozenset(permissions), acting or _NOBODY)


def _of_aws(permissions: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in permissions if not one.startswith(f"{OWN_SERVICE}:"))


def _approval(parameters: Mapping[str, Any]) -> CaApproval:
    return CaApproval(
        name=parameters["name"],
        keys=tuple(parameters["keys"]),
        owner=parameters["owner"],
        accounts=tuple(parameters["accounts"]),
        regions=tuple(parameters["regions"]),
        ends=parameters["ends"],
        ticket=parameters["ticket"],
    )


def _approved(one: CaApproval, acting: Acting) -> CaApproved:
    return CaApproved(
        entry_id=one.entry_id,
        name=one.name,
        keys=one.keys,
        owner=one.owner,
        accounts=one.accounts,
        regions=one.regions,
        ends=one.ends,
        ticket=one.ticket,
        case_id=acting.case_id,
        requester=acting.requester,
        approvers=acting.approvers,
    )


def _entries(one: CaApproval) -> tuple[ApprovedCa, ...]:
    ends = date.fromisoformat(one.ends)
    return tuple(ApprovedCa(one.name, key, one.owner, one.accounts, one.regions, one.ticket, ends) for key in one.keys)
