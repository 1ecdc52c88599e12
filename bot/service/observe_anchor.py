"""Read the trust anchor from AWS once its card is out, so that plans start from what AWS shows."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from bot.domain.action import read_trust_anchor
from bot.domain.anchor_state import anchor_state
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.errors import AwsError
from bot.domain.events import AnchorObserved, draft
from bot.domain.observed_steps import look_is_due
from bot.ports import AwsAccounts
from bot.service.aws_words import aws_sentence
from bot.service.case_book import CaseBook
from bot.service.shared_reads import SharedReads, anchor_key

_PERMISSION = "rolesanywhere:GetTrustAnchor"


class ObserveAnchor:
    """Reads trust anchors, once for each detection and for each thing that came back.

    A failure is written down and not tried again by itself.

    Args:
        book: the cases.
        accounts: AWS.
        shared: the read that the investigation asks for too.
    """

    def __init__(self, book: CaseBook, accounts: AwsAccounts, shared: SharedReads) -> None:
        self._book = book
        self._accounts = accounts
        self._shared = shared

    async def __call__(self, case: Case) -> None:
        """Read the case's trust anchor and append what AWS said."""
        observed = await self._observe(case)

        def rule(now: Case) -> Sequence[Draft]:
            # What was decided or done meanwhile may not show in what was read: it is read again then.
            return [draft(observed)] if look_is_due(now) and now.revision == case.revision else []

        await self._book.decide(case.case_id, rule)

    async def _observe(self, case: Case) -> AnchorObserved:
        target = case.target
        reader = self._accounts.reader(target, (_PERMISSION,))

        def read() -> Awaitable[Mapping[str, Any]]:
            return read_trust_anchor(target.anchor_arn, reader)

        try:
            detail = await self._shared.once(anchor_key(target), case, read)
        except AwsError as error:
            # Not found is no proof that it is gone: the credentials may be another account's. It is said as it is.
            return AnchorObserved(None, aws_sentence(error))
        return AnchorObserved(anchor_state(detail))
