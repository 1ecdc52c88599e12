"""Names of things: accounts, Regions, trust anchors, cases; each is parsed once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from bot.domain.errors import BadInput
from bot.domain.evidence import NOTHING_KNOWN, Evidence

# Crockford's alphabet: no letter is mistaken for a digit when a case id is read out on the phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CASE_ID_CHARACTERS = 10
_CASE_ID = re.compile(rf"AW-[{_ALPHABET}]{{{_CASE_ID_CHARACTERS}}}")
_ATTEMPTS_ID = re.compile(rf"ATT-[{_ALPHABET}]{{{_CASE_ID_CHARACTERS}}}")
INVENTORY_ID = "OPS-INVENTORY"
"""The id of the stream of the bot's own inventory of approved CAs."""
TRAINING_ID = "OPS-TRAINING"
"""The id of the stream that counts who got the house's own guide in which case."""
_OPS_ID = re.compile(rf"OPS-[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{INVENTORY_ID}|{TRAINING_ID}")
_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):rolesanywhere:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{1,12})"
    r":trust-anchor/(?P<anchor_id>[A-Za-z0-9-]{1,64})"
)

ACCOUNT_ID = re.compile(r"[0-9]{12}")
"""An AWS account's id. See: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html"""

CaseId = str


@dataclass(frozen=True, slots=True)
class Target:
    """The trust anchor that a case is about.

    ``account`` and ``region`` are empty when no report named them. ``anchor_arn`` and ``anchor_id`` are None when
    no report named the anchor; then no action can touch it. ``known`` is what plans on other things need beside it; it
    does not tell two targets apart.
    """

    account: str
    region: str
    anchor_arn: str | None
    anchor_id: str | None
    known: Evidence = field(default=NOTHING_KNOWN, compare=False, repr=False)


def parse_anchor_arn(arn: str) -> Target:
    """Read a trust anchor's ARN.

    See: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementrolesanywhere.html

    Raises:
        BadInput: ``arn`` is not the ARN of a trust anchor.
    """
    match = _ARN.fullmatch(arn)
    if match is None:
        raise BadInput("not_a_trust_anchor_arn", "this is not the ARN of a trust anchor", "trustAnchorArn")
    return Target(match["account"], match["region"], arn, match["anchor_id"])


def case_id_for(account: str, region: str, name: str) -> CaseId:
    """The case id of a trust anchor: the same three words always give the same 13 characters.

    ``name`` is the trust anchor's id, or the event's id where no anchor id is known. Fifty bits: at 100,000 cases
    the chance that any two share an id is about 1 in 200,000.
    """
    return "AW-" + _ten_letters(f"{account}\n{region}\n{name}")


def attempts_id_for(account: str, caller: str, span: int, window_seconds: int) -> CaseId:
    """The id of the stream of one caller's failed attempts in one span of time.

    ``span`` counts windows of ``window_seconds`` since 1970: with another window the same attempts have other ids.
    """
    return "ATT-" + _ten_letters(f"{account}\n{caller}\n{window_seconds}\n{span}")


def _ten_letters(name: str) -> str:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
    letters = []
    for _ in range(_CASE_ID_CHARACTERS):
        number, digit = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[digit])
    return "".join(letters)


def is_case_id(text: str) -> bool:
    """Whether ``text`` has the shape of a case id or of an operations stream's id."""
    return bool(_CASE_ID.fullmatch(text) or _OPS_ID.fullmatch(text))


def is_attempts_id(text: str) -> bool:
    """Whether ``text`` names a stream of failed attempts."""
    return bool(_ATTEMPTS_ID.fullmatch(text))


def is_ops_id(text: str) -> bool:
    """Whether ``text`` names the operations stream of a day, or another one of what belongs to no case."""
    return bool(_OPS_ID.fullmatch(text))
