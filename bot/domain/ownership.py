"""The question to the CA's owners: who asked, about which keys, where it stands in Slack, and what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from bot.domain.answer import Answer, Sign, answered, needs_person
from bot.domain.visible_text import quoted

if TYPE_CHECKING:
    from bot.domain.case import Case, Reservation

OWNERS_QUESTION = "owners_say"
"""The id of the guide's question that the owners answer."""

_REASON = 200


@dataclass(frozen=True, slots=True)
class OwnersAsked:
    """Somebody asks a Slack user group whether the CA with these public keys (SHA-256) is theirs."""

    KIND: ClassVar[str] = "owners:asked"
    group: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnersAnswered:
    """Somebody of that group says whether it is; ``question_seq`` is the entry that asked."""

    KIND: ClassVar[str] = "owners:answered"
    question_seq: int
    ours: bool
    reason: str


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """The question's message shows the case up to ``shown_seq``."""

    KIND: ClassVar[str] = "owners:shown"
    question_seq: int
    shown_seq: int


OwnershipEvent = OwnersAsked | OwnersAnswered | QuestionShown


@dataclass(frozen=True, slots=True)
class OwnersSaid:
    """What one person of the group said about these keys, when and why."""

    user_id: str
    at: datetime
    ours: bool
    reason: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnersQuestion:
    """The newest question. ``seq`` is the entry that asked; buttons carry it.

    ``changed_seq`` is the entry that last changed what its message must show, ``shown_seq`` the one that it shows;
    ``ts`` None means that it does not stand in Slack yet, and ``dropped`` that Slack refuses it for good.
    """

    seq: int
    by: str
    at: datetime
    group: str
    keys: frozenset[str]
    changed_seq: int
    said: OwnersSaid | None = None
    reserved: Reservation | None = None
    channel: str | None = None
    ts: str | None = None
    shown_seq: int = 0
    dropped: str | None = None


@dataclass(frozen=True, slots=True)
class Ownership:
    """Everything that the owners were asked and said, oldest first."""

    question: OwnersQuestion | None = None
    said: tuple[OwnersSaid, ...] = ()

    def newest_about(self, keys: frozenset[str]) -> OwnersSaid | None:
        """What was said last about exactly these keys; None when nobody has said anything."""
        return next((one for one in reversed(self.said) if keys and one.keys == keys), None)

    def is_open(self, keys: frozenset[str]) -> bool:
        """Whether a question about these keys waits for its answer."""
        question = self.question
        return question is not None and question.said is None and not question.dropped and question.keys == keys


def keys_of(case: Case) -> frozenset[str]:
    """The SHA-256 of the public keys that the reports of a case show."""
    return frozenset(one.spki_sha256 for one in case.ca.certificates)


def owners_answer(case: Case) -> Answer:
    """The guide's answer as far as the owners have given one about the CA as it is reported now."""
    keys = keys_of(case)
    said = case.ownership.newest_about(keys)
    if said is not None:
        code = "owners_say_ours" if said.ours else "owners_say_not_ours"
        words = "it is theirs" if said.ours else "it is NOT theirs"
        when = f"{said.at:%Y-%m-%d %H:%M} UTC"
        sentence = f"The CA's owners said on {when} that {words}: {quoted(said.reason[:_REASON])}"
        sign = Sign(code, sentence, (said.user_id,))
        facts = {"ours": said.ours, "by": said.user_id, "at": said.at.isoformat()}
        return answered(OWNERS_QUESTION, sign.sentence, signs=(sign,), facts=facts, people=sign.people)
    if case.ownership.is_open(keys):
        return needs_person(OWNERS_QUESTION, "The CA's owners were asked in the thread and have not answered yet.")
    return needs_person(
        OWNERS_QUESTION, "Nobody has asked the CA's owners yet: “Ask CA Owners” in the card's menu does."
    )
