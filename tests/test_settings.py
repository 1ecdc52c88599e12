"""Settings: one line for each mistake, names in it, and no secret anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.approval_rule import rules_by_risk
from bot.domain.errors import BadSettings
from bot.settings import ALL_SETTINGS, CONFIG_VARIABLE, load_settings, store_setting

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-very-secret",
    "SLACK_SIGNING_SECRET": "signing-very-secret",
    "ANCHORWATCH_CHANNEL": "C0123456789",
    "ANCHORWATCH_RESPONDERS": "S0ONCALL",
    "ANCHORWATCH_APPROVERS": "U0AVA, S0APPROVERS",
}


def mistakes(**changes: str) -> tuple[str, ...]:
    """What is wrong with the good settings after these changes; nothing when they still are good."""
    try:
        load_settings({**GOOD, **changes})
    except BadSettings as wrong:
        return wrong.mistakes
    return ()


def test_the_least_that_is_needed() -> None:
    """Five settings are enough, and the rest has safe defaults."""
    settings = load_settings(GOOD)
    assert (settings.channel, settings.ops_channel) == ("C0123456789", "C0123456789")
    assert (settings.responders, settings.approvers) == (("S0ONCALL",), ("U0AVA", "S0APPROVERS"))
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8080)
    assert (settings.slack_api_url, settings.queue_url) == ("https://slack.com/api/", "")
    assert settings.rules == rules_by_risk(reversible=0, irreversible=1, open_minutes=30)
    assert not settings.socket_mode


def test_nothing_set_is_one_line_for_each_setting_that_must_be() -> None:
    """Without any setting each missing one is named, once, with what it means."""
    with pytest.raises(BadSettings) as wrong:
        load_settings({})
    needed = [setting for setting in ALL_SETTINGS if setting.default is None]
    assert wrong.value.mistakes[:4] == tuple(f"{one.name}: is missing. {one.meaning}" for one in needed)
    assert [one.partition(":")[0] for one in wrong.value.mistakes[4:]] == ["SLACK_SIGNING_SECRET"]


WRONG = {
    "SLACK_BOT_TOKEN": "xoxp-1",
    "SLACK_APP_TOKEN": "xoxb-1",
    "ANCHORWATCH_SLACK_API_URL": "slack.com/api",
    "ANCHORWATCH_CHANNEL": "#alerts",
    "ANCHORWATCH_OPS_CHANNEL": "ops",
    "ANCHORWATCH_QUEUE_URL": "arn:aws:sqs:eu-central-1:1:q",
    "ANCHORWATCH_STORE": "postgres://x",
    "ANCHORWATCH_LISTEN": "8080",
    "ANCHORWATCH_RESPONDERS": "ava",
    "ANCHORWATCH_APPROVERS": "U1 U2",
    "ANCHORWATCH_READ_ROLE": "a role",
    "ANCHORWATCH_ACT_ROLE": "röle",
    "ANCHORWATCH_RECEIVERS": "0",
    "ANCHORWATCH_POST_GRACE_SECONDS": "ten",
    "ANCHORWATCH_OBSERVE": "yes",
    "ANCHORWATCH_REVERSIBLE_APPROVALS": "-1",
    "ANCHORWATCH_IRREVERSIBLE_APPROVALS": "0",
    "ANCHORWATCH_APPROVAL_MINUTES": "1441",
    "ANCHORWATCH_SEARCH": "both",
    "ANCHORWATCH_ATHENA_DATABASE": "my-database",
    "ANCHORWATCH_ATHENA_TABLE": "t; DROP TABLE t",
    "ANCHORWATCH_ATHENA_REGION": "eu-west-1' --",
    "ANCHORWATCH_ATHENA_WORKGROUP": "a group",
    "ANCHORWATCH_ATHENA_OUTPUT": "https://bucket",
    "ANCHORWATCH_ATHENA_ROLE": "reader",
    "ANCHORWATCH_ATHENA_MOST_SCANNED_GB": "0",
    "ANCHORWATCH_ATHENA_USD_PER_TB": "five",
}


def test_numbers_beside_a_file_of_rules_are_refused() -> None:
    """Nobody believes in three approvals that a file has made void."""
    assert load_settings({**GOOD, "ANCHORWATCH_APPROVALS": "approvals.toml"}).approvals == "approvals.toml"
    both = {"ANCHORWATCH_APPROVALS": "approvals.toml", "ANCHORWATCH_IRREVERSIBLE_APPROVALS": "3"}
    line = "ANCHORWATCH_IRREVERSIBLE_APPROVALS: means nothing beside ANCHORWATCH_APPROVALS; leave it out"
    assert mistakes(**both) == (line,)


def test_athena_needs_a_database_and_a_region() -> None:
    """Without Athena nothing of it is read; with it, each setting that is missing is one line, and units are kept."""
    assert load_settings(GOOD).trail is None
    wanted = {"ANCHORWATCH_SEARCH": "athena"}
    names = [one.partition(":")[0] for one in mistakes(**wanted)]
    assert names == ["ANCHORWATCH_ATHENA_DATABASE", "ANCHORWATCH_ATHENA_REGION"]
    wanted |= {"ANCHORWATCH_ATHENA_DATABASE": "logs", "ANCHORWATCH_ATHENA_REGION": "eu-central-1"}
    wanted |= {"ANCHORWATCH_ATHENA_USD_PER_TB": "6.75", "ANCHORWATCH_ATHENA_MOST_SCANNED_GB": "2"}
    trail = load_settings({**GOOD, **wanted}).trail
    assert trail is not None
    assert (trail.database, trail.table, trail.workgroup, trail.region) == (
        "logs",
        "cloudtrail",
        "primary",
        "eu-central-1",
    )
    assert (trail.most_scanned_bytes, trail.usd_per_tb) == (2_000_000_000, 6.75)


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_value_names_its_setting(name: str, value: str) -> None:
    """Each wrong value is one line that begins with the setting's name."""
    (mistake,) = mistakes(**{name: value})
    assert mistake.startswith(f"{name}: ")
    assert "\n" not in mistake


