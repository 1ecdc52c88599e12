"""The control that opens the closing note's form."""

from __future__ import annotations

from bot.domain.case import Case
from bot.domain.closing_points import note_is_due

WRITE_CLOSING_NOTE = "write_closing_note"


def closing_option(case: Case) -> list[tuple[str, str]]:
    """The option of the card's menu; none while the case is neither contained nor closed."""
    if not note_is_due(case):
        return []
    title = "Correct Closing Note…" if case.aftermath.closing is not None else "Write Closing Note…"
    return [(WRITE_CLOSING_NOTE, title)]
