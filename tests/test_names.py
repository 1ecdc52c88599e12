"""Names, sizes and habits that reviewers would otherwise have to look for in every file."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base", "core"}
MOST_MODULE_LINES = 300
MOST_FUNCTION_LINES = 40

BROAD_EXCEPTS = {
    "bot/adapters/sqlite_writer.py": 2,  # The writer's loop: whoever waits for an append hears of it, whatever it is.
    "bot/adapters/sqs_intake.py": 1,  # The loop's top: one message that breaks us must not stop the queue.
    "bot/service/investigate.py": 1,  # The steps' loop: one step's defect must not stop the others.
    "bot/service/runner.py": 2,  # The loop's tops: one case's defect must not stop the others.
    "tests/fuzz/fuzz_intake.py": 1,  # Whatever a body brings about is what the fuzzer looks for.
}
"""The only places that may catch everything, with how often and why."""

# Spelled in pieces, so that this file does not name them itself.
REGISTRIES = re.compile(
    "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.org", "deb" + r"ian\.org"))
)
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:" + "|".join(("wo" + "rk", "ho" + "me", "ro" + "ot")) + r")/\w")


def tracked() -> list[Path]:
    """Every file that git knows and that is there, relative to the root."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S607
    return [Path(name) for name in sorted(filter(None, names.split("\0"))) if (ROOT / name).is_file()]


FILES = tracked()
MODULES = [path for path in FILES if path.suffix == ".py"]
PRODUCT = [path for path in MODULES if path.parts[0] in ("bot", "handlers")]
TESTS = [path for path in MODULES if path.parts[0] == "tests"]


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a tree, also inside others."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function has from its `def`, without its docstring."""
    has_docstring = ast.get_docstring(function, clean=False) is not None
    first = function.body[0]
    docstring_lines = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring_lines


def broad_excepts(tree: ast.AST) -> int:
    """How many handlers of a tree catch everything and do not raise it again."""
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    return sum(1 for one in handlers if _is_broad(one) and not isinstance(one.body[-1], ast.Raise))


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(one is None or ast.unparse(one) in ("Exception", "BaseException") for one in caught)


def test_the_files_are_found() -> None:
    """The rules below look at something."""
    assert len(PRODUCT) > 50
    assert len(TESTS) > 20


def test_no_name_is_vague() -> None:
    """A file or folder is named for its job, not for being useful."""
    vague = [path for path in FILES if any(word in VAGUE for part in path.parts for word in _words(part))]
    assert vague == []


def _words(part: str) -> list[str]:
    return re.split(r"[_.-]", part.lower())


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_can_be_read_at_one_sitting(path: Path) -> None:
    """No module is longer than 300 lines."""
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= MOST_MODULE_LINES


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    """No function has more than 40 lines beside its docstring."""
    assert [one.name for one in functions(parsed(path)) if code_lines(one) > MOST_FUNCTION_LINES] == []


@pytest.mark.parametrize("path", TESTS, ids=str)
def test_every_test_says_what_it_proves(path: Path) -> None:
    """Each test function has a docstring."""
    silent = [
        one.name for one in functions(parsed(path)) if one.name.startswith("test_") and not ast.get_docstring(one)
    ]
    assert silent == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_nothing_is_mocked(path: Path) -> None:
    """Fakes, not mocks: nobody imports unittest.mock."""
    imported = {
        name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
    }
    assert not {name for name in imported if name in ("unittest", "unittest.mock", "mock", "pytest_mock")}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_loop_tops_catch_everything(path: Path) -> None:
    """An `except Exception` that swallows stands only where BROAD_EXCEPTS says why."""
    assert broad_excepts(parsed(path)) == BROAD_EXCEPTS.get(path.as_posix(), 0)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_names_a_registry_or_a_machine(path: Path) -> None:
    """Nothing in the repository depends on a package index's host or on a folder of somebody's machine."""
    text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
    assert REGISTRIES.findall(text) + MACHINE_PATHS.findall(text) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("try: f()\nexcept Exception: pass", 1),
        ("try: f()\nexcept (ValueError, BaseException): pass", 1),
        ("try: f()\nexcept: pass", 1),
        ("try: f()\nexcept BaseException:\n    close()\n    raise", 0),
        ("try: f()\nexcept ValueError: pass", 0),
    ],
)
def test_the_rule_sees_what_catches_everything(source: str, count: int) -> None:
    """A broad handler counts unless it only cleans up and raises again."""
    assert broad_excepts(ast.parse(source)) == count


@pytest.mark.parametrize("text", ["see /wo" + "rk/main", "file:///ho" + "me/ava/x", "from py" + "pi.org"])
def test_the_rule_sees_hosts_and_machine_paths(text: str) -> None:
    """What must not stand in a file is found."""
    assert REGISTRIES.search(text) or MACHINE_PATHS.search(text)
