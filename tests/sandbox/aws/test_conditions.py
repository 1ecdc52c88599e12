"""Conditions of policies against one request whose keys are known."""

from typing import Any

import pytest

from bot.sandbox.aws.conditions import Context, holds

ANCHOR = "arn:aws:rolesanywhere:us-east-1:123456789012:trust-anchor/one"
KEYS: Context = {
    "aws:sourcearn": (ANCHOR,),
    "aws:principaltag/x509subject/cn": ("runner-1",),
    "aws:requesttag/x509subject/cn": ("runner-1",),
    "aws:tagkeys": ("a", "b"),
    "aws:sourceip": ("203.0.113.7",),
    "aws:multifactorauthage": ("40",),
    "aws:currenttime": ("2026-03-01T12:00:00Z",),
}


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"ArnEquals": {"aws:SourceArn": ANCHOR}},
        {"ArnLike": {"AWS:SOURCEARN": "arn:aws:rolesanywhere:*:123456789012:trust-anchor/*"}},
        {"StringLike": {"aws:SourceArn": "arn:*one"}},
        {"StringEquals": {"aws:PrincipalTag/x509Subject/CN": ["other", "runner-1"]}},
        {"StringEquals": {"aws:PrincipalTag/x509Subject/CN": "${aws:RequestTag/x509Subject/CN}"}},
        {"StringEqualsIgnoreCase": {"aws:PrincipalTag/x509Subject/CN": "RUNNER-1"}},
        {"StringNotEquals": {"aws:PrincipalTag/x509Issuer/CN": "anything"}},
        {"StringEqualsIfExists": {"aws:PrincipalTag/x509Issuer/CN": "anything"}},
        {"Null": {"aws:PrincipalTag/x509Issuer/CN": "true", "aws:SourceArn": False}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b", "c"]}},
        {"ForAllValues:StringEquals": {"aws:Missing": "x"}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": "b"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
    ],
)
def test_holds(condition: dict[str, Any]) -> None:
    """Each of these is true of the request."""
    assert holds(condition, KEYS)


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnEquals": {"aws:SourceArn": ANCHOR.replace("one", "two")}},
        {"ArnLike": {"aws:SourceArn": "arn:*"}},
        {"StringEquals": {"aws:SourceArn": "arn:*"}},
        {"StringEquals": {"aws:PrincipalTag/x509Issuer/CN": "anything"}},
        {"StringNotEquals": {"aws:PrincipalTag/x509Subject/CN": ["other", "runner-1"]}},
        {"StringEquals": {"aws:PrincipalTag/x509Subject/CN": "${aws:username}"}},
        {"ForAnyValue:StringEquals": {"aws:Missing": "x"}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}},
        {"Null": {"aws:SourceArn": "true"}},
        {"StringEquals": {"aws:SourceArn": ANCHOR}, "Null": {"aws:SourceArn": "true"}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    ],
)
def test_does_not_hold(condition: dict[str, Any]) -> None:
    """Each of these is false of the request."""
    assert not holds(condition, KEYS)


@pytest.mark.parametrize("operator", ["StringSounds", "ForSome:StringEquals"])
def test_unknown_operators_are_not_guessed(operator: str) -> None:
    """An operator that is not known here is an error, not a yes or a no."""
    with pytest.raises(ValueError, match="unknown condition operator"):
        holds({operator: {"aws:SourceArn": ANCHOR}}, KEYS)
