"""The file with the approval rules: every key is read, and every mistake names its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.approvals_file import read_approvals, rules_in_force
from bot.domain.approval_rule import Scope, rules_by_risk
from bot.domain.errors import BadSettings
from bot.domain.house import House
from bot.domain.people import NOBODY, People
from bot.domain.plan import Risk
from bot.domain.terms import Share, Terms
from bot.registry import load_actions

ROOT = Path(__file__).parents[2]
RISKS = {one.id: one.risk for one in load_actions().values()}
SECURITY = People((), ("S0123456790",), "security")


def mistakes(tmp_path: Path, text: str) -> list[str]:
    """What is wrong with a file, without its path."""
    path = tmp_path / "approvals.toml"
    path.write_text(text)
    with pytest.raises(BadSettings) as refusal:
        read_approvals(str(path), RISKS, ["production", "lab"])
    return [one.removeprefix(f"{path}: ") for one in refusal.value.mistakes]


def test_the_example_has_every_key_and_is_read_whole() -> None:
    """The file that people copy from works as it stands, and shows all that there is."""
    path = ROOT / "config/approvals.toml"
    first, lab, frankfurt, undone, rest = read_approvals(str(path), RISKS, ["production", "lab"])
    assert first.scope == Scope(risks=(Risk.IRREVERSIBLE,), environments=("production",))
    assert first.terms == Terms(
        rule="production, what can't be undone",
        needed=2,
        approvers=People((), ("S0123456789", "S0123456790"), "on_call, security"),
        shares=(Share(1, SECURITY),),
        silent=People(("U0123456789", "U0123456790"), (), "leads"),
        expires_minutes=60,
        reminder_minutes=(5, 15, 40),
    )
    assert (lab.terms.needed, lab.terms.reason_required) == (0, False)
    assert frankfurt.scope == Scope(("disable_profile", "enable_profile"), (), ("111122223333",), ("eu-central-1",))
    assert frankfurt.terms.own_yes_counts
    assert (undone.terms.needed, rest.scope, rest.terms) == (0, Scope(), Terms(rule="everything else"))
    text = path.read_text()
    keys = "name actions risks accounts regions environments approvals approvers at_least silent own_yes_counts"
    keys += " reason_required expires_minutes reminder_minutes"
    assert [key for key in keys.split() if f"\n{key} = " not in text] == []


GLASS = """
[people]
night = ["U1", "S1"]
[break_glass]
people = ["night", "U2"]
[[rule]]
name = "all"
approvals = 1
"""


def test_who_may_break_the_glass_stands_in_every_rule(tmp_path: Path) -> None:
    """By lists and ids; without the section nobody, which is what the example says until somebody takes it in."""
    path = tmp_path / "approvals.toml"
    path.write_text(GLASS)
    rules = read_approvals(str(path), RISKS, [])
    assert [one.terms.break_glass for one in rules] == [People(("U1", "U2"), ("S1",), "night, U2")]
    example = (ROOT / "config/approvals.toml").read_text()
    path.write_text(example)
    assert {one.terms.break_glass for one in read_approvals(str(path), RISKS, ["production", "lab"])} == {NOBODY}
    path.write_text(
        example.replace("# [break_glass]", "[break_glass]").replace('# people = ["on_call"]', 'people = ["on_call"]')
    )
    opened = read_approvals(str(path), RISKS, ["production", "lab"])
    assert {one.terms.break_glass for one in opened} == {People((), ("S0123456789",), "on_call")}


@pytest.mark.parametrize(
    ("was", "written", "mistake"),
    [
        ('people = ["night", "U2"]', "people = []", "[break_glass]: people is empty; leave it out to mean nobody"),
        (
            'people = ["night", "U2"]',
            'people = ["nigth"]',
            "[break_glass]: people: 'nigth' is neither a list of [people] nor a user id (U…) or user group id (S…)",
        ),
        ('people = ["night", "U2"]', 'people = "U2"', "[break_glass]: people must be a list of texts"),
        ('people = ["night", "U2"]', "who = 1", "[break_glass]: there is no key 'who'"),
        ("[break_glass]", "[[break_glass]]", "[break_glass] must be a table"),
    ],
)
def test_a_wrong_section_about_the_glass_names_its_place(tmp_path: Path, was: str, written: str, mistake: str) -> None:
    """In the words of the rest of the file."""
    assert mistakes(tmp_path, GLASS.replace(was, written)) == [mistake]


def test_without_a_file_the_settings_are_the_rules() -> None:
    """Nothing changes for who has no file."""
    assert rules_in_force("", rules_by_risk(1, 2), {}, House()) == rules_by_risk(1, 2)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "has no [[rule]], so nobody could ask for anything"),
        ("[rules]\n", "there is no section [rules]"),
        ("[rule]\nname = 'x'\n", "[rule] must be written as [[rule]]"),
        ("people = 1\n", "[people] must be a table"),
        ("[people]\nOps = ['U1']\n", "[people] Ops: a list's name is small letters, digits, _ and -"),
        ("[people]\nops = ['@kim']\n", "[people] ops: must be a list of user ids (U…, W…) and user group ids (S…)"),
        ("[people]\nops = []\n", "[people] ops: must be a list of user ids (U…, W…) and user group ids (S…)"),
        ("[[rule]]\nname = 'x'\n", "rule 1 ('x'): approvals is missing"),
        ("[[rule]]\napprovals = 1\n", "rule 1: name must be 1 to 60 letters, digits, spaces and simple signs"),
        ("[[rule]]\nname = '*x*'\napprovals = 1\n", "rule 1 ('*x*'): name must be 1 to 60 letters, digits, spaces and"),
        ("[[rule]]\nname = 'x'\napprovals = true\n", "rule 1 ('x'): approvals must be a whole number from 0 to 5"),
        ("[[rule]]\nname = 'x'\napproval = 1\napprovals = 1\n", "rule 1 ('x'): there is no key 'approval'"),
        ("[[rule]]\nname = 'x'\napprovals = 1\naccounts = []\n", "rule 1 ('x'): accounts is empty; leave it out to"),
        ("[[rule]]\nname = 'x'\napprovals = 1\naccounts = ['1']\n", "rule 1 ('x'): accounts: '1' is not an account id"),
        (
            "[[rule]]\nname = 'x'\napprovals = 1\nrisks = ['read']\n",
            "rule 1 ('x'): risks must be among reversible, irr",
        ),
        (
            "[[rule]]\nname = 'x'\napprovals = 1\nenvironments = ['prod']\n",
            "rule 1 ('x'): environments must be among production, lab, other, unknown",
        ),
        (
            "[[rule]]\nname = 'x'\napprovals = 1\napprovers = ['ops']\n",
            "rule 1 ('x'): approvers: 'ops' is neither a list of [people] nor a user id (U…) or user group id (S…)",
        ),
        (
            "[[rule]]\nname = 'x'\napprovals = 1\nat_least = { S1 = 1 }\n",
            "rule 1 ('x'): at_least: 'S1' is no list of [people]",
        ),
        ("[[rule]]\nname = 'x'\napprovals = 1\nat_least = 1\n", "rule 1 ('x'): at_least must be a table such as"),
        ("[[rule]]\nname = 'x'\napprovals = 1\nsilent = 'U1'\n", "rule 1 ('x'): silent must be a list of texts"),
        (
            "[[rule]]\nname = 'x'\napprovals = 1\nown_yes_counts = 'yes'\n",
            "rule 1 ('x'): own_yes_counts must be true or false",
        ),
        (
            "[[rule]]\nname = 'x'\napprovals = 1\nreminder_minutes = 5\n",
            "rule 1 ('x'): reminder_minutes must be a list of at most 10 minutes; an empty one means none",
        ),
        ("[[rule]]\nname = 'x'\napprovals = 0\n", "rule “x”: approvals must be at least 1. It fits actions that can't"),
        ("x = ", "can't be read: Invalid value"),
    ],
)
def test_every_mistake_names_its_place(tmp_path: Path, text: str, mistake: str) -> None:
    """One line a mistake: what, where, and what would be right."""
    assert any(one.startswith(mistake) for one in mistakes(tmp_path, text)), mistakes(tmp_path, text)


def test_a_rule_for_an_environment_that_no_account_has_is_refused(tmp_path: Path) -> None:
    """A rule for production that never decides would leave production to a weaker one."""
    path = tmp_path / "approvals.toml"
    path.write_text("[[rule]]\nname = 'strict'\nenvironments = ['production']\napprovals = 2\n")
    with pytest.raises(BadSettings) as refusal:
        rules_in_force(str(path), (), load_actions(), House())
    sentence = "rule “strict”: no account in the file that ANCHORWATCH_HOUSE names is production"
    assert refusal.value.mistakes == (f"{path}: {sentence}",)


def test_usual_reminders_end_before_the_request_does(tmp_path: Path) -> None:
    """A short request is reminded of as far as the usual minutes fit; an empty list means none."""
    path = tmp_path / "approvals.toml"
    path.write_text(
        "[[rule]]\nname = 'a'\napprovals = 1\nexpires_minutes = 8\nregions = ['eu-west-1']\n"
        "[[rule]]\nname = 'b'\napprovals = 1\nreminder_minutes = []\n"
    )
    found = read_approvals(str(path), RISKS, [])
    assert [one.terms.reminder_minutes for one in found] == [(5,), ()]
    assert [one.terms.silent for one in found] == [NOBODY, NOBODY]
