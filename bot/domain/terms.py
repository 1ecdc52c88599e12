"""What one approval rule asks for: how many yes, from whom, until when; a request keeps the terms it was made under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.people import NOBODY, People, Person, together
from bot.domain.plan import Risk


@dataclass(frozen=True, slots=True)
class Share:
    """At least ``count`` of those who say yes are of these people; ``people.name`` is how votes refer to it."""

    count: int
    people: People


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule asks for.

    ``needed`` people must say yes, the one who asks not counted unless ``own_yes_counts``. ``approvers`` may say yes
    (None: those of ANCHORWATCH_APPROVERS), and with them whoever is in a share or in ``silent``; ``silent`` people are
    never pinged. ``shares`` say how many of the yes must come from whom; one person fills one such place only.
    ``reminder_minutes`` count from the asking, each later than the one before. ``one_time_code`` says that asking and
    each yes count only with a one-time code of that person. ``break_glass`` may let what can be undone run alone.
    """

    rule: str = ""
    needed: int = 1
    approvers: People | None = None
    shares: tuple[Share, ...] = ()
    silent: People = NOBODY
    own_yes_counts: bool = False
    reason_required: bool = True
    expires_minutes: int = 30
    reminder_minutes: tuple[int, ...] = (5, 10, 20)
    one_time_code: bool = False
    break_glass: People = NOBODY

    @property
    def expires_after(self) -> timedelta:
        """How long a request stays open."""
        return timedelta(minutes=self.expires_minutes)

    @property
    def named(self) -> People:
        """Everybody whom the terms name themselves."""
        approvers = () if self.approvers is None else (self.approvers,)
        return together((*approvers, *(share.people for share in self.shares), self.silent))

    @property
    def may_mention(self) -> bool:
        """Whether a message may mention the approvers by their groups: nobody among them is to be left in peace."""
        return not (self.silent.users or self.silent.groups)

    def may_approve(self, person: Person) -> bool | None:
        """Whether a person is one of those who may say yes; None when Slack can't tell."""
        if self.named.holds(person) or (self.approvers is None and person.approver):
            return True
        unknown = self.approvers is None and person.unknown is not None
        return None if unknown else self.named.holds(person)

    def shares_of(self, person: Person) -> Mapping[str, bool | None]:
        """Of which shares a person is, by name; None where Slack can't tell."""
        return {share.people.name: share.people.holds(person) for share in self.shares}

    def who_in_words(self, approvers_in_words: str) -> str:
        """Who may say yes, as mentions; ``approvers_in_words`` are those of ANCHORWATCH_APPROVERS."""
        own = self.named
        if self.approvers is not None:
            return own.in_words()
        return f"{approvers_in_words}, {own.in_words()}" if own.users or own.groups else approvers_in_words

    def with_least(self, people: int, *, named: bool = False) -> Terms:
        """The terms for an action that wants so many other people's yes whatever its risk; 0 changes nothing.

        A rule that is for the action by name (``named``) may ask for fewer. Nobody breaks the glass for such an action.
        """
        if not people:
            return self
        mine = replace(self, break_glass=NOBODY)
        return mine if named else replace(mine, needed=max(self.needed, people), own_yes_counts=False)

    def with_floor(self, risk: Risk) -> Terms:
        """The terms as they hold for a risk: what can't be undone always needs another person, and a reason."""
        if risk is not Risk.IRREVERSIBLE:
            return self
        needed = max(self.needed, 1)
        return replace(self, needed=needed, own_yes_counts=False, reason_required=True, break_glass=NOBODY)


def both(one: Terms, other: Terms) -> Terms | None:
    """Terms that ask for what each of the two does; None where they name different people."""
    if (one.approvers, one.shares, one.silent) != (other.approvers, other.shares, other.silent):
        return None
    return replace(
        one,
        rule=one.rule if one.rule == other.rule else f"{one.rule}, {other.rule}",
        needed=max(one.needed, other.needed),
        own_yes_counts=one.own_yes_counts and other.own_yes_counts,
        reason_required=one.reason_required or other.reason_required,
        one_time_code=one.one_time_code or other.one_time_code,
        break_glass=one.break_glass if one.break_glass == other.break_glass else NOBODY,
        expires_minutes=min(one.expires_minutes, other.expires_minutes),
    )


@dataclass(frozen=True, slots=True)
class Yes:
    """One person's yes and the names of the shares that they are of."""

    user_id: str
    shares: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing until enough people have said yes: how many, and how many of them from which share."""

    people: int
    shares: tuple[Share, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether enough people have said yes."""
        return self.people == 0


def missing(terms: Terms, given: Iterable[Yes]) -> Missing:
    """What a request still waits for. Nobody counts twice, and nobody fills two places of shares."""
    people = {one.user_id: one for one in given}
    seats = [share.people.name for share in terms.shares for _ in range(share.count)]
    filled = _filled(seats, tuple(people.values()))
    empty = [name for number, name in enumerate(seats) if number not in filled]
    shares = tuple(
        Share(empty.count(share.people.name), share.people) for share in terms.shares if share.people.name in empty
    )
    return Missing(max(terms.needed - len(people), len(empty)), shares)


def _filled(seats: Sequence[str], people: Sequence[Yes]) -> Mapping[int, str]:
    """As many seats as can be filled at once, each by another person: seat by the person's id."""
    sits: dict[int, Yes] = {}

    def seated(person: Yes, tried: set[int]) -> bool:
        for number, name in enumerate(seats):
            if name not in person.shares or number in tried:
                continue
            tried.add(number)
            if number not in sits or seated(sits[number], tried):
                sits[number] = person
                return True
        return False

    for person in people:
        seated(person, set())
    return {number: person.user_id for number, person in sits.items()}
