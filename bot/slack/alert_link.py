"""The way from a card back to the alert: a link only to where the organization says that its alerts are.

Elastic and Security Hub write the address, but they write it beside what an attacker wrote, and whoever runs a rule may
set it. So a link needs a host of the organization's own file; any other address is shown and can't be clicked.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.domain.detection import RuleAlert
from bot.slack.text import code, defang, escape, shown

# Neither a user name before the host nor what ends a link in mrkdwn fits.
_ADDRESS = re.compile(r"https://(?P<host>[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)(?:/[!#-;=?-\[\]_a-z~]{0,2000})?")
_SHOWN = 300


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
