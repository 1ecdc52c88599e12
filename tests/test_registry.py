"""The registry finds every handler and refuses to start with a wrong one."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from bot.domain.errors import BadSettings
from bot.domain.plan import Risk
from bot.registry import load_actions, load_handlers

ROOT = Path(__file__).parent.parent

SOUND = """
from bot.domain.action import ResponseAction, Risk

async def do(*_):
    return None

FIELDS = dict(
    id="look", title="Look at It", risk=Risk.READ, permissions=("iam:GetRole",), idempotent=True,
    plan=do, apply=do, verify=do, undo=None, no_undo_because="It only reads.",
)
"""


def handler(folder: Path, name: str, **changes: str) -> None:
    """Write a handler; ``changes`` are Python expressions."""
    changed = ", ".join(f"{field}={value}" for field, value in changes.items())
    text = f"{textwrap.dedent(SOUND)}ACTION = ResponseAction(**dict(FIELDS, {changed}))\n"
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


def mistakes(folder: Path) -> tuple[str, ...]:
    """What the registry says is wrong."""
    with pytest.raises(BadSettings) as refused:
        load_actions(folder)
    return refused.value.mistakes


def test_it_finds_the_actions_that_are_shipped() -> None:
    """Every file of handlers/ is found, in the order of the ids."""
    found = load_handlers()
    assert list(found.actions) == sorted(found.actions)
    assert found.askable.keys() == {path.stem for path in (ROOT / "handlers").glob("[!_]*.py")}
    assert {"disable_trust_anchor", "delete_trust_anchor", "list_linked_profiles"} <= found.actions.keys()


def test_a_sound_handler_is_loaded(tmp_path: Path) -> None:
    """Adding an action is adding a file; files that begin with an underscore are none."""
    handler(tmp_path, "look")
    (tmp_path / "__init__.py").write_text("raise RuntimeError", encoding="utf-8")
    actions = load_actions(tmp_path)
    assert list(actions) == ["look"]
    assert actions["look"].title == "Look at It"


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"id": "'other'"}, "id is 'other' but must equal the file's name, 'look'"),
        ({"title": "''"}, "title must have 1 to 40 characters, it has 0"),
        ({"title": "'L' * 41"}, "title must have 1 to 40 characters, it has 41"),
        ({"title": "'Look closely'"}, "title 'Look closely' must be in Title Case"),
        ({"title": "'to Look'"}, "title 'to Look' must be in Title Case"),
        ({"permissions": "()"}, "permissions are missing: name the IAM action of every call"),
        ({"permissions": "('iam:*',)"}, "permission 'iam:*' must look like service:Operation"),
        ({"permissions": "('iam:GetRole',) * 2"}, "permission 'iam:GetRole' is named 2 times"),
        (
            {"permissions": "('iam:DeleteRole',)"},
            "permission 'iam:DeleteRole' changes something, but the risk is read",
        ),
        ({"no_undo_because": "None"}, "undo is None, so no_undo_because must say why"),
        ({"undo": "'look'"}, "no_undo_because is set although there is an undo"),
        ({"risk": "Risk.REVERSIBLE"}, "risk is reversible, so it needs the action that is its undo"),
        (
            {"risk": "Risk.IRREVERSIBLE", "undo": "'look'", "no_undo_because": "None"},
            "risk is irreversible, so it can't have an undo",
        ),
        (
            {"risk": "Risk.REVERSIBLE", "undo": "'unlook'", "no_undo_because": "None"},
            "undo is 'unlook', which is no action of this folder",
        ),
    ],
)
def test_each_mistake_is_one_line(tmp_path: Path, changes: dict[str, str], mistake: str) -> None:
    """A wrong field is named with its file, in words that say what to do."""
    handler(tmp_path, "look", **changes)
    assert mistakes(tmp_path) == (f"look.py: {mistake}",)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "has no ACTION"),
        ("ACTION = 7", "ACTION is not a ResponseAction and not a Ladder"),
        ("import nothing_like_it", "can't be imported: ModuleNotFoundError: No module named 'nothing_like_it'"),
        ("x = = 1", "can't be imported: SyntaxError: invalid syntax (broken.py, line 1)"),
        ("1 + None", "can't be imported: TypeError: unsupported operand type(s) for +: 'int' and 'NoneType'"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, mistake: str) -> None:
    """A file that is no handler stops the start with its reason, not with a traceback."""
    (tmp_path / "broken.py").write_text(text, encoding="utf-8")
    assert mistakes(tmp_path) == (f"broken.py: {mistake}",)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Two wrong files give two lines, so that one start finds everything."""
    handler(tmp_path, "look", title="'Look Here'", permissions="()")
    handler(tmp_path, "see", id="'see'", permissions="()")
    assert len(mistakes(tmp_path)) == 2


