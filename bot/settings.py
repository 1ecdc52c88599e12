"""The only reader of the environment and of the configuration file.

Each setting has one name, in the environment and in the TOML file that ``ANCHORWATCH_CONFIG`` names; the environment
wins. Every mistake is one line that names the setting.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot import setting_values as read
from bot.approval_settings import APPROVAL_SETTINGS, approval_conflicts, rules_by_settings
from bot.code_settings import CODE_SETTINGS, FILE, KEYS, code_conflicts
from bot.domain.approval_rule import ApprovalRule
from bot.domain.errors import BadSettings
from bot.domain.trail_table import TrailTable
from bot.incident_settings import INCIDENT_SETTINGS, IncidentSettings, incident_of
from bot.kill_points import KillPoint
from bot.proof_settings import PROOF_SETTINGS, ProofSettings, proof_of
from bot.revocation_settings import REVOCATION_SETTINGS, REVOKE_POLICY
from bot.setting_values import Setting, WrongValue
from bot.trail_settings import SEARCH_SETTINGS, search_conflicts, trail_of

CONFIG_VARIABLE = "ANCHORWATCH_CONFIG"


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Everything that can be set; secrets never show in its ``repr``."""

    slack_bot_token: str
    slack_signing_secret: str
    slack_app_token: str
    slack_api_url: str
    channel: str
    ops_channel: str
    queue_url: str
    store: str
    listen_host: str
    listen_port: int
    webhook_token: str
    webhook_hmac_secret: str
    responders: tuple[str, ...]
    approvers: tuple[str, ...]
    read_role: str
    act_role: str
    external_id: str
    receivers: int
    poll: timedelta
    visibility: timedelta
    post_grace: timedelta
    observe: bool
    investigate: bool
    house: str
    attempt_window: timedelta
    rules: tuple[ApprovalRule, ...]
    approvals: str
    codes: str
    code_keys: tuple[str, ...]
    trail: TrailTable | None
    proof: ProofSettings
    incident: IncidentSettings
    kill_at: KillPoint | None
    revoke_policy: str = ""

    @property
    def socket_mode(self) -> bool:
        """Whether clicks come over Socket Mode."""
        return bool(self.slack_app_token)

    def __repr__(self) -> str:
        """Only what is no secret."""
        return f"Settings(channel={self.channel!r}, store={self.store!r}, listen={self.listen_host}:{self.listen_port})"


