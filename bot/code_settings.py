"""The settings of one-time codes: the file with people's secrets, and the keys that open it."""

from __future__ import annotations

from collections.abc import Mapping

from bot import setting_values as read
from bot.setting_values import Setting, WrongValue

FILE, KEYS = "ANCHORWATCH_CODES", "ANCHORWATCH_CODE_KEYS"


def _keys(value: str) -> tuple[str, ...]:
    """Keys, comma-separated; they are not looked into here."""
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    if value.strip() and not found:
        raise WrongValue("names no key")
    return found


CODE_SETTINGS = (
    Setting(
        FILE,
        "The file with people's encrypted secrets for one-time codes, which approval rules may ask for; empty: nobody "
        "has one. `anchorwatch codes add` writes it.",
        read.text,
    ),
    Setting(
        KEYS,
        "Keys of that file, comma-separated; the first encrypts. `anchorwatch codes new-key` makes one.",
        _keys,
        secret=True,
    ),
)
"""Every setting of one-time codes."""


def code_conflicts(values: Mapping[str, object]) -> list[str]:
    """What is wrong between them: a file that nothing can open."""
    if values.get(FILE) and values.get(KEYS) == ():
        return [f"{KEYS}: is missing. {FILE} can't be read without it."]
    return []
