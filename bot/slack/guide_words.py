"""What the card says of the investigation: the verdict, the strongest signs, and how far the guide is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence

from bot.domain.answer import Answer, Sign, Standing
from bot.domain.case import Case
from bot.domain.investigation import ROUNDS_AFTER
from bot.domain.reach_line import QUESTION, reach_line
from bot.domain.tickets import given_sentence, ticket_of
from bot.domain.verdict import Verdict, verdict
from bot.slack.text import defang, is_user_id, marked, mention_user, shown, time_of_day

_MOST_FOR, _MOST_AGAINST = 3, 2
_SIGN = 200
_MOST_NAMED = 4
_SENTENCE = 300
_COUNTED = {
    Standing.ANSWERED: ("answered", "answered"),
    Standing.NEEDS_PERSON: ("needs a person", "need a person"),
    Standing.NOT_ALLOWED: ("not allowed", "not allowed"),
    Standing.COULD_NOT_CHECK: ("could not be checked", "could not be checked"),
    Standing.DOES_NOT_APPLY: ("does not apply", "do not apply"),
}


def card_lines(case: Case) -> list[str]:
    """The verdict with its reasons, and whom the CA's owner can become."""
    answers = case.investigation.answers
    weighed = verdict(case.flags, answers.values())
    reach = reach_line(answers)
    # The line of the reach says what its signs say.
    ticket = ticket_of(case)
    # So does the line of the ticket, which stands there whatever else speaks against it.
    named = {given_sentence(ticket)} if ticket is not None else set()
    told = {weighed.why, *named, *(sign.sentence for sign in (answers[QUESTION].signs if reach is not None else ()))}
    return [
        f"*Priority: {weighed.priority.value}.* {said(weighed.why)}{by_words(weighed.people)}",
        *_listed("Speaks for trouble", _others(weighed.for_trouble, told), _MOST_FOR),
        *_listed("Speaks against it", _others(weighed.against, told), _MOST_AGAINST),
        *([f"*Reach:* {said(reach)}"] if reach is not None else []),
    ]


def guide_lines(case: Case) -> list[str]:
    """How far the guide is answered, when the bot looks again, and what is open; empty before it was asked."""
    known = case.investigation
    answers = tuple(known.answers.values())
    if not answers and known.started is None:
        return []
    line = f"*Guide:* {standings(answers) or 'no answer yet'}. {next_look(case)}".rstrip()
    return [line, f"*Not checked:* {_not_checked(answers, verdict(case.flags, answers))}"] if answers else [line]


def said(sentence: str, limit: int = _SENTENCE) -> str:
    """A sentence of an answer or a sign, safe to show: it may hold what others wrote."""
    return marked(shown(defang(sentence), limit), sentence)


def by_words(people: Sequence[str]) -> str:
    """Whose word something is, as mentions behind a sentence; empty for nobody and for what is no user's id."""
    named = [mention_user(one) for one in dict.fromkeys(people) if is_user_id(one)][:_MOST_NAMED]
    return f" By {', '.join(named)}." if named else ""


def standings(answers: Sequence[Answer]) -> str:
    """How many questions stand how: ``41 answered, 1 needs a person``; empty for no answers."""
    counted = Counter(answer.standing for answer in answers)
    return ", ".join(f"{counted[one]} {_COUNTED[one][counted[one] > 1]}" for one in Standing if counted[one])


def next_look(case: Case) -> str:
    """When the bot looks again, in a sentence; empty when it does not."""
    known = case.investigation
    if known.started is not None:
        return "The look is being ended." if known.stop_by else "Looking now."
    due = known.round_due(case.detection_seq, case.detected_at) if case.detected_at else None
    if due is None or not known.finished or case.closed is not None:
        return ""
    last = " for the last time" if due[0] == len(ROUNDS_AFTER) - 1 else ""
    return f"Looks again{last} at {time_of_day(due[1])}."


def _others(signs: Sequence[Sign], told: Container[str]) -> list[Sign]:
    return [one for one in signs if one.sentence not in told]


def _listed(title: str, signs: Sequence[Sign], most: int) -> Iterator[str]:
    if not signs:
        return
    yield f"*{title}*"
    yield from (f"• {said(one.sentence, _SIGN)}{by_words(one.people)}" for one in signs[:most])
    if len(signs) > most:
        yield f"• and {len(signs) - most} more, in the guide"


def _not_checked(answers: Sequence[Answer], weighed: Verdict) -> str:
    things = len(weighed.not_checked)
    if not things:
        return "nothing was left out of what has been asked."
    refused = sum(len(one.missing) for one in answers)
    why = " AWS refused some of it: the guide names the permissions." if refused else " The guide names them."
    return f"{things} {'thing' if things == 1 else 'things'}.{why}"
