"""Trust policies as people write them, each with the reason that a person gives: certificates, requests and Denies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.domain.reach.labelled_policies import Labelled, arn, asking
from tests.domain.reach.policies import (
    ANCHOR,
    IDENTITY,
    ISSUER_CN,
    NEEDED,
    OTHER_ANCHOR,
    SAN_DNS,
    SAN_URI,
    SESSION_NAME,
    SUBJECT_CN,
    SUBJECT_OU,
    deny,
    policy,
    statement,
)

CHOSEN, NEVER, UNKNOWN, OPEN = "certificate_condition_only", "condition_never_true", "unknown_condition", "no_condition"
_SPIFFE = "spiffe://example.org/ns/prod/sa/"
_FREE_NAME = {"acceptRoleSessionName": True}


def mapped(**fields: str) -> dict[str, Any]:
    """A profile with these attribute mappings and no others; specifiers are parted by spaces."""
    rules = {field: [{"specifier": one} for one in text.split()] for field, text in fields.items()}
    return {"attributeMappings": [{"certificateField": field, "mappingRules": one} for field, one in rules.items()]}


_MET: dict[str, Mapping[str, Any]] = {
    "common name": {"StringEquals": {SUBJECT_CN: "build-server"}},
    "common name with a space": {"StringEquals": {SUBJECT_CN: "Build Server"}},
    "one of several": {"StringEquals": {SUBJECT_CN: ["a", "b", "c"]}},
    "unit": {"StringEquals": {SUBJECT_OU: "Security/Engineering/Research"}},
    "issuer": {"StringEquals": {ISSUER_CN: "Corporate Issuing CA 1"}},
    "issuer and subject": {"StringEquals": {ISSUER_CN: "CA", SUBJECT_CN: "x", SUBJECT_OU: "y"}},
    "address": {"StringEquals": {SAN_DNS: "host.example.org"}},
    "address like": {"StringLike": {SAN_DNS: "*.example.org"}},
    "SPIFFE id": {"StringEquals": {SAN_URI: f"{_SPIFFE}api"}},
    "SPIFFE ids": {"StringLike": {SAN_URI: [f"{_SPIFFE}*", "spiffe://other.example/*"]}},
    "directory name": {"StringEquals": {"aws:PrincipalTag/x509SAN/Name/CN": "x"}},
    "country": {"StringEqualsIgnoreCase": {"aws:PrincipalTag/x509Subject/C": "de"}},
    "attribute by its number": {"StringEquals": {"aws:PrincipalTag/x509Subject/2.5.4.15": "x"}},
    "tag in the request": {"StringEquals": {"aws:RequestTag/x509Subject/CN": "app"}},
    "key in other letters": {"StringEquals": {"AWS:principaltag/X509subject/cn": "app"}},
    "like and there": {"StringLike": {SUBJECT_CN: "n-*"}, "Null": {SUBJECT_CN: "false"}},
    "not a name": {"StringNotEquals": {SUBJECT_CN: "root"}},
    "not one of several": {"StringNotEquals": {SUBJECT_CN: ["root", "admin"]}},
    "like, and not like": {"StringLike": {SUBJECT_CN: "app-*"}, "StringNotLike": {SUBJECT_CN: ["*-dev", "app-1*"]}},
    "beginning and end": {"StringLike": {SUBJECT_CN: "a*"}, "ForAnyValue:StringLike": {SUBJECT_CN: "*z"}},
    "missing or equal": {"StringEqualsIfExists": {SUBJECT_CN: "app"}},
    "missing": {"Null": {SUBJECT_OU: "true"}},
    "there or not": {"Null": {SUBJECT_OU: ["true", "false"]}},
    "each value": {"ForAllValues:StringEquals": {SUBJECT_CN: "app"}},
    "a number": {"NumericLessThan": {SUBJECT_OU: "10"}, "NumericGreaterThanEquals": {SUBJECT_OU: "9"}},
    "a date": {"DateGreaterThan": {SUBJECT_OU: "2030-01-01T00:00:00Z"}},
    "a flag": {"Bool": {SUBJECT_OU: "true"}},
    "an ARN": {"ArnLike": {SAN_URI: "arn:aws:iam::111122223333:role/*"}},
    "source identity": {"StringEquals": {IDENTITY: "CN=app"}},
    "source identity like": {"StringLike": {IDENTITY: ["CN=app-*", "CN=job-*"]}},
    "source identity and name": {"StringEquals": {IDENTITY: "CN=app", SUBJECT_CN: "app"}},
    "source identity of the serial": {"StringLike": {IDENTITY: "ID=*"}},
    "source identity there": {"Null": {IDENTITY: "false"}},
    "source identity by variable": {"StringEquals": {IDENTITY: "CN=${aws:PrincipalTag/x509Subject/CN}"}},
    "tautology": {"StringEquals": {SUBJECT_CN: "${aws:RequestTag/x509Subject/CN}"}},
    "subject like issuer": {"StringEquals": {SUBJECT_OU: "${aws:PrincipalTag/x509Issuer/OU}"}},
    "address of the name": {"StringLike": {SAN_DNS: "${aws:PrincipalTag/x509Subject/CN}.example.org"}},
    "variable with a default": {"StringEquals": {SUBJECT_CN: "${aws:PrincipalTag/x509Subject/OU, 'none'}"}},
    "only some tags": {"ForAllValues:StringEquals": {"aws:TagKeys": ["x509Subject/CN", "x509Issuer/CN"]}},
    "one tag at least": {"ForAnyValue:StringLike": {"aws:TagKeys": "x509SAN/*"}},
    "session named by a serial": {"StringEquals": {SESSION_NAME: "0a1b2c"}},
    "session named by any serial": {"StringLike": {SESSION_NAME: "*"}},
}


_NEVER_MET: dict[str, Mapping[str, Any]] = {
    "two names at once": {"StringEquals": {SUBJECT_CN: "a"}, "StringLike": {SUBJECT_CN: "b*"}},
    "equal and not": {"StringEquals": {SUBJECT_CN: "a"}, "StringNotEquals": {SUBJECT_CN: "a"}},
    "equal and missing": {"StringEquals": {SUBJECT_CN: "a"}, "Null": {SUBJECT_CN: "true"}},
    "there and missing": {"Null": {SUBJECT_CN: "true", "AWS:PrincipalTag/X509Subject/CN": "false"}},
    "name and source identity differ": {"StringEquals": {SUBJECT_CN: "a", IDENTITY: "CN=b"}},
    "two letters and three": {"StringLike": {SUBJECT_CN: "??"}, "ForAnyValue:StringLike": {SUBJECT_CN: "???*"}},
    "no tag can hold a star": {"StringEquals": {SUBJECT_CN: "app-*"}},
    "longer than a tag": {"StringEquals": {SUBJECT_CN: "a" * 257}},
    "no number is both": {"NumericLessThan": {SUBJECT_OU: "1"}, "NumericGreaterThan": {SUBJECT_OU: "2"}},
    "no serial is a word": {"StringEquals": {SESSION_NAME: "deploy"}},
    "no session is unnamed": {"Null": {SESSION_NAME: "true"}},
    "other than itself": {
        "StringNotEquals": {SUBJECT_CN: "${aws:RequestTag/x509Subject/CN}"},
        "Null": {SUBJECT_CN: "false"},
    },
    "an empty list": {"StringEquals": {SUBJECT_CN: []}},
    "an empty text": {"StringEquals": {SUBJECT_CN: ""}},
    "source identity without its kind": {"StringEquals": {IDENTITY: "x"}, "StringLike": {SUBJECT_CN: "x"}},
}


def certificates() -> Iterator[Labelled]:
    """Conditions that the CA's owner can meet with a certificate."""
    yield from (asking(CHOSEN, name, condition) for name, condition in _MET.items())
    yield from (asking(NEVER, name, condition) for name, condition in _NEVER_MET.items())
    split = [
        statement({"StringEquals": {SUBJECT_CN: one}}, Action=action) for one, action in zip("aab", NEEDED, strict=True)
    ]
    yield Labelled(NEVER, "one certificate for all three actions", policy(*split))
    split = [
        statement({"StringLike": {SUBJECT_CN: one}}, Action=action)
        for one, action in zip(("a*", "*b", "?c?"), NEEDED, strict=True)
    ]
    yield Labelled(CHOSEN, "one certificate meets three patterns", policy(*split))