def test_all_mistakes_come_at_once() -> None:
    """Eighteen wrong settings are eighteen lines."""
    assert sorted(one.partition(":")[0] for one in mistakes(**WRONG)) == sorted(WRONG)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"SLACK_SIGNING_SECRET": "   "}, "SLACK_SIGNING_SECRET"),
        ({"ANCHORWATCH_RESPONDERS": " , "}, "ANCHORWATCH_RESPONDERS"),
        ({"ANCHORWATCH_APPROVERS": ","}, "ANCHORWATCH_APPROVERS"),
        ({"ANCHORWATCH_READ_ROLE": "r", "ANCHORWATCH_ACT_ROLE": "r"}, "ANCHORWATCH_ACT_ROLE"),
    ],
)
def test_what_does_not_go_together_is_named(changes: dict[str, str], name: str) -> None:
    """No way for clicks to come in, nobody who may press, one role for both: the start is refused."""
    (mistake,) = mistakes(**changes)
    assert mistake.startswith(f"{name}: ")


def test_socket_mode_needs_no_signing_secret() -> None:
    """With an app token clicks come over Socket Mode."""
    settings = load_settings({**GOOD, "SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-1"})
    assert settings.socket_mode


def test_an_api_url_ends_with_a_slash() -> None:
    """The Slack library joins the method's name to it."""
    assert load_settings({**GOOD, "ANCHORWATCH_SLACK_API_URL": "http://h/api"}).slack_api_url == "http://h/api/"


@pytest.mark.parametrize("listen", ["0.0.0.0:80", "[::1]:8080", "localhost:0", "bot_1.internal:65535"])
def test_addresses_to_listen_on(listen: str) -> None:
    """IPv4, IPv6, names and any port."""
    settings = load_settings({**GOOD, "ANCHORWATCH_LISTEN": listen})
    host, _, port = listen.rpartition(":")
    assert (settings.listen_host, settings.listen_port) == (host.strip("[]"), int(port))


