"""The pages in docs/reference say what the code says."""

from pathlib import Path

import pytest

from bot import reference_pages
from bot.registry import load_handlers
from bot.settings import ALL_SETTINGS


def test_every_page_is_what_the_code_says() -> None:
    """No page in the repository is old, missing or left over; `make docs` writes them."""
    assert reference_pages.stale_pages() == ()


def test_the_check_names_what_is_stale(tmp_path: Path) -> None:
    """A page that was edited, one that was removed and one too many are each named."""
    reference_pages.write_pages(tmp_path)
    (tmp_path / "cli.md").write_text("Another text.\n")
    (tmp_path / "settings.md").unlink()
    (tmp_path / "old.md").write_text("A page of yesterday.\n")

    assert reference_pages.stale_pages(tmp_path) == ("cli.md", "old.md", "settings.md")


def test_the_command_fails_on_a_stale_page(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` exits with 1 and says what to run."""
    monkeypatch.setattr(reference_pages, "stale_pages", lambda: ("cli.md",))

    assert reference_pages.main(["--check"]) == 1
    assert "docs/reference/cli.md is not what the code says: run make docs" in capsys.readouterr().err


def test_the_pages_leave_nothing_out() -> None:
    """Each action, each permission and each setting stands on its page."""
    pages = reference_pages.pages()
    assert all(f"`{one}`" in pages["actions.md"] for one in load_handlers().askable)
    for action in load_handlers().actions.values():
        assert all(f"`{permission}`" in pages["permissions.md"] for permission in action.of_aws)
    assert all(f"`{setting.name}`" in pages["settings.md"] for setting in ALL_SETTINGS)


def test_no_secret_has_a_default() -> None:
    """A secret with a default would be published on the settings page."""
    assert [one.name for one in ALL_SETTINGS if one.secret and one.default] == []
