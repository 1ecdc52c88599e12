"""Small worlds: a few condition keys, the patterns that policies compare them with, and every request that differs.

The values are chosen so that no longer text could tell the patterns apart in a new way: a pattern has at most two
places, so that a text's length up to three, its first letter and its last decide everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Any

from hypothesis import strategies as st

from tests.domain.reach.iam_oracle import Request
from tests.domain.reach.policies import ACCOUNT, ANCHOR, NEEDED, OTHER_ANCHOR, SERVICE

CN, OU = "aws:PrincipalTag/x509Subject/CN", "aws:PrincipalTag/x509Subject/OU"
ISSUER, URI = "aws:PrincipalTag/x509Issuer/CN", "aws:PrincipalTag/x509SAN/URI"
TAG_KEYS, IDENTITY, SESSION = "aws:TagKeys", "sts:SourceIdentity", "sts:RoleSessionName"
UNKNOWN, TIME = "aws:UserAgent", "aws:CurrentTime"
NOW, LATER, MUCH_LATER = "2026-11-22T12:00:00+00:00", "2027-01-01T00:00:00+00:00", "2028-01-01T00:00:00+00:00"
EARLIER = "2020-01-01T00:00:00+00:00"

_ALWAYS: Mapping[str, tuple[str, ...]] = {
    "aws:sourcearn": (ANCHOR,),
    "aws:sourceaccount": (ACCOUNT,),
    "aws:securetransport": ("true",),
}
_TEXT_OPERATORS = [
    f"{before}{name}{after}"
    for before in ("", "", "ForAllValues:", "ForAnyValue:")
    for name in (
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringLike",
        "StringNotLike",
    )
    for after in ("", "", "IfExists")
]
_ARN_OPERATORS = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "ArnLikeIfExists", "StringEquals", "StringLike"]


@dataclass(frozen=True)
class Key:
    """A condition key: operators, values that policies compare it with, and the values of requests.

    None among the latter is a request without the key; nothing at all is a key that is the same in every request.
    """

    name: str
    operators: Sequence[str]
    compared: Sequence[str]
    values: Sequence[str | None] = ()


def _texts(letters: str, longest: int) -> list[str]:
    return ["".join(one) for length in range(1, longest + 1) for one in product(letters, repeat=length)]


_COMMON_NAMES = ["a", "b", "ab", "A", "a*", "*b", "?", "??", "*", "?a", "a?", "aB", "?*"]
# Patterns that cross colons would need many more values, and are tried on shorter texts.
_URI_OPERATORS = ["ArnLike", "ArnNotLike", "ArnEquals", "ArnLikeIfExists", "StringEquals", "StringNotEquals"]
_ARN_ENDS = ["p:s:r:a:x", "p:s:r:a:y", "q:s:r:a:x", "p:s:r:b:x", "p:s:r:b:c:x"]
KEYS = {
    "name": Key(CN, _TEXT_OPERATORS, _COMMON_NAMES, [None, *_texts("aAbBz", 3)]),
    "short name": Key(CN, _TEXT_OPERATORS, ["a", "?", "a*"], [None, "a", "z", "A", "az", "Az", "zz", "xz"]),
    "unit": Key(
        OU,
        _TEXT_OPERATORS,
        ["x", "*", "?*", "x*", "${aws:PrincipalTag/x509Subject/OU}", "X"],
        [None, "x", "X", "y", "xy", "Xy", "yy"],
    ),
    "issuer": Key(
        ISSUER, _TEXT_OPERATORS, ["a", f"${{{CN}}}", "a*", f"x{'?'}"], [None, *_texts("aAzx", 2), "zzz", "azz"]
    ),
    "uri": Key(
        URI,
        [f"{before}{name}" for before in ("", "", "ForAllValues:", "ForAnyValue:") for name in _URI_OPERATORS],
        ["arn:p:s:r:a:x", "arn:*:s:*:a:*", "a*", "arn:p:*", "arn:p:s:r:*:x"],
        [None, "a", "z", "arn:q", "arn:p:z", *(f"arn:{one}" for one in _ARN_ENDS)],
    ),
    "arn": Key("aws:SourceArn", _ARN_OPERATORS, [ANCHOR, OTHER_ANCHOR, "arn:*", f"{ANCHOR[:40]}*", "arn:*:*:*:*:*"]),
    "account": Key("AWS:sourceaccount", ["StringEquals", "StringNotEquals"], [ACCOUNT, "1", "${aws:SourceAccount}"]),
    "transport": Key("aws:SecureTransport", ["Bool"], ["true", "false"]),
    "agent": Key(UNKNOWN, ["StringEquals", "StringNotEquals", "StringLikeIfExists"], ["u", "v"], [None, "u", "v", "w"]),
    "time": Key(
        TIME,
        ["DateLessThan", "DateGreaterThanEquals", "DateNotEquals"],
        [EARLIER, LATER],
        [NOW, "2026-12-31T23:59:59+00:00", LATER, MUCH_LATER],
    ),
    "tag keys": Key(
        TAG_KEYS,
        [one for one in _TEXT_OPERATORS if one.startswith("For")],
        ["x509Subject/CN", "x509Subject/*", "x509SAN/*", "*", "x509subject/cn", "x509Issuer/O"],
        [None],
    ),
    "identity": Key(
        IDENTITY, _TEXT_OPERATORS, ["CN=a", "CN=*", "ID=*", "*b", "ID=0a", "CN=A", f"CN=${{{CN}}}"], [None]
    ),
    "session": Key(SESSION, _TEXT_OPERATORS, ["0a", "0*", "*", "1?", "ID=0a"], [None]),
}
WORLDS = [
    ["name", "unit", "arn"],
    ["name", "account", "transport"],
    ["unit", "uri", "arn"],
    ["issuer", "short name", "unit"],
    ["short name", "tag keys", "unit"],
    ["short name", "unit", "agent"],
    ["short name", "time", "account"],
    ["name", "identity", "session"],
    ["unit", "session", "transport"],
]
"""Which keys a policy uses; few at once, so that every request can be asked."""

_SERIALS = ["0a", "01", "1a", "11", "0011", "1111", "1a11", "0b", "1b", "110b", "000b"]
# Names of 62 letters, which are the source identity without CN= before them.
_NAMES_ALONE = [f"{start:z<61}{end}" for start in ("a", "A", "z", "CN=", "ID=") for end in "bz"]
_OTHER_TAGS = ["x509Subject/O", "x509Issuer/O", "x509SAN/URI"]


def requests(world: Sequence[str]) -> Iterator[list[Request]]:
    """Every certificate and time that differ for the world's keys, each with the requests that can come of it.

    More than one request where a key can't be known: it may have any of its values.
    """
    keys = [KEYS[name] for name in world if KEYS[name].values]
    for chosen in product(*([(key.name, value) for value in key.values] for key in keys if key.name != UNKNOWN)):
        plain = {key.lower(): (value,) for key, value in chosen if value is not None}
        for base in _completed(plain, world):
            if "agent" in world:
                yield [{**base, **({UNKNOWN.lower(): (one,)} if one else {})} for one in KEYS["agent"].values]
            else:
                yield [base]


def _completed(plain: Mapping[str, tuple[str, ...]], world: Sequence[str]) -> Iterator[Request]:
    base = {**_ALWAYS, **plain}
    if "tag keys" in world:
        own = [f"x509Subject/{part}" for part in ("CN", "OU") if f"aws:principaltag/x509subject/{part.lower()}" in base]
        for others in chain.from_iterable(combinations(_OTHER_TAGS, count) for count in range(len(_OTHER_TAGS) + 1)):
            yield {**base, **({TAG_KEYS.lower(): (*own, *others)} if own or others else {})}
    elif "identity" in world or "session" in world:
        name = base.get(CN.lower())
        for serial in _SERIALS:
            identity = f"CN={name[0]}" if name else f"ID={serial}"
            yield {**base, IDENTITY.lower(): (identity,), SESSION.lower(): (serial,)}
        for serial, alone in product(_SERIALS, () if name else _NAMES_ALONE):
            yield {**base, CN.lower(): (alone,), IDENTITY.lower(): (alone,), SESSION.lower(): (serial,)}
    else:
        yield base


@st.composite
def policies(draw: st.DrawFn, world: Sequence[str]) -> dict[str, Any]:
    """A policy of one to four statements over the world's keys, or of one for each action and maybe a Deny."""
    if draw(st.booleans()):
        statements = draw(st.lists(_statement(world), min_size=1, max_size=4))
    else:
        plain = {"Effect": "Allow", "Principal": {"Service": SERVICE}}
        statements = [{**draw(_statement(world)), **plain, "Action": action} for action in NEEDED]
        statements = [{key: one[key] for key in one if not key.startswith("Not")} for one in statements]
        statements += [{**one, "Effect": "Deny"} for one in draw(st.lists(_statement(world), max_size=1))]
    return {"Version": draw(st.sampled_from(["2012-10-17"] * 4 + ["2008-10-17"])), "Statement": statements}


