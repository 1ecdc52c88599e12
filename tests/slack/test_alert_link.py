"""The way back to the alert: a link only to hosts of the organization, and else text that nothing links."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.detection import RuleAlert
from bot.domain.house import House
from bot.slack.alert_link import alert_line
from bot.slack.card import Card
from bot.slack.controls import Controls
from tests.slack.card_states import ACTIONS, CHANNEL, case_in

HOSTS = ("kibana.example.com", "siem.example.com:5601")
PATH = "/app/security/alerts/redirect/f00d?index=.alerts-default&timestamp=2026-11-20T09:34:00.000Z"


def line(url: str | None) -> str:
    """The line for an alert of Elastic's at an address."""
    return alert_line(RuleAlert("Elastic", url=url), HOSTS)


@pytest.mark.parametrize("host", ["kibana.example.com", "Kibana.Example.com", "kibana.example.com:443", HOSTS[1]])
def test_an_alert_on_a_host_of_ours_is_a_link(host: str) -> None:
    """The whole address is kept, as Slack wants it written."""
    assert line(f"https://{host}{PATH}") == f"<https://{host}{PATH.replace('&', '&amp;')}|Open the alert in Elastic>"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/kibana.example.com",
        "http://kibana.example.com/",
        "https://kibana.example.com@evil.example/",
        "https://kibana.example.com.evil.example/",
        "https://kibana.example.com:8443/",
        "https://siem.example.com/",
        "https://kibana.example.com./",
        "https://kibana.example.com\\@evil.example/",
        "https://kibana.example.com/|Disable Trust Anchor> <https://evil.example/",
        "https://kibana.example.com/a\n<!channel>",
        "https://kibana.example.com/" + "a" * 3_000,
        "https://k\u0456bana.example.com/",
    ],
)
def test_any_other_address_can_be_read_and_not_clicked(url: str) -> None:
    """Another host, another port, no TLS, and all that would leave the link are text."""
    shown = line(url)
    assert shown.startswith("Alert in Elastic: `hxxp")
    assert not {"<", ">", "|Open"} & {shown[at : at + 1] for at in range(len(shown))}
    assert len(shown) < 340


def test_without_hosts_no_address_is_a_link() -> None:
    """A house that has named none gets the address as text."""
    assert alert_line(RuleAlert("Elastic", url=f"https://{HOSTS[0]}/a"), ()) == (
        "Alert in Elastic: `hxxps://kibana[.]example[.]com/a`"
    )


def test_without_an_address_nothing_is_said() -> None:
    """Most reports have none."""
    assert (line(None), alert_line(None, HOSTS)) == ("", "")


def test_the_card_ends_with_the_way_back_to_the_alert() -> None:
    """It stands in the card's footer, which is no part of what a yes is a yes to."""
    case, _ = case_in("new")
    url = f"https://{HOSTS[0]}/alert"
    told = replace(case, detections=(replace(case.detection, alert=RuleAlert("Elastic", url=url)),))
    houses = (House(alert_hosts=HOSTS), House())
    linked, unlinked = (Card(CHANNEL, Controls(ACTIONS), "", house).draw(told) for house in houses)
    assert f"<{url}|Open the alert in Elastic>" in str(linked.rich["blocks"][-1])
    assert "hxxps://kibana[.]example[.]com/alert" in str(unlinked.rich["blocks"][-1])
    assert linked.rendered == unlinked.rendered
    assert "hxxps://kibana[.]example[.]com/alert" in unlinked.plain()["text"]
