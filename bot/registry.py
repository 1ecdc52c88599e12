"""Finds the response actions: one file of ``handlers/`` is one action, and a wrong one stops the start."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType, ModuleType

from bot.domain.errors import BadSettings
from bot.domain.iam_actions import READS
from bot.domain.ladder import Askable, Ladder
from bot.domain.plan import Risk
from bot.domain.response_action import ResponseAction

_MAX_TITLE_CHARACTERS = 40
_FEWEST_RUNGS = 2
_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PERMISSION = re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+")
_SMALL_WORDS = frozenset({"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"})
# What a file that is no sound module raises when it is imported.
_BROKEN = (ImportError, SyntaxError, NameError, AttributeError, TypeError, ValueError, LookupError)


@dataclass(frozen=True, slots=True)
class Handlers:
    """What the handlers export, by id and in the order of their ids."""

    actions: Mapping[str, ResponseAction]
    ladders: Mapping[str, Ladder]

    @property
    def askable(self) -> Mapping[str, Askable]:
        """All of it."""
        return {**self.actions, **self.ladders}

    def with_managed_policy(self, name: str) -> Handlers:
        """The same where sessions are revoked with this managed policy; empty leaves them as they are."""
        actions = {stem: one.with_managed_policy(name) for stem, one in self.actions.items()}
        ladders = {stem: _with_actions(one, actions) for stem, one in self.ladders.items()}
        return Handlers(MappingProxyType(actions), MappingProxyType(ladders))


def load_actions(folder: Path | None = None) -> Mapping[str, ResponseAction]:
    """The response actions of :func:`load_handlers`, without the ladders. Takes and raises what that does."""
    return load_handlers(folder).actions


def load_handlers(folder: Path | None = None) -> Handlers:
    """Import every handler and hold it to the contract.

    Args:
        folder: where the handlers are; None means ``handlers`` beside this package, as it is installed.

    Raises:
        BadSettings: one line for each mistake, naming the file.
    """
    folder = folder or Path(__file__).parent.parent / "handlers"
    loaded = {path.stem: _load(path) for path in sorted(folder.glob("[!_]*.py"))}
    actions = {stem: one for stem, one in loaded.items() if isinstance(one, ResponseAction)}
    ladders = {stem: _with_actions(one, actions) for stem, one in loaded.items() if isinstance(one, Ladder)}
    mistakes = [f"{stem}.py: {mistake}" for stem, one in loaded.items() for mistake in _mistakes(one, stem, actions)]
    mistakes += _duplicates({**actions, **ladders})
    if not actions and not mistakes:
        mistakes.append(f"{folder.name}: there is no response action in this folder")
    if mistakes:
        raise BadSettings(tuple(mistakes))
    return Handlers(MappingProxyType(actions), MappingProxyType(ladders))


def _with_actions(ladder: Ladder, actions: Mapping[str, ResponseAction]) -> Ladder:
    return replace(ladder, actions=tuple(actions[one] for one in ladder.rungs if one in actions))


def _load(path: Path) -> Askable | str:
    """The action of a file, or what is wrong with the file."""
    try:
        module = _imported(path)
    except _BROKEN as error:
        return f"can't be imported: {type(error).__name__}: {error}"
    action = getattr(module, "ACTION", None)
    if isinstance(action, ResponseAction | Ladder):
        return action
    return "has no ACTION" if action is None else "ACTION is not a ResponseAction and not a Ladder"


def _imported(path: Path) -> ModuleType:
    # By its file and not by a package name: another distribution may have a package called handlers too.
    name = f"anchorwatch_handler_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("not a Python file")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _mistakes(action: Askable | str, stem: str, actions: Mapping[str, ResponseAction]) -> Iterator[str]:
    if isinstance(action, str):
        yield action
        return
    if action.id != stem:
        yield f"id is {action.id!r} but must equal the file's name, {stem!r}"
    if not _ID.fullmatch(action.id):
        yield f"id {action.id!r} must be lower-case words joined by underscores"
    yield from _title_mistakes(action.title)
    if isinstance(action, Ladder):
        yield from _ladder_mistakes(action, actions)
        return
    yield from _permission_mistakes(action)
    yield from _undo_mistakes(action, actions)


def _title_mistakes(title: str) -> Iterator[str]:
    if not 0 < len(title) <= _MAX_TITLE_CHARACTERS:
        yield f"title must have 1 to {_MAX_TITLE_CHARACTERS} characters, it has {len(title)}"
    words = title.split()
    if any(not (word[0].isupper() or (place and word in _SMALL_WORDS)) for place, word in enumerate(words)):
        yield f"title {title!r} must be in Title Case"


def _permission_mistakes(action: ResponseAction) -> Iterator[str]:
    if not action.permissions:
        yield "permissions are missing: name the IAM action of every call"
    for permission, count in Counter(action.permissions).items():
        if not _PERMISSION.fullmatch(permission):
            yield f"permission {permission!r} must look like service:Operation"
        elif action.risk is Risk.READ and not permission.partition(":")[2].startswith(READS):
            yield f"permission {permission!r} changes something, but the risk is read"
        if count > 1:
            yield f"permission {permission!r} is named {count} times"


def _undo_mistakes(action: ResponseAction, actions: Mapping[str, ResponseAction]) -> Iterator[str]:
    if action.undo is None and not action.no_undo_because:
        yield "undo is None, so no_undo_because must say why"
    if action.undo is not None and action.no_undo_because:
        yield "no_undo_because is set although there is an undo"
    if action.risk is Risk.REVERSIBLE and action.undo is None:
        yield "risk is reversible, so it needs the action that is its undo"
    if action.risk is Risk.IRREVERSIBLE and action.undo is not None:
        yield "risk is irreversible, so it can't have an undo"
    if action.undo is not None and action.undo not in actions:
        yield f"undo is {action.undo!r}, which is no action of this folder"


def _ladder_mistakes(ladder: Ladder, actions: Mapping[str, ResponseAction]) -> Iterator[str]:
    yield from (f"rung {one!r} is no action of this folder" for one in ladder.rungs if one not in actions)
    rungs = [actions[one] for one in ladder.rungs if one in actions]
    if len(set(ladder.rungs)) < max(len(ladder.rungs), _FEWEST_RUNGS):
        yield "a ladder has two rungs or more, each of them once"
    for action in rungs:
        if action.risk is Risk.READ:
            yield f"rung {action.id!r} only reads"
    if sum(action.on_anchor for action in rungs) > 1:
        yield "only one rung may act on the trust anchor itself: it changes what another one was approved for"


def _duplicates(actions: Mapping[str, Askable]) -> Iterator[str]:
    for what in ("id", "title"):
        files: dict[str, list[str]] = {}
        for stem, action in actions.items():
            files.setdefault(getattr(action, what), []).append(f"{stem}.py")
        for value, stems in files.items():
            if len(stems) > 1:
                yield f"{', '.join(stems)}: the same {what} {value!r}"