_EQUAL = policy(statement({"StringEquals": {ISSUER_CN: "CA"}}))
_UNEQUAL = policy(statement({"StringNotEquals": {ISSUER_CN: "CA"}}))
_MAPPINGS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("mapped by a star", _EQUAL, mapped(x509Issuer="*"), CHOSEN),
    ("mapped by name", _EQUAL, mapped(x509Issuer="OU CN"), CHOSEN),
    ("deleted", _EQUAL, mapped(x509Subject="*"), NEVER),
    ("all deleted", _EQUAL, mapped(), NEVER),
    ("another part is mapped", _EQUAL, mapped(x509Issuer="OU"), NEVER),
    ("deleted, negated", _UNEQUAL, mapped(), CHOSEN),
    ("deleted, must be there", policy(statement({"Null": {ISSUER_CN: "false"}})), mapped(), NEVER),
    ("deleted, must be missing", policy(statement({"Null": {ISSUER_CN: "true"}})), mapped(), CHOSEN),
    ("deleted, if it exists", policy(statement({"StringEqualsIfExists": {ISSUER_CN: "CA"}})), mapped(), CHOSEN),
    (
        "deleted, for all values",
        policy(statement({"ForAllValues:StringEquals": {ISSUER_CN: "CA"}})),
        mapped(),
        CHOSEN,
    ),
    (
        "deleted, for any value",
        policy(statement({"ForAnyValue:StringNotEquals": {ISSUER_CN: "CA"}})),
        mapped(),
        NEVER,
    ),
    ("source identity stays", policy(statement({"StringEquals": {IDENTITY: "CN=a"}})), mapped(), CHOSEN),
    ("only the address", policy(statement({"StringLike": {SAN_URI: "x*"}})), mapped(x509SAN="URI"), CHOSEN),
    ("the other address", policy(statement({"StringLike": {SAN_URI: "x*"}})), mapped(x509SAN="DNS"), NEVER),
    ("no tags, some wanted", policy(statement({"ForAnyValue:StringLike": {"aws:TagKeys": "*"}})), mapped(), NEVER),
    ("session named freely", policy(statement({"StringEquals": {SESSION_NAME: "deploy"}})), _FREE_NAME, CHOSEN),
    ("session like a word", policy(statement({"StringLike": {SESSION_NAME: "deploy-*"}})), _FREE_NAME, CHOSEN),
    ("session with a space", policy(statement({"StringEquals": {SESSION_NAME: "my job"}})), _FREE_NAME, NEVER),
]


