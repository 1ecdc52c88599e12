"""Keep an approved CA from ringing, and write down each time that it did not."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.domain.audit import Draft
from bot.domain.ca_facts import ReadCertificates
from bot.domain.case import Case, CaseState
from bot.domain.detection import Detection
from bot.domain.events import draft
from bot.domain.house import ApprovedCa
from bot.domain.identity import INVENTORY_ID
from bot.domain.inventory_log import AlertSilenced
from bot.domain.ownership import keys_of
from bot.domain.red_flags import red_flags
from bot.domain.silencing import in_words, silenced_by
from bot.service.approved_cas import ApprovedCas
from bot.service.case_book import CaseBook
from bot.service.earlier_cases import EarlierCases

_log = structlog.get_logger()


class SilenceApproved:
    """Judges by the inventory what the rule would let ring.

    Args:
        book: the cases.
        inventory: who answers for which CA.
    """

    def __init__(self, book: CaseBook, inventory: ApprovedCas) -> None:
        self._book = book
        self._inventory = inventory
        self._earlier = EarlierCases(book)

    async def approvals(self, detection: Detection, read_certificates: ReadCertificates) -> tuple[ApprovedCa, ...]:
        """The approvals that keep an event from ringing; empty when it rings.

        A key that is contained in a case, or was closed there as a true positive, or of which its owners said that it
        is not theirs, rings all the same.

        Raises:
            StoreUnavailable: the log can't be read now.
        """
        inventory = await self._inventory()
        if not any(one.silences for one in inventory):
            return ()
        ca = read_certificates(detection.anchor.certificates_pem)
        found = silenced_by(detection, ca, red_flags(detection, ca), inventory, self._book.now().date())
        if not found:
            return ()
        earlier = await self._earlier("", [one.spki_sha256 for one in found])
        return () if earlier.unread or any(map(_speaks_against, earlier.cases)) else found

    async def __call__(self, detection: Detection, read_certificates: ReadCertificates) -> bool:
        """Whether an event that would open a case is silenced; then the log says so, once.

        An event of a trust anchor that has a case joins that case.

        Raises:
            StoreUnavailable: it was not written down, so that it must be taken again.
        """
        found = await self.approvals(detection, read_certificates)
        if not found or await self._book.cases_of(detection.event_id, detection.anchor.anchor_id):
            return False
        event = _silenced(detection, found)

        def rule(case: Case) -> Sequence[Draft]:
            return [] if event.event_id in case.inventory.silenced else [draft(event)]

        await self._book.decide(INVENTORY_ID, rule)
        _log.info("alert_silenced", event_name=event.event_name, account=event.account, region=event.region)
        return True


def _speaks_against(case: Case) -> bool:
    said = case.ownership.newest_about(keys_of(case))
    return case.state in (CaseState.CONTAINED, CaseState.TRUE_POSITIVE) or (said is not None and not said.ours)


def _silenced(detection: Detection, found: Sequence[ApprovedCa]) -> AlertSilenced:
    return AlertSilenced(
        event_id=detection.event_id,
        event_name=detection.event_name,
        account=detection.account,
        region=detection.region,
        actor=detection.actor.arn or detection.actor.name or "somebody",
        anchor=detection.anchor.arn or detection.anchor.name or "without a known name",
        keys=tuple(one.spki_sha256 for one in found),
        why=in_words(found),
        entry_ids=tuple(dict.fromkeys(one.entry_id for one in found if one.entry_id)),
    )
