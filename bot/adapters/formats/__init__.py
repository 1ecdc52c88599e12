"""Understands the messages that detections come in: one file a form, and the table of them in ``unwrap.py``.

A new form is a new file with a ``FORM`` and a row there.
"""

from __future__ import annotations

from bot.adapters.formats.form import Event, Found, Ignored
from bot.adapters.formats.unwrap import found_in
from bot.domain.detection import EventProblem, Understood
from bot.domain.errors import BadInput

__all__ = ["Event", "Found", "Ignored", "Understood", "found_in", "understand"]


def understand(body: bytes) -> Understood:
    """Find the events in a message body of at most 1 MiB.

    Texts in the result are at most 2,048 characters long and names 255; PEM text is at most 204,800 characters and
    holds certificates only. Everything in it was written by strangers all the same.

    Raises:
        BadInput: nothing in the body can be understood: says what (``code``) and where (``at``, such as
            ``Message.detail.eventTime``, or ``body``) of the first problem. Problems beside something that can be
            understood are in the result.
    """
    results = [found.result for found in found_in(body)]
    errors = tuple(one for one in results if isinstance(one, EventProblem))
    if len(errors) == len(results):
        raise BadInput(errors[0].code, errors[0].message, errors[0].at)
    return Understood(
        detections=tuple(one.detection for one in results if isinstance(one, Event)),
        ignored=tuple(one.reason for one in results if isinstance(one, Ignored)),
        errors=errors,
    )
