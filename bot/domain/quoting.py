"""One word of somebody else's in a text of ours: in HCL, in YAML, in a shell's command; pure ASCII comes out.

For JSON, ``json.dumps`` does the same.

Whatever the word holds, it stays one value: no quote ends it, nothing in it is run or replaced, and characters that a
reader can't see are spelled out.
"""

from __future__ import annotations

import shlex

_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SURROGATES = range(0xD800, 0xE000)
_LAST_OF_BASIC_PLANE = 0xFFFF


def hcl_string(text: str) -> str:
    """A quoted template of HCL, as Terraform reads it, in which nothing is a template.

    See: https://developer.hashicorp.com/terraform/language/expressions/strings
    """
    # An escaped brace opens no template, whatever stands before it; a doubled sign would be misread behind another.
    return _double_quoted(text).replace("${", "$\\u007b").replace("%{", "%\\u007b")


def yaml_string(text: str) -> str:
    """A double-quoted scalar of YAML.

    See: https://yaml.org/spec/1.2.2/#73-flow-scalar-styles
    """
    return _double_quoted(text)


def shell_word(text: str) -> str:
    """One word for a POSIX shell; what is not printable ASCII becomes ``?``, because a shell has no way to spell it.

    See: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02
    """
    return shlex.quote("".join(one if one.isascii() and one.isprintable() else "?" for one in text))


def _double_quoted(text: str) -> str:
    """In double quotes, with the escapes that HCL and YAML share; half a surrogate pair becomes U+FFFD."""
    return f'"{"".join(map(_spelled, text))}"'


def _spelled(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if character.isascii() and character.isprintable():
        return character
    point = ord(character) if ord(character) not in _SURROGATES else ord("\N{REPLACEMENT CHARACTER}")
    return f"\\u{point:04x}" if point <= _LAST_OF_BASIC_PLANE else f"\\U{point:08x}"
