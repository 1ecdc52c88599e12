"""Writes the reference pages from the code, so that they can't say anything else: ``python -m bot.reference_pages``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from bot.adapters.aws_accounts import is_read_operation
from bot.cli import build_parser
from bot.domain.action import ResponseAction, Risk
from bot.registry import load_actions
from bot.settings import ALL_SETTINGS, CONFIG_VARIABLE, Setting

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
