"""Whether a person is who made the calls of a case, as far as names tell, and which parts they lose by that.

Session names, IAM user names and source identities are chosen by whoever makes the call. So such a name takes less than
a session of IAM Identity Center does, and nothing takes from anybody the right to ask for a containment that can be
undone: an attacker who borrows a name must not be able to lock those out who would stop them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain.detection import Actor
from bot.domain.people import Bar, Part, Person
from bot.domain.plan import Risk

if TYPE_CHECKING:
    from bot.domain.case import Case

SUSPECT = "suspect"
"""The reason of every bar here, a value of :class:`bot.domain.approval.Reason`."""

CONTAINMENTS = frozenset(
    {
        "contain_all",
        "deactivate_made_keys",
        "disable_profile",
        "disable_trust_anchor",
        "quarantine_actor",
        "revoke_known_sessions",
        "revoke_role_sessions",
    }
)
"""The actions that stop the caller and can be undone. What takes one back, or trusts a CA, is none of them."""

_BY_NAME = (Part.START, Part.DECIDE, Part.ANSWER, Part.BREAK)
_BY_IDENTITY_CENTER = (*_BY_NAME, Part.NOTE, Part.AGREE)

_LEAST_LETTERS = 3
_LONGEST = 200
# Only Identity Center can make roles below this path, and it names the session after its user.
# See: https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html
_CENTER_ROLE = re.compile(
    r"arn:aws[a-z-]*:iam::[0-9]{12}:role/aws-reserved/sso\.amazonaws\.com/([a-z0-9-]+/)?(?P<role>AWSReservedSSO_[\w+=,.@-]+)",
    re.ASCII,
)
_SESSION = re.compile(r"arn:aws[a-z-]*:sts::[0-9]{12}:assumed-role/(?P<role>[^/]+)/(?P<name>[^/]+)")
_NAMED = re.compile(r"arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:(user|federated-user)/([^/]*/)*(?P<name>[^/]+)")
_LOOKS_LIKE = str.maketrans("асеорухѕіјһԁѵɑɡαορυν", "aceopyxsijhdvagaopuv")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Match:
    """What tells that a person may have made a call.

    ``sure`` says that Identity Center vouches for the name and Slack for the address. ``by`` is the kind of name.
    """

    sure: bool
    by: str


def match_of(actors: Iterable[Actor], person: Person) -> Match | None:
    """How a person is named by one of the callers, the surest first; None when they are not.

    Names count whole: in small letters, without accents, dots and spaces, look-alikes read as what they look like.
    """
    found = [one for actor in actors for one in _matches(actor, person)]
    return max(found, key=lambda one: one.sure, default=None)


def suspected(case: Case, person: Person, others: str = "the other approvers") -> Person:
    """The person in this case: with bars when a caller of any of its detections has their name.

    ``others`` says in words, such as mentions, who can help instead.
    """
    match = match_of((one.actor for one in case.detections), person)
    if match is None:
        return _asked(case, person)
    may = "ask for" if match.sure else "ask for and agree to"
    sentence = (
        f"Somebody else must do this: the call was made under {match.by}, which is yours too. You may read, and {may} "
        f"a containment that can be undone. For all else ask somebody else of {others}."
    )
    bar = Bar(_BY_IDENTITY_CENTER if match.sure else _BY_NAME, SUSPECT, sentence)
    return replace(person, bars=(*person.bars, bar))


def _asked(case: Case, person: Person) -> Person:
    """Who was asked whether it was them does not become anybody else by another name."""
    if case.suspicion.of(person.user_id) is None:
        return person
    sentence = "You were asked in this case whether it was you, so somebody else must break the glass."
    return replace(person, bars=(*person.bars, Bar((Part.BREAK,), SUSPECT, sentence)))


def is_suspect(case: Case, person: Person) -> bool:
    """Whether a caller of the case has this person's name."""
    return match_of((one.actor for one in case.detections), person) is not None


def part_of_asking(action_id: str, risk: Risk) -> Part:
    """Which part it is to ask for an action."""
    if risk is Risk.READ:
        return Part.READ
    return Part.CONTAIN if _stops(action_id, risk) else Part.START


def part_of_voting(action_id: str, risk: Risk, *, yes: bool = True) -> Part:
    """Which part a yes or a no to a request is: a no never helps to contain."""
    return Part.AGREE if yes and _stops(action_id, risk) else Part.DECIDE


def _stops(action_id: str, risk: Risk) -> bool:
    return risk is Risk.REVERSIBLE and action_id in CONTAINMENTS


def _matches(actor: Actor, person: Person) -> Iterator[Match]:
    if (name := center_user(actor)) is not None and person.email and name.casefold() == person.email.casefold():
        yield Match(sure=True, by="a user of IAM Identity Center with an e-mail address")
    forms = _forms(person)
    yield from (Match(sure=False, by=by) for name, by in _names_of(actor) if _is_one_of(name, forms, person))


def center_user(actor: Actor) -> str | None:
    """The user of IAM Identity Center whose session made the call; None for any other caller."""
    session = _SESSION.fullmatch(actor.arn or "")
    role = _CENTER_ROLE.fullmatch(actor.session_issuer_arn or "")
    if session is None or role is None or session["role"] != role["role"] or actor.kind != "AssumedRole":
        return None
    return session["name"]


def _names_of(actor: Actor) -> Iterator[tuple[str, str]]:
    """What names a caller as a person, and which kind of name it is. A role's name is nobody's."""
    if (session := _SESSION.fullmatch(actor.arn or "")) is not None:
        yield session["name"], "a session name"
    elif (user := _NAMED.fullmatch(actor.arn or "")) is not None:
        yield user["name"], "a user name"
    elif actor.arn is None and actor.name and actor.kind == "IAMUser":
        yield actor.name, "a user name"
    if actor.source_identity:
        yield actor.source_identity, "a source identity"


def _is_one_of(name: str, forms: Collection[str], person: Person) -> bool:
    local, at, domain = name[:_LONGEST].partition("@")
    if at and person.email and domain.casefold() != person.email.rpartition("@")[2].casefold():
        return False
    return _folded(local) in forms


def _forms(person: Person) -> frozenset[str]:
    address = (person.email or "").partition("@")[0]
    names = (address, address.partition("+")[0], *(one.partition("@")[0] for one in person.names))
    return frozenset(one for one in map(_folded, names) if len(one) >= _LEAST_LETTERS)


def _folded(name: str) -> str:
    """A name as it compares: letters and digits only."""
    plain = unicodedata.normalize("NFKD", name[:_LONGEST]).casefold().translate(_LOOKS_LIKE)
    return "".join(one for one in plain if one.isalnum())
