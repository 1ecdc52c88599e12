"""Change tickets that people name: a word of a person, kept with name and time, that nobody here can look up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from bot.domain.answer import Answer, Sign, Standing, needs_person
from bot.domain.visible_text import quoted

if TYPE_CHECKING:
    from bot.domain.case import Case

TICKET_QUESTION = "change_ticket"
"""The id of the guide's question that a ticket answers."""

MOST_TICKET_CHARACTERS = 80
_MOST_LINES = 5
_SUSPECT = "Whoever gave it has a name like the caller's, so it may be the word of whoever did it."


@dataclass(frozen=True, slots=True)
class TicketGiven:
    """Somebody names the change ticket of what happened, or corrects it: the last one counts.

    ``may_be_actor`` says that the person's name in Slack is like the caller's.
    """

    KIND: ClassVar[str] = "ticket:given"
    ticket: str
    may_be_actor: bool = False


@dataclass(frozen=True, slots=True)
class TicketSaid:
    """Which ticket a person named, when, and for which event; ``seq`` is the entry of the log."""

    seq: int
    user_id: str
    at: datetime
    ticket: str
    may_be_actor: bool
    event_id: str


@dataclass(frozen=True, slots=True)
class Tickets:
    """Every ticket that was named, oldest first, and what the guide's step found by itself (None: nothing yet)."""

    said: tuple[TicketSaid, ...] = ()
    found: Answer | None = None


def ticket_of(case: Case) -> TicketSaid | None:
    """The ticket that counts: the last one for the newest event. A ticket of an earlier event covers no later one."""
    last = case.tickets.said[-1] if case.tickets.said else None
    return last if last is not None and case.detections and last.event_id == case.detection.event_id else None


def names_ticket(case: Case) -> bool:
    """Whether the guide's step found a ticket by itself."""
    found = case.tickets.found
    return found is not None and bool(found.facts.get("tickets"))


def ticket_answer(case: Case) -> Answer | None:
    """The guide's answer with what people said; None where neither the step nor anybody has answered."""
    found, said = case.tickets.found, ticket_of(case)
    if said is None:
        return _without(found, case)
    words = given_sentence(said)
    named = found.sentence if found is not None and names_ticket(case) else ""
    earlier = tuple(f"{_when(one.at)}: {one.ticket}" for one in case.tickets.said[-_MOST_LINES:])
    code = "ticket_of_suspect" if said.may_be_actor else "ticket_given"
    base = found or Answer(TICKET_QUESTION, Standing.ANSWERED, "")
    return replace(
        base,
        standing=Standing.ANSWERED,
        sentence=f"{words} {named}".rstrip(),
        lines=(*(earlier if len(earlier) > 1 else ()), *base.lines),
        signs=(Sign(code, words, (said.user_id,)), *base.signs),
        facts={**base.facts, "given": said.ticket, "by": said.user_id, "at": said.at.isoformat()},
        people=(said.user_id,),
    )


def given_sentence(said: TicketSaid) -> str:
    """What a named ticket is worth, without the name of who named it."""
    words = f"The change ticket {quoted(said.ticket)} was named on {_when(said.at)}; Anchorwatch can't look it up."
    return f"{words} {_SUSPECT}" if said.may_be_actor else words


def _without(found: Answer | None, case: Case) -> Answer | None:
    """The step's own answer; it says so when a ticket was named for an earlier event."""
    if not case.tickets.said:
        return found
    last = case.tickets.said[-1]
    why = (
        f"The ticket {quoted(last.ticket)} was named on {_when(last.at)} for an earlier event and covers no later one."
    )
    base = found or needs_person(TICKET_QUESTION, "Ask whoever made it for the change ticket.")
    return replace(base, sentence=f"{base.sentence} {why}")


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
