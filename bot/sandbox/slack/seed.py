"""The made-up workspace: fixed ids of its team, people, user groups, channels and app.

Tests, the story and the settings of the sandbox import these names instead of repeating the ids.
"""

from dataclasses import dataclass

TEAM_ID = "T07ANCHOR1W"
TEAM_NAME = "Anchorwatch demo"
TEAM_DOMAIN = "anchorwatch-demo"
EMAIL_DOMAIN = "anchorwatch.example"
APP_ID = "A07ANCHOR1W"
BOT_ID = "B07ANCHOR1W"
BOT_USER_ID = "U07ANCHOR1W"
BOT_NAME = "Anchorwatch"
BOT_HANDLE = "anchorwatch"

BOT_TOKEN = "xoxb-sandbox-not-a-secret"
APP_TOKEN = "xapp-1-A07ANCHOR1W-sandbox-not-a-secret"
SIGNING_SECRET = "sandbox-signing-secret"
VERIFICATION_TOKEN = "sandbox-verification-token"

AVA = "U07AVALINDQ"
BEN = "U07BENOKAFR"
CARLA = "U07CARLAREY"
DMITRI = "U07DMITRINV"
EVE = "U07EVESOREN"

ONCALL_GROUP = "S07ONCALL01"
APPROVERS_GROUP = "S07APPROVER"
PKI_GROUP = "S07PKITEAM1"

ALERTS_CHANNEL = "C07AWSALERT"
OPS_CHANNEL = "C07ANCHOROP"

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)


@dataclass(frozen=True, slots=True)
class SeedPerson:
    """One member of the workspace as it is at the start.

    Attributes:
        user_id: Slack's id, `U…`.
        handle: The name in the page's address, `/u/{handle}`, and behind `@`.
        name: The name that is shown.
        role: What the person may do in the demo, in words for the page.
        time_zone: A name of the IANA time zone database.
        deactivated: Whether the account has been switched off.
    """

    user_id: str
    handle: str
    name: str
    role: str
    time_zone: str = "Europe/Stockholm"
    deactivated: bool = False


@dataclass(frozen=True, slots=True)
class SeedGroup:
    """One user group as it is at the start; `members` are user ids."""

    group_id: str
    handle: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeedChannel:
    """One public channel as it is at the start; `members` are user ids."""

    channel_id: str
    name: str
    members: tuple[str, ...]


PEOPLE = (
    SeedPerson(AVA, "ava", "Ava Lindqvist", "responder"),
    SeedPerson(BEN, "ben", "Ben Okafor", "approver", "Africa/Lagos"),
    SeedPerson(CARLA, "carla", "Carla Reyes", "approver and responder", "America/New_York"),
    SeedPerson(DMITRI, "dmitri", "Dmitri Novak", "PKI team, else an outsider", "Europe/Prague"),
    SeedPerson(EVE, "eve", "Eve Sorensen", "deactivated", "Europe/Copenhagen", deactivated=True),
)

# Slack takes a deactivated person out of groups and channels, so Eve is in none.
GROUPS = (
    SeedGroup(ONCALL_GROUP, "oncall", "On call", (AVA, CARLA)),
    SeedGroup(APPROVERS_GROUP, "approvers", "Approvers", (BEN, CARLA)),
    SeedGroup(PKI_GROUP, "pki", "PKI team", (DMITRI,)),
)

_EVERYONE = (AVA, BEN, CARLA, DMITRI, BOT_USER_ID)

CHANNELS = (
    SeedChannel(ALERTS_CHANNEL, "aws-alerts", _EVERYONE),
    SeedChannel(OPS_CHANNEL, "anchorwatch-ops", _EVERYONE),
)