@st.composite
def _statement(draw: st.DrawFn, world: Sequence[str]) -> dict[str, Any]:
    whole: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"]))}
    whole |= draw(st.sampled_from(_PRINCIPALS))
    whole |= draw(st.sampled_from(_ACTIONS))
    block: dict[str, dict[str, Any]] = {}
    for _ in range(draw(st.integers(0, 3))):
        key = KEYS[draw(st.sampled_from(world))]
        operator = draw(st.sampled_from([*key.operators, "Null"]))
        compared = ["true", "false"] if operator == "Null" else key.compared
        values = draw(st.lists(st.sampled_from(compared), min_size=1, max_size=2, unique=True))
        block.setdefault(operator, {})[key.name] = values[0] if len(values) == 1 else values
    return {**whole, "Condition": block} if block else whole


_PRINCIPALS: list[dict[str, Any]] = [
    *[{"Principal": {"Service": SERVICE}}] * 24,
    {"Principal": "*"},
    {"Principal": {"AWS": "*"}},
    {"Principal": {"Service": ["ec2.amazonaws.com", SERVICE]}},
    {"Principal": {"Service": "ec2.amazonaws.com"}},
    {"NotPrincipal": {"Service": SERVICE}},
    {"NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}},
]
_ACTIONS: list[dict[str, Any]] = [
    *[{"Action": NEEDED}] * 12,
    {"Action": "sts:*"},
    {"Action": "*"},
    {"Action": "sts:AssumeRole"},
    {"Action": ["STS:tagsession", "sts:Set*"]},
    {"Action": "sts:TagSession"},
    {"NotAction": "sts:AssumeRole"},
    {"NotAction": "iam:*"},
    {"NotAction": ["sts:Tag*", "sts:SetSourceIdentity"]},
]