def test_the_same_title_twice_is_refused(tmp_path: Path) -> None:
    """Two controls that say the same would be pressed for each other."""
    handler(tmp_path, "look")
    handler(tmp_path, "see", id="'see'")
    assert mistakes(tmp_path) == ("look.py, see.py: the same title 'Look at It'",)


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    """Copying a handler without changing its id is found."""
    handler(tmp_path, "look")
    handler(tmp_path, "see", title="'See It'")
    assert mistakes(tmp_path) == (
        "see.py: id is 'look' but must equal the file's name, 'see'",
        "look.py, see.py: the same id 'look'",
    )


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A bot without actions is a wrong installation."""
    assert "no response action" in mistakes(tmp_path)[0]


def test_it_works_where_a_wheel_puts_it(tmp_path: Path) -> None:
    """With bot and handlers side by side in another folder, and run from elsewhere, every action is found."""
    wheel = tmp_path / "wheel.zip"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in (*ROOT.glob("handlers/*.py"), *ROOT.glob("bot/domain/**/*.py"), ROOT / "bot" / "registry.py"):
            archive.write(path, path.relative_to(ROOT))
        archive.writestr("bot/__init__.py", "")
    installed = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(installed)
    script = "from bot.registry import load_actions as l; import bot; print(bot.__file__, len(l()))"
    done = subprocess.run(  # noqa: S603 - our own interpreter.
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(installed / "bot" / "__init__.py"), str(len(load_actions()))]


LADDER = """
from bot.domain.action import Ladder

ACTION = Ladder(id="all_of_it", title="All of It", about="Does it all.", rungs={rungs})
"""


def with_ladder(folder: Path, rungs: tuple[str, ...]) -> None:
    """Two actions on the trust anchor, one elsewhere that can't be undone, and a ladder of some of them."""
    handler(folder, "look")
    for name in ("open", "shut"):
        handler(
            folder,
            name,
            id=f"'{name}'",
            title=f"'{name.title()} It'",
            risk="Risk.REVERSIBLE",
            undo="'look'",
            no_undo_because="None",
        )
    handler(folder, "break", id="'break'", title="'Break It'", risk="Risk.IRREVERSIBLE", on_anchor="False")
    (folder / "all_of_it.py").write_text(LADDER.format(rungs=rungs), encoding="utf-8")


def test_a_ladder_is_loaded_with_its_actions(tmp_path: Path) -> None:
    """Its rungs are looked up in their order, and its risk is the highest of theirs."""
    with_ladder(tmp_path, ("shut", "break"))
    handlers = load_handlers(tmp_path)
    ladder = handlers.ladders["all_of_it"]
    assert ladder.actions == (handlers.actions["shut"], handlers.actions["break"])
    assert ladder.risk is Risk.IRREVERSIBLE
    assert list(handlers.askable) == ["break", "look", "open", "shut", "all_of_it"]


@pytest.mark.parametrize(
    ("rungs", "mistake"),
    [
        (("shut", "gone"), "rung 'gone' is no action of this folder"),
        (("shut",), "a ladder has two rungs or more, each of them once"),
        (("break", "break"), "a ladder has two rungs or more, each of them once"),
        (("break", "look"), "rung 'look' only reads"),
        (
            ("open", "shut"),
            "only one rung may act on the trust anchor itself: it changes what another one was approved for",
        ),
    ],
)
def test_each_mistake_of_a_ladder_is_one_line(tmp_path: Path, rungs: tuple[str, ...], mistake: str) -> None:
    """A ladder that could not be climbed stops the start."""
    with_ladder(tmp_path, rungs)
    assert mistakes(tmp_path) == (f"all_of_it.py: {mistake}",)
