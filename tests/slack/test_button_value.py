"""What a control carries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInput
from bot.slack.button_value import Reference, parse_reference

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CASES = st.text(ALPHABET, min_size=10, max_size=10).map("AW-".__add__)
REQUESTS = st.just("") | st.integers(1, 999_999).map("R{}".format)


@given(CASES, st.integers(0, 999_999_999), REQUESTS)
def test_what_is_written_is_read(case_id: str, revision: int, request_id: str) -> None:
    """Case, revision and request come back from a value; case and revision from a block's id."""
    reference = Reference(case_id, revision, request_id)
    assert parse_reference(reference.text()) == reference
    assert parse_reference(reference.block_id("controls")) == Reference(case_id, revision)
    assert len(reference.text()) <= 2_000


@given(st.text())
def test_any_other_text_is_refused_or_names_a_case(text: str) -> None:
    """Whatever it is, it is refused with a reason or names a case and a revision."""
    try:
        reference = parse_reference(text)
    except BadInput:
        return
    assert text.startswith(f"{reference.case_id}:")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "AW-0123456789",
        "AW-0123456789:",
        "AW-0123456789:-1",
        "AW-0123456789:+1",
        "AW-0123456789:1.0",
        "AW-0123456789:0000000001",
        "AW-0123456789:\u0661",
        " AW-0123456789:1",
        "AW-0123456789\n:1",
        "aw-0123456789:1",
        "AW-012345678I:1",
        "AW-01234567890:1",
        "AW-0123456789;1",
    ],
)
def test_what_we_never_write_is_refused(text: str) -> None:
    """Neither half a reference nor one in another spelling."""
    with pytest.raises(BadInput):
        parse_reference(text)


@pytest.mark.parametrize("part", ["r1", "R", "R0000001", "R1:R2", "controls", "plan-R1"])
def test_what_is_no_request_is_none(part: str) -> None:
    """A third part that is no request id is not taken for one."""
    assert parse_reference(f"AW-0123456789:1:{part}").request_id == ""
