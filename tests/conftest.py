"""What holds for every test: a clean environment, and no skipped test where CI=true."""

import os
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

CHROMIUM = Path("/usr/bin/chromium")

_OUTSIDE = re.compile(r"(AWS|SLACK|ANCHORWATCH)_")

# A busy machine is no defect: speed is the benchmark's, not a deadline's.
settings.register_profile("anchorwatch", deadline=None)
settings.load_profile("anchorwatch")


def pytest_configure() -> None:
    """Take the machine's AWS and Slack settings away, from this process and so from all that the tests start."""
    for name in [name for name in os.environ if _OUTSIDE.match(name)]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.devnull
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the browser tests where there is no browser, and say so."""
    if CHROMIUM.exists():
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=f"there is no {CHROMIUM}: install Debian's package chromium"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a failure of a skip in CI; what is expected to fail is no skip."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Make a failure of a whole file that skips itself in CI."""
    report = yield
    if report.skipped:
        _fail_in_ci(report)
    return report


def _fail_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI") == "true":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"A skipped test is a failed test where CI=true. {why}"