ALL_SETTINGS = (
    Setting("SLACK_BOT_TOKEN", "The bot's token, xoxb-….", read.token("xoxb-"), None, secret=True),
    Setting("SLACK_SIGNING_SECRET", "The app's signing secret; needed without Socket Mode.", read.text, secret=True),
    Setting("SLACK_APP_TOKEN", "The app-level token, xapp-…; set means Socket Mode.", read.token("xapp-"), secret=True),
    Setting("ANCHORWATCH_SLACK_API_URL", "Where Slack's Web API is.", read.api_url, "https://slack.com/api/"),
    Setting("ANCHORWATCH_CHANNEL", "The id of the channel for cards.", read.channel, None),
    Setting("ANCHORWATCH_OPS_CHANNEL", "The id of the channel for notices; empty means the same.", read.channel),
    Setting("ANCHORWATCH_QUEUE_URL", "The SQS queue with detections; empty means no queue.", read.queue_url),
    Setting("ANCHORWATCH_STORE", "Where the case log is.", read.store, "sqlite:///anchorwatch.db"),
    Setting("ANCHORWATCH_LISTEN", "host:port of the HTTP server.", read.listen, "127.0.0.1:8080"),
    Setting("ANCHORWATCH_WEBHOOK_TOKEN", "Bearer token for POST /detections.", read.text, secret=True),
    Setting("ANCHORWATCH_WEBHOOK_HMAC_SECRET", "HMAC secret for POST /detections.", read.text, secret=True),
    Setting("ANCHORWATCH_RESPONDERS", "Who may press: user and user group ids, comma-separated.", read.ids, None),
    Setting("ANCHORWATCH_APPROVERS", "Who may approve: user and user group ids, comma-separated.", read.ids, None),
    Setting(
        "ANCHORWATCH_READ_ROLE", "Role to read with in the target account; empty means own credentials.", read.role
    ),
    Setting(
        "ANCHORWATCH_ACT_ROLE", "Role to contain with in the target account; empty means own credentials.", read.role
    ),
    Setting(
        "ANCHORWATCH_EXTERNAL_ID",
        "External id that both roles ask for; empty means none.",
        read.external_id,
    ),
    Setting("ANCHORWATCH_RECEIVERS", "Long polls at once.", read.number(1, 16), "2"),
    Setting("ANCHORWATCH_POLL_SECONDS", "How long a poll waits for a message, and so a stop.", read.number(1, 20), "5"),
    Setting(
        "ANCHORWATCH_VISIBILITY_SECONDS", "How long a received message is ours alone.", read.number(2, 43_200), "60"
    ),
    Setting("ANCHORWATCH_POST_GRACE_SECONDS", "Wait before a doubtful post is looked for.", read.number(1, 600), "10"),
    Setting(
        "ANCHORWATCH_OBSERVE",
        "Read the trust anchor from AWS once a card is out, or before it where the event does not show what the anchor "
        "trusts: on or off.",
        read.switch,
        "on",
    ),
    Setting("ANCHORWATCH_INVESTIGATE", "Answer the guide's questions by itself: on or off.", read.switch, "on"),
    Setting(
        "ANCHORWATCH_ATTEMPT_WINDOW_MINUTES",
        "Failed attempts of one actor within this time are one message.",
        read.number(5, 1440),
        "60",
    ),
    Setting(
        "ANCHORWATCH_HOUSE",
        "TOML file, or s3://bucket/key, with what you know of yourselves; empty: nothing.",
        read.text,
    ),
    *APPROVAL_SETTINGS,
    *CODE_SETTINGS,
    *SEARCH_SETTINGS,
    *PROOF_SETTINGS,
    *REVOCATION_SETTINGS,
    *INCIDENT_SETTINGS,
    Setting(
        "ANCHORWATCH_KILL_AT", "For tests only: where the process kills itself; empty means never.", read.kill_point
    ),
)
"""Every setting, in the order in which the settings page lists them."""


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    ``environment`` None means the process's own.

    Raises:
        BadSettings: one line for each setting that is missing or wrong, and for each name that nobody knows.
    """
    environment = os.environ if environment is None else environment
    mistakes: list[str] = []
    values = _read_all(environment, mistakes)
    mistakes.extend(_conflicts(values))
    if mistakes:
        raise BadSettings(tuple(mistakes))
    return _settings(values)


def _read_all(environment: Mapping[str, str], mistakes: list[str]) -> dict[str, object]:
    file = _read_file(environment.get(CONFIG_VARIABLE, ""), mistakes)
    values: dict[str, object] = {}
    given = {setting.name for setting in ALL_SETTINGS if environment.get(setting.name, file.get(setting.name))}
    for setting in ALL_SETTINGS:
        text = environment.get(setting.name, file.get(setting.name)) or setting.default
        if text is None:
            mistakes.append(f"{setting.name}: is missing. {setting.meaning}")
            continue
        try:
            values[setting.name] = setting.read(text)
        except WrongValue as why:
            mistakes.append(f"{setting.name}: {why}")
    mistakes.extend(approval_conflicts(values, given))
    return values


def _read_file(path: str, mistakes: list[str]) -> dict[str, str]:
    if not path:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        mistakes.append(f"{CONFIG_VARIABLE}: {path} can't be read: {error}")
        return {}
    known = {setting.name for setting in ALL_SETTINGS}
    mistakes.extend(f"{name}: no such setting (in {path})" for name in found if name not in known)
    return {name: _as_text(value) for name, value in found.items() if name in known}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _conflicts(values: Mapping[str, object]) -> list[str]:
    """What is wrong between settings; one that could not be read by itself is not in ``values`` and is passed over."""
    mistakes = []
    if values.get("SLACK_APP_TOKEN") == values.get("SLACK_SIGNING_SECRET") == "":
        mistakes.append("SLACK_SIGNING_SECRET: is missing. Set it, or SLACK_APP_TOKEN for Socket Mode.")
    people = ("ANCHORWATCH_RESPONDERS", "ANCHORWATCH_APPROVERS")
    mistakes.extend(f"{name}: names nobody" for name in people if values.get(name) == ())
    read, act = values.get("ANCHORWATCH_READ_ROLE"), values.get("ANCHORWATCH_ACT_ROLE")
    if read and read == act:
        mistakes.append("ANCHORWATCH_ACT_ROLE: must not be the read role")
    return mistakes + search_conflicts(values) + code_conflicts(values)


def _settings(values: Mapping[str, object]) -> Settings:
    def of(name: str) -> object:
        return values["ANCHORWATCH_" + name]

    return Settings(
        slack_bot_token=str(values["SLACK_BOT_TOKEN"]),
        slack_signing_secret=str(values["SLACK_SIGNING_SECRET"]),
        slack_app_token=str(values["SLACK_APP_TOKEN"]),
        slack_api_url=str(of("SLACK_API_URL")),
        channel=str(of("CHANNEL")),
        ops_channel=str(of("OPS_CHANNEL") or of("CHANNEL")),
        queue_url=str(of("QUEUE_URL")),
        store=str(of("STORE")),
        listen_host=_listen_pair(of("LISTEN"))[0],
        listen_port=_listen_pair(of("LISTEN"))[1],
        webhook_token=str(of("WEBHOOK_TOKEN")),
        webhook_hmac_secret=str(of("WEBHOOK_HMAC_SECRET")),
        responders=_id_tuple(of("RESPONDERS")),
        approvers=_id_tuple(of("APPROVERS")),
        read_role=str(of("READ_ROLE")),
        act_role=str(of("ACT_ROLE")),
        external_id=str(of("EXTERNAL_ID")),
        receivers=int(str(of("RECEIVERS"))),
        poll=timedelta(seconds=int(str(of("POLL_SECONDS")))),
        visibility=timedelta(seconds=int(str(of("VISIBILITY_SECONDS")))),
        post_grace=timedelta(seconds=int(str(of("POST_GRACE_SECONDS")))),
        observe=bool(of("OBSERVE")),
        investigate=bool(of("INVESTIGATE")),
        house=str(of("HOUSE")),
        attempt_window=timedelta(minutes=int(str(of("ATTEMPT_WINDOW_MINUTES")))),
        rules=rules_by_settings(values),
        approvals=str(of("APPROVALS")),
        codes=str(values[FILE]),
        code_keys=_id_tuple(values[KEYS]),
        trail=trail_of(values),
        proof=proof_of(values),
        revoke_policy=str(values[REVOKE_POLICY]),
        incident=incident_of(values),
        kill_at=_kill_point(of("KILL_AT")),
    )


def _kill_point(value: object) -> KillPoint | None:
    return KillPoint(str(value)) if value else None


def _listen_pair(value: object) -> tuple[str, int]:
    host, port = value if isinstance(value, tuple) else ("", 0)
    return str(host), int(port)


def _id_tuple(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else ()


def store_setting(environment: Mapping[str, str] | None = None) -> str:
    """Only where the case log is, for commands that need nothing else.

    Raises:
        BadSettings: the setting is wrong.
    """
    return str(some_settings(["ANCHORWATCH_STORE"], environment)["ANCHORWATCH_STORE"])


def some_settings(names: Collection[str], environment: Mapping[str, str] | None = None) -> Mapping[str, object]:
    """The values of some settings, for commands that need no others; one that must be set and is not is left out.

    Raises:
        BadSettings: one of them is wrong, or the file can't be read.
    """
    environment = os.environ if environment is None else environment
    mistakes: list[str] = []
    file = _read_file(environment.get(CONFIG_VARIABLE, ""), mistakes)
    values: dict[str, object] = {}
    for setting in (one for one in ALL_SETTINGS if one.name in names):
        text = environment.get(setting.name, file.get(setting.name)) or setting.default
        try:
            values |= {} if text is None else {setting.name: setting.read(text)}
        except WrongValue as why:
            mistakes.append(f"{setting.name}: {why}")
    if mistakes:
        raise BadSettings(tuple(mistakes))
    return values
