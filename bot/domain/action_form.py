"""What a person must write before an action has a plan: the fields of its own form, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.identity import Target


class FieldKind(StrEnum):
    """How a field is written."""

    LINE = "line"
    TEXT = "text"
    DATE = "date"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field. ``initial`` stands in it at first; a date is ``YYYY-MM-DD``. ``most`` counts characters.

    Of a file ``most`` counts bytes, ``into`` is the field whose text it gives, and ``endings`` are those of its name.
    """

    id: str
    label: str
    kind: FieldKind = FieldKind.LINE
    hint: str = ""
    initial: str = ""
    required: bool = True
    most: int = 150
    into: str = ""
    endings: tuple[str, ...] = ()


Entered = Mapping[str, str]
"""What was written, by the field's id; a field that was left empty is not in it."""


@dataclass(frozen=True, slots=True)
class ActionForm:
    """The form of an action that needs more than a reason.

    ``fields`` makes them for a trust anchor and a day. ``mistakes`` names what is wrong, by the field's id, in
    sentences of at most 150 characters; empty when a plan can be made. ``read_file`` makes text of a file that was put
    into a field for files; it raises :class:`bot.domain.errors.BadInput` with a sentence for people.
    """

    fields: Callable[[Target, datetime], tuple[FormField, ...]]
    mistakes: Callable[[Target, Entered, datetime], Mapping[str, str]]
    read_file: Callable[[bytes], str] = bytes.decode
