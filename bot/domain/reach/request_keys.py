"""What is known of each condition key when Roles Anywhere asks for a session.

Every key that is not listed here can't be known: it may be there or not, with any value. That includes
``aws:SourceIp``: whether STS sees the address of the certificate's holder or the service's own is not documented.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

SERVICE = "rolesanywhere.amazonaws.com"
SOURCE_ARN = "aws:sourcearn"
SOURCE_ACCOUNT = "aws:sourceaccount"
SOURCE_IDENTITY = "sts:sourceidentity"
SESSION_NAME = "sts:rolesessionname"
TAG_KEYS = "aws:tagkeys"
TIMES = frozenset({"aws:currenttime", "aws:epochtime"})
TAG = "aws:principaltag/"
CN_TAG = f"{TAG}x509subject/cn"

_REQUEST_TAG = "aws:requesttag/"
_CERTIFICATE_TAG = f"{TAG}x509"
# STS sees the tags that the session is to have, and the service speaks TLS with it.
_ALWAYS = {
    "aws:securetransport": ("true",),
    "aws:principalisawsservice": ("true",),
    "aws:principalservicename": (SERVICE,),
}


class Missing(Enum):
    """Why a key has no value to compare."""

    ABSENT = "absent"
    UNKNOWN = "unknown"


Values = tuple[str, ...] | Missing
Request = Callable[[str], Values]


class Concern(Enum):
    """Who decides whether a condition on a key can hold."""

    ANCHOR = "the trust anchor"
    CERTIFICATE = "the CA's owner"
    REQUEST = "every request is alike, or only the time matters"
    UNKNOWN = "not known"


@lru_cache(maxsize=4096)
def request_key(name: str) -> str:
    """A condition key as it is compared: in lower case, and a tag by one name.

    The tags that a session asks for (``aws:RequestTag``) are those that it gets (``aws:PrincipalTag``).
    """
    lowered = name.lower()
    return TAG + lowered.removeprefix(_REQUEST_TAG) if lowered.startswith(_REQUEST_TAG) else lowered


@lru_cache(maxsize=4096)
def concern_of(key: str) -> Concern:
    """Who decides about a key, given as :func:`request_key` gives it."""
    if key in (SOURCE_ARN, SOURCE_ACCOUNT):
        return Concern.ANCHOR
    if key in (SOURCE_IDENTITY, SESSION_NAME, TAG_KEYS) or key.startswith(_CERTIFICATE_TAG):
        return Concern.CERTIFICATE
    return Concern.REQUEST if key in _ALWAYS or key in TIMES else Concern.UNKNOWN


def fixed_values(anchor_arn: str) -> Mapping[str, tuple[str, ...]]:
    """The keys whose values nobody chooses, for one trust anchor."""
    account = anchor_arn.split(":")[4]
    return {**_ALWAYS, SOURCE_ARN: (anchor_arn,), SOURCE_ACCOUNT: (account,)}


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Which texts a value can be: its characters, and its length in characters.

    ``samples`` are allowed characters to fill with; ``pairs`` asks for an even length.
    """

    allows: Callable[[str], bool]
    samples: str
    shortest: int
    longest: int
    pairs: bool = False


def _in_tag(character: str) -> bool:
    return character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN"


def _in_identity(character: str) -> bool:
    return character in "_+=,.@-" or (character.isascii() and character.isalnum())


def _in_serial(character: str) -> bool:
    return character in "0123456789abcdef"


def _in_any_serial(character: str) -> bool:
    return character in "0123456789abcdefABCDEF"


_FILL = "xqzXQZ0123456789-_"
# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html (a tag's value)
TAG_TEXT = Alphabet(_in_tag, _FILL + "äöüéèñøåçßλμπωжщю", 1, 256)
# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (session name and source identity)
SESSION_TEXT = Alphabet(_in_identity, _FILL + "abcdefghijklmnoprstuvwyABCDEFGHIJKLMNOPRSTUVWY+=,.@", 2, 64)
# A common name that is its tag as it is, and the source identity behind "CN="; a longer one stands there alone.
PLAIN_NAME_TEXT = Alphabet(lambda character: _in_identity(character) and _in_tag(character), _FILL, 1, 61)
# The serial number of a certificate has 20 bytes at most. See: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.2
SERIAL_TEXT = Alphabet(_in_serial, "1234567890abcdef", 2, 40, pairs=True)
# That capital letters are written small, and that a leading zero makes the length even, is not documented everywhere;
# nor is that a serial number of more bytes is refused, as long as it fits a session's name.
ANY_SERIAL_TEXT = Alphabet(_in_any_serial, "1234567890abcdefABCDEF", 1, 64)
