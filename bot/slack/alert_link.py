"""What a card says of the alert behind it: the way back to it, and whether its run left others out.

Elastic and Security Hub write the address, but they write it beside what an attacker wrote, and whoever runs a rule may
set it. So a link needs a host of the organization's own file; any other address is shown and can't be clicked.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.domain.case import Case
from bot.domain.detection import RuleAlert
from bot.domain.rule_runs import RunCut, cut_sentence
from bot.slack.text import code, defang, escape, marked, shown

# Neither a user name before the host nor what ends a link in mrkdwn fits.
_ADDRESS = re.compile(r"https://(?P<host>[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)(?:/[!#-;=?-\[\]_a-z~]{0,2000})?")
_SHOWN = 300


def alert_lines(case: Case, hosts: Collection[str]) -> list[str]:
    """What stands at the end of the card; see :func:`alert_line` for ``hosts``."""
    lines = [alert_line(case.detection.alert, hosts)]
    answer = case.investigation.answers.get("many_at_once")
    if answer is not None and answer.facts.get("cut") is True:
        sentence = cut_sentence(str(answer.facts.get("system")), int(str(answer.facts.get("alerts"))))
        lines.append(shown(sentence, _SHOWN))
    return [one for one in lines if one]


def run_cut_words(event: RunCut) -> str:
    """The line for the operations channel, safe to show."""
    rule = f" Rule: {marked(shown(defang(event.rule), 120), event.rule)}." if event.rule else ""
    return (
        f"*{shown(cut_sentence(event.system, event.alerts), _SHOWN)}*{rule} Trust anchors may have been made that have "
        "no case here: look in CloudTrail for CreateTrustAnchor, and stop whoever makes so many first."
    )


def alert_line(alert: RuleAlert | None, hosts: Collection[str]) -> str:
    """The alert as a link, or its address as text that nothing links; empty when the report gives none.

    ``hosts`` are as ``[alerts] hosts`` has them: names in small letters, with the port where it is not 443.
    """
    if alert is None or not alert.url:
        return ""
    system = shown(alert.system, 30)
    match = _ADDRESS.fullmatch(alert.url)
    if match and match["host"].lower().removesuffix(":443") in hosts:
        return f"<{escape(alert.url)}|Open the alert in {system}>"
    return f"Alert in {system}: {code(defang(alert.url), _SHOWN)}"
