"""The files around the code keep their promises: container, locks, set-up, configuration and AWS templates."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from bot.domain.errors import BadSettings
from bot.settings import ALL_SETTINGS, load_settings
from bot.slack.slack_files import SCOPE

ROOT = Path(__file__).parent.parent
# It publishes no types.
yaml: Any = importlib.import_module("yaml")

SCOPE_OF = {
    "files_getUploadURLExternal": {"files:write"},
    "files_completeUploadExternal": {"files:write"},
    "auth_test": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_getPermalink": set(),
    "conversations_create": {"channels:manage", "groups:write"},
    "conversations_invite": {"channels:manage", "groups:write"},
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_setTopic": {"channels:manage", "groups:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_replies": {"channels:history", "groups:history"},
    "usergroups_users_list": {"usergroups:read"},
    "users_lookupByEmail": {"users:read.email"},
    "users_info": {"users:read", "users:read.email"},
    "views_open": set(),
    "views_update": set(),
}
"""The scopes of each Web API method that the bot calls; the pages of docs.slack.dev/reference/methods name them."""


def text_of(name: str) -> str:
    """A file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, with continued lines joined and comments left out."""
    lines = [line for line in text_of("Dockerfile").splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    pairs = [line.strip().partition(" ") for line in joined.splitlines() if line.strip()]
    return [(word, " ".join(rest.split())) for word, _, rest in pairs]


def stage(name: str) -> list[tuple[str, str]]:
    """The instructions of one stage."""
    found = instructions()
    start = found.index(("FROM", f"${{PYTHON_IMAGE}} AS {name}"))
    ends = [number for number, (word, _) in enumerate(found) if word == "FROM" and number > start]
    return found[start + 1 : min(ends, default=len(found))]


def values_of(word: str, among: list[tuple[str, str]]) -> list[str]:
    """What follows each instruction of one kind."""
    return [rest for found, rest in among if found == word]


def test_the_base_image_is_pinned() -> None:
    """Both stages start from one exact slim version of Python, and nothing is called latest."""
    found = instructions()
    assert len(values_of("ARG", found)) == 1
    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.11\.\d+-slim-[a-z]+", values_of("ARG", found)[0])
    assert values_of("FROM", found) == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE} AS run"]
    assert not any("latest" in rest for _, rest in found)


def test_the_image_installs_only_what_is_locked() -> None:
    """Each install from an index asks for hashes, and the wheel brings nothing with it."""
    installs = re.findall(r"pip [^&]*?\binstall\b[^&]*", " && ".join(values_of("RUN", stage("build"))))
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-deps --no-index" in one for one in installs)


def test_the_final_stage_has_no_tools() -> None:
    """Nothing is installed or fetched in the final stage; pip goes, and only the environment comes from the first."""
    final = stage("run")
    (run,) = values_of("RUN", final)
    assert "pip uninstall --yes" in run
    assert not re.search(r"pip install|apt|curl|wget", run)
    assert values_of("COPY", final) == ["--from=build /opt/anchorwatch /opt/anchorwatch"]
    assert values_of("ADD", instructions()) == []


def test_the_container_is_not_root_and_keeps_its_state_apart() -> None:
    """It runs as a fixed user, and writes below its volume only."""
    final = stage("run")
    assert values_of("USER", final) == ["10001:10001"]
    assert [word for word, _ in final].index("USER") > [word for word, _ in final].index("RUN")
    assert json.loads(values_of("VOLUME", final)[0]) == ["/var/lib/anchorwatch"]
    (environment,) = values_of("ENV", final)
    assert "ANCHORWATCH_STORE=sqlite:////var/lib/anchorwatch/anchorwatch.db" in environment
    assert {"PYTHONDONTWRITEBYTECODE=1", "HOME=/var/lib/anchorwatch"} <= set(environment.split())


def test_the_container_runs_the_product_and_asks_for_its_health() -> None:
    """The entry point is the command, the default is to serve, and the health check reads /healthz."""
    final = stage("run")
    assert json.loads(values_of("ENTRYPOINT", final)[0]) == ["anchorwatch"]
    assert json.loads(values_of("CMD", final)[0]) == ["run"]
    command = json.loads(values_of("HEALTHCHECK", final)[0].partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "HEALTHCHECK", "exec")
    assert "/healthz" in command[2]


def test_the_image_says_which_version_it_is() -> None:
    """The label and the changelog name the project's version."""
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    assert f'org.opencontainers.image.version="{version}"' in " ".join(values_of("LABEL", stage("run")))
    assert f"## [{version}]" in text_of("CHANGELOG.md")


