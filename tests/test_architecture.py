"""Who may import whom, read from the source; the picture is in docs/adding-an-action.md and in bot/__init__.py."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PURE = {"bot.domain"}
USE_CASES = PURE | {"bot.kill_points", "bot.ports"}
BUILT = USE_CASES | {
    "bot.adapters",
    "bot.health",
    "bot.registry",
    "bot.service",
    "bot.settings",
    "bot.slack",
}
RUNS = BUILT | {
    "bot.approvals_command",
    "bot.codes_command",
    "bot.bootstrap",
    "bot.iam_command",
    "bot.iam_policies",
    "bot.inspect_ca",
    "bot.logs",
    "bot.process",
    "bot.reach_of",
    "bot.sandbox",
    "bot.trail_policy",
}

MAY_IMPORT = {
    "bot": set(),
    "bot.domain": {"bot.domain"},
    "bot.ports": PURE,
    "bot.kill_points": set(),
    "bot.setting_values": {"bot.kill_points"},
    "bot.code_settings": {"bot.setting_values"},
    "bot.trail_policy": set(),
    "bot.settings": PURE
    | {
        "bot.approval_settings",
        "bot.code_settings",
        "bot.incident_settings",
        "bot.kill_points",
        "bot.proof_settings",
        "bot.revocation_settings",
        "bot.setting_values",
        "bot.trail_settings",
    },
    "bot.approval_settings": PURE | {"bot.setting_values"},
    "bot.approvals_command": PURE | {"bot.adapters", "bot.approval_settings", "bot.registry", "bot.settings"},
    "bot.codes_command": PURE | {"bot.adapters", "bot.code_settings", "bot.settings"},
    "bot.proof_settings": {"bot.setting_values"},
    "bot.revocation_settings": {"bot.setting_values"},
    "bot.incident_settings": PURE | {"bot.setting_values"},
    "bot.trail_settings": PURE | {"bot.setting_values"},
    "bot.registry": PURE,
    "bot.logs": set(),
    "bot.service": USE_CASES | {"bot.service"},
    "bot.adapters": USE_CASES | {"bot.adapters"},
    "bot.slack": USE_CASES | {"bot.service", "bot.slack"},
    "bot.health": USE_CASES,
    "bot.parts": BUILT,
    "bot.task_doers": BUILT | {"bot.parts"},
    "bot.doers": BUILT | {"bot.parts", "bot.task_doers"},
    "bot.bootstrap": BUILT | {"bot.doers", "bot.parts"},
    "bot.process": BUILT | {"bot.bootstrap", "bot.logs"},
    "bot.inspect_ca": PURE | {"bot.adapters", "bot.slack.text"},
    "bot.reach_of": PURE,
    "bot.iam_policies": PURE | {"bot.service", "bot.trail_policy"},
    "bot.iam_command": PURE | {"bot.iam_policies", "bot.registry", "bot.revocation_settings", "bot.trail_policy"},
    "bot.sandbox": RUNS,
    "bot.cli": RUNS,
    "bot.guide_page": PURE | {"bot.service"},
    "bot.reference_pages": RUNS | {"bot.cli", "bot.guide_page", "bot.revocation_settings", "bot.setting_values"},
    "handlers": {"bot.domain.action"},
}
"""What each room may import of ours; a room is a package or a module, and the longest name counts."""

STAYS_IN = {
    "aiohttp": {"bot.adapters", "bot.slack", "bot.health", "bot.bootstrap", "bot.parts", "bot.process", "bot.sandbox"},
    "boto3": {"bot.adapters", "bot.sandbox"},
    "botocore": {"bot.adapters", "bot.sandbox"},
    "cloudsplaining": {"bot.adapters"},
    "cryptography": {"bot.adapters", "bot.sandbox"},
    "duckdb": {"bot.sandbox"},
    "flask": {"bot.sandbox"},
    "holidays": {"bot.adapters"},
    "matplotlib": {"bot.adapters"},
    "maxminddb": {"bot.adapters"},
    "moto": {"bot.sandbox"},
    "pyotp": {"bot.adapters", "bot.sandbox"},
    "slack_bolt": {"bot.slack", "bot.bootstrap", "bot.parts", "bot.process", "bot.sandbox"},
    "slack_sdk": {"bot.slack", "bot.bootstrap", "bot.parts", "bot.process", "bot.sandbox"},
    "structlog": {"bot.adapters", "bot.service", "bot.slack", "bot.process", "bot.logs", "bot.sandbox"},
    "werkzeug": {"bot.sandbox"},
}
"""Where each package of others may be imported; one that is not here may be imported nowhere."""

BUILT_AT_IMPORT = {
    "aiohttp",
    "asyncio",
    "boto3",
    "botocore",
    "concurrent",
    "logging",
    "open",
    "os",
    "slack_bolt",
    "slack_sdk",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading.Thread",
    "threading.Timer",
    "time",
}
"""What no module may call while it is imported: clients, connections, threads, files, the environment, the clock."""

FILES = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")])
HANDLERS = [path for path in FILES if path.parent.name == "handlers"]

SILENT = [path for path in FILES if path != ROOT / "bot/settings.py" and ROOT / "bot/sandbox" not in path.parents]


def module_name(path: Path) -> str:
    """`bot/domain/case.py` is `bot.domain.case`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str, rooms: set[str]) -> str | None:
    """The longest of the rooms that the module is or is in; `bot` itself holds nothing but its own file."""
    inside = [room for room in rooms if module == room or (room != "bot" and module.startswith(room + "."))]
    return max(inside, key=len, default=None)


