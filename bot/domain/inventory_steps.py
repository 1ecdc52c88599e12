"""What the events of the inventory make of the stream that they stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.domain.audit import Entry
from bot.domain.case import Case, Notice
from bot.domain.inventory_log import STEPS, InventoryEvent, InventoryOpened, is_told


def _step(case: Case, entry: Entry, event: InventoryEvent) -> Case:
    if isinstance(event, InventoryOpened):
        return case
    notices = (*case.notices, Notice(entry.seq, event)) if is_told(event) else case.notices
    return replace(case, inventory=STEPS[type(event)](case.inventory, entry.at, event), notices=notices)


INVENTORY_STEPS: Mapping[type, Callable[[Case, Entry, Any], Case]] = dict.fromkeys((*STEPS, InventoryOpened), _step)
"""What each event of the inventory makes of its stream."""
