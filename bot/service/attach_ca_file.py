"""Attach the CA's certificates to the case's thread as a file; nothing waits for it and nothing fails with it."""

from __future__ import annotations

import structlog

from bot.domain.ca_attached import CaFileAttached
from bot.domain.ca_file import ca_file
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.errors import SlackError, SlackRateLimited
from bot.domain.events import draft
from bot.service.attachment import Attachment, SendFiles
from bot.service.case_book import CaseBook

_log = structlog.get_logger()


class AttachCaFile:
    """Makes the file and attaches it.

    Args:
        book: the cases.
        send: Slack.
    """

    def __init__(self, book: CaseBook, send: SendFiles) -> None:
        self._book = book
        self._send = send

    async def __call__(self, case: Case, effect: Effect) -> None:
        """Attach it once; what Slack refuses or leaves open is written down and not tried again.

        Raises:
            SlackRateLimited: Slack wants us to wait; nothing was attached.
            StoreUnavailable: the log can't be written; the file may then be attached a second time.
        """
        file = ca_file(case)
        if file is None or file.digest != effect.subject or case.card.channel is None or case.card.ts is None:
            return
        attachment = Attachment(file.file_name, "CA certificates (PEM)", file.body)
        error = None
        try:
            await self._send(case.card.channel, case.card.ts, [attachment], file.comment)
        except SlackRateLimited:
            raise
        except SlackError as refused:
            error = refused.code
            _log.warning("certificates_not_attached", case=case.case_id, error=error)
        done = CaFileAttached(file.digest, error)
        await self._book.decide(case.case_id, lambda now: [] if file.digest in now.pictures else [draft(done)])
