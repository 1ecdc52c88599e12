"""`anchorwatch reach`: what it reads, what it prints, and how it says that a file is no good."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import reach_of
from bot.cli import main
from bot.domain.errors import BadInput
from bot.reach_of import reach_rows
from tests.domain.reach.policies import ANCHOR, OTHER_ANCHOR, account, policy, profile, role, statement

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def rows(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is printed for these facts."""
    return list(reach_rows(json.dumps(facts).encode(), NOW))


def test_the_command_prints_one_object_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line has the promised fields and the line of the policy, and the exit is 0."""
    facts = account(profiles=[profile("p", "app")], roles=[role("app", policy()), role("other", policy())])
    file = tmp_path / "account.json"
    file.write_text(json.dumps(facts))
    assert main(["reach", str(file)]) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first == {
        "role_arn": "arn:aws:iam::111122223333:role/app",
        "profile_arn": "arn:aws:rolesanywhere:eu-west-1:111122223333:profile/p",
        "verdict": "usable",
        "reason": "no_condition",
        "one_profile_away": False,
        "because": {"statement": "statement 1", "effect": "Allow"},
        "certificate": None,
        "disabled_profile_arns": [],
    }
    assert (second["profile_arn"], second["reason"], second["one_profile_away"]) == (None, "no_profile", True)


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A dash stands for standard input."""
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(account(roles=[role("app", policy())])).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["reach", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["reason"] == "no_profile"


def test_the_line_of_the_policy_is_named() -> None:
    """A pin elsewhere names its statement, operator, key and values; nothing that is empty is printed."""
    shut = policy(statement({"ArnEquals": {"aws:SourceArn": OTHER_ANCHOR}}, Sid="Pinned"))
    (row,) = rows(account(profiles=[profile("p", "app")], roles=[role("app", shut)]))
    assert row["because"] == {
        "statement": "Pinned",
        "effect": "Allow",
        "operator": "ArnEquals",
        "key": "aws:SourceArn",
        "values": (OTHER_ANCHOR,),
    }


def test_a_way_in_is_given_as_an_example() -> None:
    """Where a certificate must say something, the row shows one that does."""
    asks = policy(statement({"StringLike": {"aws:PrincipalTag/x509Subject/CN": "build-*"}}))
    (row,) = rows(account(profiles=[profile("p", "app")], roles=[role("app", asks)]))
    assert row["reason"] == "certificate_condition_only"
    assert row["certificate"] == {"x509subject/cn": "build-"}


def test_the_time_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A door that shuts on a date is open as of before, and shut as of after."""
    until = policy(statement({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}))
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account(profiles=[profile("p", "app")], roles=[role("app", until)])))
    said = []
    for at in ("2025-06-01", "2026-06-01"):
        main(["reach", str(file), "--at", at])
        said.append(json.loads(capsys.readouterr().out)["reason"])
    assert said == ["no_condition", "condition_never_true"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1 column 1 is no JSON"),
        ("[1,", "line 1 column 4 is no JSON"),
        ("[]", "the file must hold one JSON object"),
        ("[" * 200_000, "the file is no JSON text"),
        ("{}", "trust_anchor is missing"),
        ('{"trust_anchor": {}}', "profiles is missing"),
        ('{"trust_anchor": {}, "profiles": []}', "roles is missing"),
        ('{"trust_anchor": 3, "profiles": [], "roles": []}', "trust_anchor must be an object"),
        ('{"trust_anchor": {}, "profiles": [], "roles": []}', "trust_anchor.trustAnchorArn is missing"),
        (json.dumps(account(enabled="yes")), "trust_anchor.enabled must be true or false"),
        (json.dumps({**account(), "profiles": {}}), "profiles must be a list"),
        (json.dumps({**account(), "profiles": [{}]}), "profiles[0].profileArn is missing"),
        (json.dumps({**account(), "profiles": [profile("p"), 7]}), "profiles[1] must be an object"),
        (json.dumps({**account(), "profiles": [profile("p", roleArns=[7])]}), "profiles[0].roleArns must be texts"),
        (json.dumps({**account(), "profiles": [profile("p", attributeMappings=[{}])]}), "certificateField is missing"),
        (json.dumps({**account(), "roles": None}), "roles must be a list"),
        ('{"trust_anchor": {}, "profiles": [], "roles": [], "roles": []}', "the file has a key twice"),
        (
            json.dumps(account(profiles=[profile("p")])).replace('"roleArns"', '"enabled": false, "roleArns"'),
            "profiles[0] has a key twice",
        ),
        (
            json.dumps({**account(), "trust_anchor": {"trustAnchorArn": "arn:aws:s3:::x"}}),
            "is no ARN of a trust-anchor",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_named(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, nothing on standard output, and one line with the file, the place and what is wrong there."""
    file = tmp_path / "account.json"
    file.write_text(text)
    assert main(["reach", str(file)]) == 2
    out, errors = capsys.readouterr()
    assert (out, errors.count("\n")) == ("", 1)
    assert str(file) in errors
    assert said in errors


@pytest.mark.parametrize("name", ["missing.json", "\0"])
def test_a_file_that_is_not_there_is_named(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback for a wrong name."""
    assert main(["reach", name]) == 2
    assert capsys.readouterr().err.startswith("anchorwatch: ")


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        [],
        {},
        {"Arn": 7},
        {"Arn": "arn:aws:iam::1:user/x"},
        role("bad", "{"),
        role("bad", None),
        role("bad", 7),
    ],
)
def test_a_broken_role_does_not_stop_the_others(broken: object) -> None:
    """The role that can't be read is undetermined, and those around it are judged."""
    good = [role("first", policy()), broken, role("last", policy())]
    found = rows(account(profiles=[profile("p", "first", "last")], roles=good))
    assert [(row["verdict"], row["reason"]) for row in found] == [
        ("usable", "no_condition"),
        ("undetermined", "malformed_policy"),
        ("usable", "no_condition"),
    ]
    assert found[1]["because"]["mistake"]


def test_a_key_that_stands_twice_makes_a_policy_unreadable() -> None:
    """JSON readers keep the last of two equal keys; which one IAM would have meant can't be known."""
    facts = json.dumps(account(roles=[role("app", policy(statement({"StringEquals": {"aws:SourceArn": ANCHOR}})))]))
    twice = facts.replace('"StringEquals":', '"StringEquals": {"aws:SourceAccount": "1"}, "StringEquals":')
    (row,) = reach_rows(twice.encode(), NOW)
    assert row["reason"] == "malformed_policy"


def test_a_key_that_stands_twice_makes_a_role_unreadable() -> None:
    """Of two trust policies of one role neither is believed."""
    facts = account(profiles=[profile("p", "app")], roles=[role("app", policy())])
    twice = json.dumps(facts).replace('"Path"', '"AssumeRolePolicyDocument": {}, "Path"')
    (row,) = reach_rows(twice.encode(), NOW)
    assert row["reason"] == "malformed_policy"
    assert row["because"]["mistake"] == "roles[0] has a key twice"


def test_a_file_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the bound is read."""
    monkeypatch.setattr(reach_of, "MAX_FILE_BYTES", 10)
    (tmp_path / "long.json").write_text(json.dumps(account()))
    with pytest.raises(BadInput, match="more than 10 bytes"):
        reach_of.read_file(str(tmp_path / "long.json"))
