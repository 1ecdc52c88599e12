"""Names of things: read strictly, and a case id that two people can say on the phone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInput
from bot.domain.identity import case_id_for, is_case_id, is_ops_id, parse_anchor_arn

ARN = "arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/0f9f4a6e-6a52-4b4b-8f3b-2d1c7b1f9a10"


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_an_arn_says_account_region_and_anchor(partition: str) -> None:
    """In each partition."""
    target = parse_anchor_arn(ARN.replace("arn:aws:", f"arn:{partition}:"))
    assert (target.account, target.region) == ("123456789012", "eu-central-1")
    assert target.anchor_id == ARN.rpartition("/")[2]


@pytest.mark.parametrize(
    "arn",
    [
        "",
        ARN + "/x",
        ARN + "\n",
        " " + ARN,
        ARN.replace("trust-anchor", "profile"),
        ARN.replace("rolesanywhere", "iam"),
        ARN.replace("123456789012", ""),
        ARN.replace("123456789012", "\u0661" * 12),
        ARN.replace("123456789012", "1234567890123"),
        ARN.rpartition("/")[0] + "/" + "a" * 65,
        ARN.rpartition("/")[0] + "/../x",
    ],
)
def test_what_is_no_trust_anchor_is_refused(arn: str) -> None:
    """Another resource, something behind or before it, other digits than ours, or an id that no anchor has."""
    with pytest.raises(BadInput):
        parse_anchor_arn(arn)


@given(st.text(), st.text(), st.text(min_size=1))
def test_a_case_id_has_its_shape_and_is_always_the_same(account: str, region: str, name: str) -> None:
    """Thirteen characters that are not mistaken for one another."""
    case_id = case_id_for(account, region, name)
    assert is_case_id(case_id)
    assert len(case_id) == 13
    assert not set("ILOU") & set(case_id.removeprefix("AW-"))
    assert case_id == case_id_for(account, region, name)


def test_each_part_makes_another_case() -> None:
    """The same anchor id in another account or Region is another trust anchor; words do not run into each other."""
    ids = {case_id_for(*words) for words in (("1", "a", "x"), ("2", "a", "x"), ("1", "b", "x"), ("1", "a", "y"))}
    assert len(ids) == 4


@pytest.mark.parametrize(
    "text", ["", "AW-", "AW-012345678", "AW-012345678I", "aw-0123456789", "AW-0123456789\n", "OPS-1"]
)
def test_what_is_no_case_id(text: str) -> None:
    """Too short, another alphabet, another case, a line end."""
    assert not is_case_id(text)


def test_operations_have_a_stream_a_day() -> None:
    """Its id counts as a case id for the audit, and only ASCII digits do."""
    assert is_ops_id("OPS-2026-11-22")
    assert is_case_id("OPS-2026-11-22")
    assert not is_ops_id("OPS-\u0662\u0660\u0662\u0666-11-22")
    assert not is_ops_id("AW-0123456789")
