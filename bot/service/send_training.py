"""Send the house's own guide to whoever made the trust anchor, once, after the case was closed as harmless."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.errors import LogConflict, SlackError, SlackRateLimited, SlackUnclear
from bot.domain.events import draft
from bot.domain.identity import TRAINING_ID
from bot.domain.training import (
    TrainingAsked,
    TrainingBegun,
    TrainingCounted,
    TrainingNotSent,
    TrainingSent,
    is_due_for_training,
    verified_address,
)
from bot.ports import Message, Messenger
from bot.service.case_book import CaseBook
from bot.service.press import Answer, Press, PressRule

_log = structlog.get_logger()

TRAINING_EVENT_TYPE = "anchorwatch_training"
HOW = (
    "No guide of your own is configured: write its https address as url under [guide] into the file that "
    "ANCHORWATCH_HOUSE names, and start Anchorwatch again."
)
"""What people read where there is nothing to send."""
_CLOSE_FIRST = "The guide is sent once the case is closed as a false positive or a benign positive."
_NO_NAME = (
    "the caller's name is not vouched for by Identity Center with an e-mail address, and anybody could have chosen it"
)
_NO_PERSON = "no full member here has the caller's verified address of a domain in ANCHORWATCH_EMAIL_DOMAINS"
_KILLED = "Anchorwatch was stopped while it sent it."
_LOST = "Slack gave no answer."

FindPerson = Callable[[str], Awaitable[str | None]]
"""The Slack user id of who has an e-mail address for sure, or None. Raises SlackError when Slack can't tell."""


class TrainingPresenter(Protocol):
    """Writes the messages."""

    def to_person(self, case: Case, user_id: str) -> Message:
        """The message for whoever did it."""
        ...

    def to_thread(self, case: Case, why: str) -> Message:
        """The message in the case's thread for whoever asked, with the reason why nobody else was sent it."""
        ...


def ask_for_training(policy: ApprovalPolicy, guide_url: str | None) -> PressRule:
    """The rule for a press of Send Training Guide; ``guide_url`` None means that there is nothing to send."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        if guide_url is None:
            return refused(Reason.NOT_CONFIGURED, HOW)
        if not case.tasks.training.may_be_asked:
            return refused(Reason.SETTLED, "It was sent in this case already, or may have been; the thread says when.")
        if not is_due_for_training(case):
            return refused(Reason.NOT_IN_THIS_STATE, _CLOSE_FIRST)
        return [draft(TrainingAsked(), press.by)]

    return rule


class SendTraining:
    """Sends it.

    Args:
        book: the cases, and the stream that counts.
        messenger: Slack.
        find_person: finds people by their verified address.
        presenter: writes the messages.
    """

    def __init__(
        self, book: CaseBook, messenger: Messenger, find_person: FindPerson, presenter: TrainingPresenter
    ) -> None:
        self._book = book
        self._messenger = messenger
        self._find_person = find_person
        self._presenter = presenter
        # Slack has these, but the log could not be written since: without them this process would send again.
        self._unlogged: dict[str, TrainingSent] = {}

    async def __call__(self, case: Case, effect: Effect) -> None:
        """Send it to the person, or into the thread where nobody is named for sure.

        Raises:
            SlackRateLimited: Slack wants us to wait; nothing was sent.
            LogConflict, StoreUnavailable: the log can't be written; nothing is sent twice for that.
        """
        asked_seq, owner = int(effect.subject), self._book.standing.owner
        begun = case.tasks.training.begun
        if begun is not None and begun.owner != owner:
            await self._end(case, TrainingNotSent(asked_seq, _KILLED, maybe=True))
            return
        sent = self._unlogged.get(case.case_id)
        try:
            sent = sent or await self._send(await self._begin(case, asked_seq, owner), asked_seq)
        except SlackRateLimited:
            raise
        except SlackUnclear:
            await self._end(case, TrainingNotSent(asked_seq, _LOST, maybe=True))
            return
        except SlackError as error:
            await self._end(case, TrainingNotSent(asked_seq, f"Slack answered {error.code}."))
            return
        self._unlogged[case.case_id] = sent
        await self._count(sent, case.case_id)
        await self._end(case, sent)
        del self._unlogged[case.case_id]

    async def _begin(self, case: Case, asked_seq: int, owner: str) -> Case:
        def rule(now: Case) -> Sequence[Draft]:
            known = now.tasks.training
            if not known.runs or known.asked_seq != asked_seq:
                raise LogConflict(now.case_id, now.head.seq)
            return [] if known.begun is not None else [draft(TrainingBegun(asked_seq, owner))]

        return await self._book.decide(case.case_id, rule)

    async def _send(self, case: Case, asked_seq: int) -> TrainingSent:
        actor = case.detection.actor
        address = verified_address(actor)
        person = await self._person(address)
        caller = person or actor.arn or actor.name or "unknown"
        counted = (await self._book.load(TRAINING_ID)).tasks.training
        earlier = counted.earlier(caller, case.case_id)
        why = _NO_NAME if address is None else _NO_PERSON
        if person is not None:
            try:
                await self._messenger.post(self._presenter.to_person(case, person).rich)
                return TrainingSent(asked_seq, person, caller, earlier)
            except (SlackRateLimited, SlackUnclear):
                raise
            except SlackError as error:
                why = f"Slack did not take a message to the person ({error.code})"
        await self._messenger.post(self._presenter.to_thread(case, why).rich)
        return TrainingSent(asked_seq, "", caller, earlier, why)

    async def _person(self, address: str | None) -> str | None:
        if address is None:
            return None
        try:
            return await self._find_person(address)
        except (SlackRateLimited, SlackUnclear) as error:
            # Only a question was not answered: nothing was sent, so it can be asked again.
            raise SlackRateLimited(error.method, getattr(error, "retry_after_seconds", 5.0)) from error
        except SlackError as error:
            _log.warning("person_not_found", error=error.code)
            return None

    async def _count(self, sent: TrainingSent, case_id: str) -> None:
        def rule(now: Case) -> Sequence[Draft]:
            known = now.tasks.training.counted.get(sent.caller, ())
            return [] if case_id in known else [draft(TrainingCounted(sent.caller, case_id))]

        await self._book.decide(TRAINING_ID, rule)

    async def _end(self, case: Case, event: TrainingSent | TrainingNotSent) -> None:
        def rule(now: Case) -> Sequence[Draft]:
            known = now.tasks.training
            return [draft(event)] if known.runs and known.asked_seq == event.asked_seq else []

        await self._book.decide(case.case_id, rule)
        _log.info("training_ended", case=case.case_id, sent=isinstance(event, TrainingSent))
