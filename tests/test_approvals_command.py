"""``anchorwatch approvals`` says which rule decides, and how a person would read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import main

EXAMPLE = Path(__file__).parents[1] / "config/approvals.toml"


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    house = tmp_path / "house.toml"
    accounts = (("111122223333", "production"), ("444455556666", "lab"))
    house.write_text(
        "\n".join(f'[[account]]\nid = "{one}"\nname = "x"\nenvironment = "{env}"' for one, env in accounts)
    )
    monkeypatch.setenv("ANCHORWATCH_HOUSE", str(house))
    monkeypatch.setenv("ANCHORWATCH_APPROVERS", "S0APPROVERS")


def test_it_prints_the_rules_in_their_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each rule with what it fits and what it asks for."""
    monkeypatch.setenv("ANCHORWATCH_APPROVALS", str(EXAMPLE))
    assert main(["approvals"]) == 0
    printed = capsys.readouterr().out
    first = printed.split("\n\n")[1].splitlines()
    assert first == [
        "1. production, what can't be undone",
        "  Fits risks: irreversible; environments: production",
        (
            "  Needs a yes from 2 other people: on_call, security (S0123456789, S0123456790); "
            "leads (U0123456789, U0123456790)"
        ),
        "    at least 1 of them from security (S0123456790)",
        "  Never pinged: leads (U0123456789, U0123456790)",
        "  A reason is needed",
        "  Reminders after 5, 15, 40 minutes",
        "  Expires after 60 minutes",
    ]
    assert printed.count("\n\n") == 5


def test_the_shipped_examples_work_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A newcomer points the command at the files as they come, and each rule finds its accounts."""
    monkeypatch.setenv("ANCHORWATCH_APPROVALS", str(EXAMPLE))
    monkeypatch.setenv("ANCHORWATCH_HOUSE", str(EXAMPLE.with_name("house.toml")))
    assert main(["approvals"]) == 0
    capsys.readouterr()
    assert main(["approvals", "--account", "444455556666", "--action", "disable_trust_anchor"]) == 0
    assert "Rule: lab, what can be undone" in capsys.readouterr().out


def test_it_says_whether_the_glass_can_be_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Nobody without the section; with it who, once for all rules, and for each action that it is open for."""
    monkeypatch.setenv("ANCHORWATCH_APPROVALS", str(EXAMPLE))
    assert main(["approvals"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "Nobody may break the glass."
    rules = tmp_path / "approvals.toml"
    rules.write_text('[break_glass]\npeople = ["U1"]\n[[rule]]\nname = "all"\napprovals = 1\n')
    monkeypatch.setenv("ANCHORWATCH_APPROVALS", str(rules))
    assert main(["approvals"]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[1] == "May break the glass, alone, for what can be undone: U1"
    assert printed.count("break the glass") == 1
    for action, is_open in (
        ("disable_trust_anchor", True),
        ("delete_trust_anchor", False),
        ("add_to_inventory", False),
    ):
        assert main(["approvals", "--account", "111122223333", "--action", action]) == 0
        assert ("May break the glass and run it alone: U1" in capsys.readouterr().out) == is_open


def test_it_says_which_rule_decides_somewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same action falls under another rule in another account."""
    monkeypatch.setenv("ANCHORWATCH_APPROVALS", str(EXAMPLE))
    rules = []
    for account in ("111122223333", "444455556666"):
        assert main(["approvals", "--account", account, "--action", "delete_trust_anchor"]) == 0
        rules.append(capsys.readouterr().out.splitlines()[3])
    assert rules == ["  Rule: production, what can't be undone", "  Rule: everything else"]


def test_without_a_file_it_says_what_the_settings_mean(capsys: pytest.CaptureFixture[str]) -> None:
    """The two rules of the settings, with the approvers by id."""
    assert main(["approvals", "--action", "delete_trust_anchor"]) == 0
    assert "Needs a yes from one other person: ANCHORWATCH_APPROVERS (S0APPROVERS)" in capsys.readouterr().out


def test_what_no_rule_fits_is_exit_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script can tell that nobody may."""
    rules = tmp_path / "approvals.toml"
    rules.write_text("[[rule]]\nname = 'lab'\nenvironments = ['lab']\napprovals = 1\n")
    monkeypatch.setenv("ANCHORWATCH_APPROVALS", str(rules))
    assert main(["approvals", "--account", "111122223333"]) == 1
    assert "Nobody may ask for this: no approval rule fits delete_trust_anchor" in capsys.readouterr().out


def test_wrong_use_is_exit_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong rules, settings that mean nothing beside a file, an action that needs no approval."""
    assert main(["approvals", "--action", "list_linked_profiles"]) == 2
    assert "There is no action 'list_linked_profiles' that needs approval" in capsys.readouterr().err
    monkeypatch.setenv("ANCHORWATCH_APPROVALS", "/does/not/exist.toml")
    assert main(["approvals"]) == 2
    assert "/does/not/exist.toml: can't be read" in capsys.readouterr().err