def imports_of(tree: ast.AST, package: str) -> Iterator[str]:
    """Every module that is imported anywhere in a file of this package, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package.split(".")[: 1 - node.level or None]) if node.level else ""
            origin = ".".join(filter(None, [start, node.module]))
            # What follows "from bot import" or "from . import" may be a module.
            yield from (f"{origin}.{alias.name}" for alias in node.names if node.module in (None, "bot"))
            if node.module not in (None, "bot"):
                yield origin


def import_mistakes(module: str, source: str, package: str = "") -> list[str]:
    """What a module with this source must not import; `package` is what a relative import starts from."""
    room = room_of(module, set(MAY_IMPORT))
    assert room is not None, f"{module} is in no room of the import table"
    mistakes = []
    for imported in imports_of(ast.parse(source), package or module.rpartition(".")[0]):
        top = imported.partition(".")[0]
        if top in ("bot", "handlers"):
            allowed = room_of(imported, MAY_IMPORT[room]) is not None
        elif top == "sqlite3":
            allowed = module.startswith("bot.adapters.sqlite_")
        else:
            allowed = top in sys.stdlib_module_names or room in STAYS_IN.get(top, set())
        if not allowed:
            mistakes.append(f"{module} must not import {imported}")
    return mistakes


def calls_at_import(source: str) -> list[str]:
    """What a module with this source calls while it is imported, by the names that it was imported as."""
    tree = ast.parse(source)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    found = []
    for statement in tree.body:
        if not (isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)):
            found += [_full_name(call.func, names) for call in _calls(statement)]
    return found


def is_building(call: str) -> bool:
    """Whether a call is one of those that no module may make while it is imported."""
    return any(call == name or call.startswith(name + ".") for name in BUILT_AT_IMPORT)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    # The bodies of functions run later, their decorators and defaults now.
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        now: list[ast.AST] = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    elif isinstance(node, ast.Lambda):
        now = []
    else:
        now = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        yield node
    for child in now:
        yield from _calls(child)


def _full_name(function: ast.expr, names: dict[str, str]) -> str:
    first, _, rest = ast.unparse(function).partition(".")
    return ".".join(part for part in (names.get(first, first), rest) if part)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_follow_the_table(path: Path) -> None:
    """Each module imports only what its room may."""
    package = module_name(path.parent / "__init__.py")
    assert import_mistakes(module_name(path), path.read_text(), package) == []


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_nothing_is_built_at_import(path: Path) -> None:
    """Importing a module opens nothing, starts nothing and reads no setting."""
    calls = calls_at_import(path.read_text())
    assert [call for call in calls if is_building(call)] == []


@pytest.mark.parametrize("path", SILENT, ids=module_name)
def test_only_settings_reads_the_environment(path: Path) -> None:
    """No other module of the product asks for environment variables; the sandbox makes its own environment."""
    reads = [node for node in ast.walk(ast.parse(path.read_text())) if ast.unparse(node) in ("os.environ", "os.getenv")]
    assert reads == []


def test_handlers_are_one_file_each() -> None:
    """The folder of the actions holds files only, so that one file is one action."""
    assert [path for path in (ROOT / "handlers").rglob("*.py") if path.parent.name != "handlers"] == []
    assert len(HANDLERS) > 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bot.domain.case", "import structlog"),
        ("bot.domain.case", "from bot.ports import Clock"),
        ("bot.ports", "from bot.service.press import Press"),
        ("bot.service.press", "from bot.adapters.clock import SystemClock"),
        ("bot.service.press", "def later():\n    import boto3"),
        ("bot.adapters.clock", "from bot.slack.text import plain"),
        ("bot.adapters.clock", "import sqlite3"),
        ("bot.slack.card", "from bot.adapters.clock import SystemClock"),
        ("bot.slack.card", "from bot import bootstrap"),
        ("bot.bootstrap", "from bot.process import serve"),
        ("bot.process", "import boto3"),
        ("bot.cli", "from bot.reference_pages import pages"),
        ("bot.cli", "from .reference_pages import pages"),
        ("bot.domain.case", "from ..ports import Clock"),
        ("bot.domain.case", "from .. import ports"),
        ("handlers.any", "from bot.domain.identity import Target"),
        ("handlers.any", "from handlers.other import plan"),
        ("handlers.any", "import boto3"),
    ],
)
def test_the_table_refuses(module: str, source: str) -> None:
    """Each kind of import that must not be is found."""
    assert len(import_mistakes(module, source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import boto3\nCLIENT = boto3.client('sqs')",
        "from boto3 import client\nCLIENT = client('sqs')",
        "import os\nHOME = os.getenv('HOME')",
        "class Here:\n    at = open('file')",
        "import asyncio\ndef f(lock=asyncio.Lock()): ...",
    ],
)
def test_the_rule_finds_what_is_built_at_import(source: str) -> None:
    """A call at the top, in a class body or in a default counts."""
    assert [call for call in calls_at_import(source) if is_building(call)] != []


def test_the_rule_leaves_functions_alone() -> None:
    """What a function or a lambda calls, it calls later."""
    source = "import boto3\ndef make():\n    return boto3.client('sqs')\nMAKE = lambda: boto3.client('sqs')"
    assert calls_at_import(source) == []