def test_everything_that_the_image_copies_is_let_in() -> None:
    """`.dockerignore` leaves out all but the sources of the COPY instructions."""
    ignored = text_of(".dockerignore").splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {word for rest in values_of("COPY", stage("build")) for word in rest.split()[:-1]}
    assert "*" in ignored
    assert let_in == copied


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-build.txt"])
def test_locks_have_hashes_and_nothing_else(name: str) -> None:
    """Each pinned package has its hashes, and no option names an index or a place."""
    lines = [line.strip() for line in text_of(name).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    packages = [line for line in lines if not line.startswith("--hash=")]
    assert packages
    assert [one for one in packages if not re.fullmatch(r"[a-z0-9.-]+==[^\s;]+( ; .+)? \\", one)] == []
    assert [one for one in lines if one.startswith("--") and not re.match(r"--hash=sha256:[0-9a-f]{64}", one)] == []


def test_locks_cover_what_the_project_asks_for() -> None:
    """Each dependency of the project is pinned, and the development lock has the very same versions."""
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    asked = {re.split(r"[\[<>=~! ]", one)[0] for one in project["dependencies"]}
    run_time, development = (
        dict(re.findall(r"(?m)^([a-z0-9.-]+)==([^\s;]+)", text_of(name)))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert asked <= run_time.keys()
    assert {name: development.get(name) for name in run_time} == run_time


def test_make_help_lists_what_there_is() -> None:
    """`make help`, which is also plain `make`, explains every target that people use."""
    make = shutil.which("make")
    assert make is not None
    shown = subprocess.run([make, "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - Our own make.
    targets = [line.split()[1] for line in shown.splitlines()]
    assert targets == [
        *(
            "help",
            "setup",
            "demo",
            "test",
            "check",
            "bench",
            "pace",
            "scores",
            "judge",
            "docs",
            "screenshots",
            "lock",
            "clean",
        ),
    ]


def test_continuous_integration_runs_everything() -> None:
    """`.ci/run` can be started, and ends as `make test` ends."""
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert text_of(".ci/run").splitlines()[-2:] == ["export CI=true", "exec make test"]


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_a_skip_fails_in_ci_only(tmp_path: Path, ci: str, code: int) -> None:
    """With CI=true a test that skips itself is a failed test; elsewhere it is a skip, and says why."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text("import pytest\ndef test_it():\n    pytest.skip('no browser here')\n")
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)]
    environment = {**os.environ, "CI": ci}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - As above.
    assert done.returncode == code, done.stdout
    assert "no browser here" in done.stdout


def example_settings() -> str:
    """The example file with every commented setting switched on."""
    return re.sub(r"(?m)^# (?=[A-Z_]+ = )", "", text_of("config/anchorwatch.toml"))


def test_the_example_shows_every_setting_once_with_its_default() -> None:
    """All settings stand in config/anchorwatch.toml; those that are commented out show their default."""
    shown = tomllib.loads(example_settings())
    switched_on = tomllib.loads(text_of("config/anchorwatch.toml"))
    assert shown.keys() == {setting.name for setting in ALL_SETTINGS}
    defaults = {one.name: one.default for one in ALL_SETTINGS if one.default is not None}
    assert {name: str(shown[name]) for name in defaults} == defaults
    assert not any(setting.secret for setting in ALL_SETTINGS if setting.name in switched_on)


def test_the_example_starts_the_bot() -> None:
    """The example and the secrets from the environment are settings without a mistake; without them two are missing."""
    environment = {"ANCHORWATCH_CONFIG": str(ROOT / "config" / "anchorwatch.toml")}
    secrets = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    assert load_settings({**environment, **secrets}).approvers == ("S0123456789", "U0123456789")
    with pytest.raises(BadSettings) as caught:
        load_settings(environment)
    assert [mistake.partition(":")[0] for mistake in caught.value.mistakes] == [
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
    ]


def test_the_manifest_asks_for_exactly_the_scopes_in_use() -> None:
    """Each Web API method that the bot calls has its scopes in the manifest, and no scope is asked for in vain.

    A field for files in a form needs one too.
    """
    sources = [*(ROOT / "bot" / "slack").rglob("*.py"), ROOT / "bot" / "bootstrap.py"]
    calls = {
        name for path in sources for name in re.findall(r"(?:client|poster|reader)\.([a-z]+_\w+)\(", path.read_text())
    }
    manifest = yaml.safe_load(text_of("config/slack-manifest.yaml"))
    assert calls == SCOPE_OF.keys()
    of_fields = {SCOPE for path in sources if '"file_input"' in path.read_text() and path.parent.name == "slack"}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == set().union(of_fields, *SCOPE_OF.values())


def test_the_manifest_listens_to_no_messages() -> None:
    """Clicks come in, over Socket Mode; no event of the workspace does."""
    settings = yaml.safe_load(text_of("config/slack-manifest.yaml"))["settings"]
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]
    assert "event_subscriptions" not in settings


def test_the_queue_policy_allows_exactly_the_calls_that_are_made() -> None:
    """The bot may make each SQS call of its intake, and no other."""
    model = botocore.session.get_session().get_service_model("sqs")
    words = set(re.findall(r"[a-z_]+", text_of("bot/adapters/sqs_intake.py")))
    called = {name.removesuffix("Batch") for name in model.operation_names if xform_name(name) in words}
    statements = json.loads(text_of("config/aws/queue-access.json"))["Statement"]
    allowed = {action for one in statements for action in _as_list(one["Action"])}
    assert allowed == {f"sqs:{name}" for name in called}


def test_the_template_gives_the_bot_the_same_policy() -> None:
    """The CloudFormation template and the JSON policy allow the same, statement by statement."""
    resources = yaml.safe_load(text_of("config/aws/detections.yaml"))["Resources"]
    made = resources["QueueAccess"]["Properties"]["PolicyDocument"]["Statement"]
    written = json.loads(text_of("config/aws/queue-access.json"))["Statement"]
    assert [(one["Sid"], _as_list(one["Action"])) for one in made] == [
        (one["Sid"], _as_list(one["Action"])) for one in written
    ]


def test_the_template_delivers_what_the_bot_judges_and_loses_nothing() -> None:
    """The three operations reach the queue, and each queue that can fail has another behind it."""
    resources = yaml.safe_load(text_of("config/aws/detections.yaml"))["Resources"]
    rule = resources["TrustAnchorRule"]["Properties"]
    names = ["CreateTrustAnchor", "UpdateTrustAnchor", "EnableTrustAnchor"]
    assert rule["EventPattern"]["detail"]["eventName"] == names
    assert rule["Targets"][0]["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["UndeliveredQueue", "Arn"]}
    redrive = resources["DetectionQueue"]["Properties"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