def test_a_file_holds_the_same_names(tmp_path: Path) -> None:
    """Texts, numbers, switches and lists in TOML mean what they mean in the environment, which wins."""
    file = tmp_path / "anchorwatch.toml"
    file.write_text(
        'ANCHORWATCH_CHANNEL = "C1"\n'
        'ANCHORWATCH_RESPONDERS = ["U1", "S2"]\n'
        "ANCHORWATCH_RECEIVERS = 3\n"
        "ANCHORWATCH_OBSERVE = false\n"
        'ANCHORWATCH_APPROVERS = "U3"\n'
    )
    own = {name: GOOD[name] for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")}
    settings = load_settings({**own, CONFIG_VARIABLE: str(file), "ANCHORWATCH_CHANNEL": "C2"})
    assert (settings.channel, settings.responders, settings.approvers) == ("C2", ("U1", "S2"), ("U3",))
    assert (settings.receivers, settings.observe) == (3, False)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b'ANCHORWATCH_CHANEL = "C1"', "ANCHORWATCH_CHANEL: no such setting"),
        (b"ANCHORWATCH_CHANNEL = ", f"{CONFIG_VARIABLE}: "),
        (b"\xff\xfe", f"{CONFIG_VARIABLE}: "),
        (b"ANCHORWATCH_CHANNEL = 7", "ANCHORWATCH_CHANNEL: must be"),
        (b"[ANCHORWATCH_CHANNEL]\nx = 1", "ANCHORWATCH_CHANNEL: must be"),
        (b"ANCHORWATCH_OBSERVE = 1", "ANCHORWATCH_OBSERVE: must be"),
    ],
)
def test_mistakes_in_a_file(tmp_path: Path, content: bytes, named: str) -> None:
    """Unknown names, values of another type and a file that is no TOML are one line each."""
    file = tmp_path / "anchorwatch.toml"
    file.write_bytes(content)
    environment = {name: value for name, value in GOOD.items() if name.encode() not in content}
    with pytest.raises(BadSettings) as wrong:
        load_settings({**environment, CONFIG_VARIABLE: str(file)})
    assert [one for one in wrong.value.mistakes if one.startswith(named)]
    assert all("\n" not in one for one in wrong.value.mistakes)


def test_a_file_that_is_not_there_is_named() -> None:
    """A wrong path is a wrong setting."""
    (mistake,) = mistakes(**{CONFIG_VARIABLE: "no-such-file.toml"})
    assert mistake.startswith(f"{CONFIG_VARIABLE}: no-such-file.toml can't be read")


def test_secrets_show_nowhere() -> None:
    """Neither the settings' text nor a mistake repeats a secret."""
    secrets = {setting.name: f"xoxb-hidden-{number}" for number, setting in enumerate(ALL_SETTINGS) if setting.secret}
    secrets["SLACK_APP_TOKEN"] = "xapp-hidden"
    secrets["ANCHORWATCH_PAGE_URL"] = "https://hidden.example.com/hidden"
    shown = repr(load_settings({**GOOD, **secrets})) + str(load_settings({**GOOD, **secrets}))
    shown += "\n".join(mistakes(SLACK_BOT_TOKEN="hidden-too", SLACK_APP_TOKEN="hidden-as-well"))
    assert "hidden" not in shown
    assert len(secrets) == 8


def test_the_audit_commands_need_the_store_only(tmp_path: Path) -> None:
    """Where the case log is can be read without any other setting, from the environment or the file."""
    file = tmp_path / "anchorwatch.toml"
    file.write_text('ANCHORWATCH_STORE = "sqlite:///from-file.db"')
    assert store_setting({}) == "sqlite:///anchorwatch.db"
    assert store_setting({CONFIG_VARIABLE: str(file)}) == "sqlite:///from-file.db"
    assert store_setting({CONFIG_VARIABLE: str(file), "ANCHORWATCH_STORE": "sqlite:///x"}) == "sqlite:///x"
    with pytest.raises(BadSettings, match="ANCHORWATCH_STORE: must be"):
        store_setting({"ANCHORWATCH_STORE": "x"})