def mappings() -> Iterator[Labelled]:
    """What profiles pass on, and how sessions are named."""
    for name, document, profile, reason in _MAPPINGS:
        yield Labelled(reason, name, document, profile)


_REQUESTS: dict[str, list[Mapping[str, Any]]] = {
    OPEN: [
        {"Bool": {"aws:SecureTransport": "true"}},
        {"Bool": {"aws:SecureTransport": True}},
        {"Bool": {"aws:PrincipalIsAWSService": "true"}},
        {"StringEquals": {"aws:PrincipalServiceName": "rolesanywhere.amazonaws.com"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
        {"DateLessThan": {"aws:CurrentTime": "2030"}},
        {"NumericGreaterThan": {"aws:EpochTime": "1500000000"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
    ],
    NEVER: [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        {"DateLessThanEquals": {"aws:EpochTime": "1500000000"}},
        {"StringEquals": {"aws:PrincipalServiceName": "ec2.amazonaws.com"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2031-01-01"}, "DateLessThan": {"aws:CurrentTime": "2030-01-01"}},
    ],
    UNKNOWN: [
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"StringEquals": {"sts:ExternalId": "x"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-example"}},
        {"StringEquals": {"aws:SourceOrgID": "o-example"}},
        {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
        {"StringLike": {"aws:UserAgent": "CredHelper/*"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"Null": {"aws:MultiFactorAuthPresent": "true"}},
        {"StringEquals": {"aws:SourceArm": ANCHOR}},
        {"StringEquals": {"aws:PrincipalTag/department": "it"}},
        {"StringEquals": {"aws:PrincipalTag/x509Subject/CommonName": "x"}},
        {"StringEquals": {"aws:PrincipalTag/x509Subject": "CN=x"}},
        {"StringEquals": {"": "x"}},
        {"StringEqual": {SUBJECT_CN: "x"}},
        {"NullIfExists": {SUBJECT_CN: "x"}},
        {"Null": {SUBJECT_CN: "yes"}},
        {"NumericLessThan": {SUBJECT_CN: "many"}},
        {"DateLessThan": {"aws:CurrentTime": "tomorrow"}},
        {"BinaryEquals": {SUBJECT_CN: "QUJD"}},
        {"StringEquals": {SUBJECT_CN: "a"}, "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    ],
}


def requests() -> Iterator[Labelled]:
    """Times, transport, and keys that nobody knows."""
    for reason, conditions in _REQUESTS.items():
        yield from (asking(reason, str(one), one) for one in conditions)
    impossible = {"StringEquals": {SUBJECT_CN: "a"}, "StringLike": {SUBJECT_CN: "b", "aws:UserAgent": "x"}}
    yield asking(NEVER, "unknown beside what can't be", impossible)
    yield Labelled(
        OPEN, "unknown beside an open one", policy(statement({"IpAddress": {"aws:SourceIp": "::1"}}), statement())
    )


_PINNED = {"ArnNotEquals": {"aws:SourceArn": OTHER_ANCHOR}}
_DENIES: list[tuple[str, str, list[Any]]] = [
    ("denied", "everything", [deny()]),
    ("denied", "one action", [deny(Action="sts:TagSession")]),
    ("denied", "for everyone", [deny(Principal="*")]),
    ("denied", "for everyone else", [deny(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::1:root"})]),
    ("denied", "NotAction", [deny(Action=None, NotAction="sts:AssumeRole")]),
    ("denied", "unless another anchor", [deny(_PINNED)]),
    ("denied", "this anchor", [deny(arn("ArnEquals", ANCHOR))]),
    ("denied", "with TLS", [deny({"Bool": {"aws:SecureTransport": "true"}})]),
    (
        "denied",
        "with a name, and without",
        [deny({"Null": {SUBJECT_CN: "true"}}), deny({"Null": {SUBJECT_CN: "false"}})],
    ),
    ("denied", "since a date", [deny({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01"}})]),
    (OPEN, "for another principal", [deny(Principal={"AWS": "arn:aws:iam::111122223333:root"})]),
    (OPEN, "another action", [deny(Action="sts:AssumeRoleWithSAML")]),
    (OPEN, "all but this service", [deny(Principal=None, NotPrincipal={"Service": "rolesanywhere.amazonaws.com"})]),
    (OPEN, "without TLS", [deny({"Bool": {"aws:SecureTransport": "false"}})]),
    (OPEN, "unless a service", [deny({"Bool": {"aws:PrincipalIsAWSService": "false"}}, Principal="*")]),
    ("anchor_matched", "unless this anchor", [deny({"ArnNotEquals": {"aws:SourceArn": ANCHOR}})]),
    ("anchor_matched", "another anchor", [deny(arn("ArnEquals", OTHER_ANCHOR))]),
    (CHOSEN, "a name", [deny({"StringEquals": {SUBJECT_CN: "root"}})]),
    (CHOSEN, "unless a name", [deny({"StringNotEquals": {SUBJECT_CN: "app"}})]),
    (CHOSEN, "unless there is a name", [deny({"Null": {SUBJECT_CN: "true"}})]),
    (
        CHOSEN,
        "two, both avoided",
        [deny({"StringLike": {SUBJECT_CN: "a*"}}), deny({"StringNotLike": {SUBJECT_CN: "*z"}})],
    ),
    (UNKNOWN, "an address", [deny({"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}})]),
    (
        UNKNOWN,
        "outside the organisation",
        [deny({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-x"}}, Principal="*")],
    ),
    (
        CHOSEN,
        "an address, for one name",
        [deny({"IpAddress": {"aws:SourceIp": "::/0"}, "StringEquals": {SUBJECT_CN: "x"}})],
    ),
]


def denies() -> Iterator[Labelled]:
    """Deny statements, avoided or not."""
    for reason, name, statements in _DENIES:
        yield Labelled(reason, f"deny {name}", policy(statement(), *statements))
    named = statement({"StringEquals": {SUBJECT_CN: "app"}})
    yield Labelled("denied", "deny the only name", policy(named, deny({"StringLike": {SUBJECT_CN: "a*"}})))
    yield Labelled(CHOSEN, "deny another name", policy(named, deny({"StringLike": {SUBJECT_CN: "b*"}})))
    shut = policy(statement(arn("ArnEquals", OTHER_ANCHOR)), deny())
    yield Labelled("pinned_elsewhere", "deny what is shut anyway", shut)
