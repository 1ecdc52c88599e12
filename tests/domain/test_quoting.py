"""Words of others in HCL, YAML and a shell: whatever they hold, the reader of that language gets one harmless value."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.quoting import hcl_string, shell_word, yaml_string

HOSTILE = [
    '"; rm -rf /',
    "'; rm -rf ~; echo '",
    "$(id) `id` ${HOME} $HOME",
    '${file("/etc/passwd")} %{ for x in y } $${x} %%{x}',
    "a\nb\r\nc\td\0e\x08\x7f",
    "\u202egnp.exe \u200b \U0001f600 \ud800",
    "\\u0041 \\ \\\\ \\n",
    "- key: value # comment",
    "--option",
    "",
]
_HCL = re.compile(r'\\(["\\nrt])|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|([^"\\])')
_SHORT = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


def read_hcl(text: str) -> str:
    """What Terraform makes of a quoted template without templates; an error for anything else in it."""
    assert text[0] == text[-1] == '"'
    inner, at, found = text[1:-1], 0, []
    while at < len(inner):
        match = _HCL.match(inner, at)
        assert match is not None, inner[at:]
        short, four, eight, plain = match.groups()
        assert inner[at : at + 2] not in ("${", "%{"), "a template"
        point = four or eight
        found.append(_SHORT[short] if short else chr(int(point, 16)) if point else plain)
        at = match.end()
    return "".join(found)


def mended(text: str) -> str:
    """The text with half surrogate pairs replaced."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


@given(st.text() | st.sampled_from(HOSTILE))
def test_hcl_reads_back_what_was_written(text: str) -> None:
    """No quote is closed and no template is opened, in pure ASCII."""
    written = hcl_string(text)
    assert written.isascii()
    assert written.isprintable()
    assert read_hcl(written) == mended(text)


@given(st.text() | st.sampled_from(HOSTILE))
def test_yaml_reads_back_what_was_written(text: str) -> None:
    """A member keeps its one text value, in pure ASCII."""
    written = yaml_string(text)
    assert written.isascii()
    assert yaml.safe_load(f"a: {written}\nb: 1") == {"a": mended(text), "b": 1}


@given(st.text() | st.sampled_from(HOSTILE))
def test_a_shell_word_is_one_word(text: str) -> None:
    """Two words stay two, and printable ASCII comes back as it was."""
    words = shlex.split(f"x {shell_word(text)} y")
    assert len(words) == 3
    assert words[1] == "".join(one if one.isascii() and one.isprintable() else "?" for one in text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_real_shell_agrees(text: str) -> None:
    """A shell prints the word and runs nothing of it."""
    command = ["/bin/sh", "-c", f"printf %s {shell_word(text)}"]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - To run it is the test.
    assert done.stdout.decode() == "".join(one if one.isascii() and one.isprintable() else "?" for one in text)
