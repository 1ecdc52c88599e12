"""A usual account at its usual size, to measure how long an investigation takes."""

from bot.sandbox.scenarios.history import remember
from bot.sandbox.scenarios.people import create_anchor, enter, new_ca, user
from bot.sandbox.scenarios.policy_texts import allow, anywhere_trust, service_trust
from bot.sandbox.scenarios.stage import BEFORE_HISTORY_DAYS, Account, Stage
from bot.sandbox.scenarios.truth import Played, Reach, Truth

BUSY = "888899990000"
_REGION = "us-east-1"
_OPEN_EVERY = 10
_CALLS = (
    ("ec2", "DescribeInstances"),
    ("sts", "GetCallerIdentity"),
    ("rolesanywhere", "ListProfiles"),
    ("iam", "ListRoles"),
    ("secretsmanager", "ListSecrets"),
)


def busy_account(stage: Stage, *, profiles: int = 10, roles: int = 300, events: int = 5000) -> Played:
    """Most roles belong to other services; of those that trust Roles Anywhere every tenth is open, one is used.

    Args:
        stage: Where.
        profiles: How many, all enabled; at least 1.
        roles: How many; every third trusts Roles Anywhere.
        events: How many records the last 90 days have, over two users.
    """
    stage.at(days=BEFORE_HISTORY_DAYS)
    account = stage.account("busy-prod", BUSY, region=_REGION, tags={"env": "prod"})
    good = account.private_ca_anchor()
    reach = _roles_and_profiles(account, good, profiles, roles)
    actor = user(account, "deploy-bot", key_age_days=300, allows=allow(["rolesanywhere:*", "iam:*"]))
    colleague = user(account, "ops-bot", key_age_days=200)
    for number in range(events):
        service, operation = _CALLS[number % len(_CALLS)]
        who = actor if number % 2 else colleague
        at = stage.ago(minutes=30 + number * (89 * 24 * 60 / max(events, 1)))
        remember(who.habit(), service, operation, at)
    stage.at(minutes=12)
    anchor = create_anchor(actor, new_ca(stage, "Busy CA"), "runners-2")
    way_in = next(one for one in reach if one.verdict == "usable")
    stage.at(minutes=9)
    entry = enter(account, anchor, str(way_in.profile_arn), way_in.role_arn, "runner-1")
    truth = Truth(
        account_id=BUSY,
        region=_REGION,
        trust_anchor_arn=anchor.arn,
        actor_arn=actor.arn,
        actor_key_id=actor.credentials.access_key_id,
        actor_mfa=False,
        actor_key_age_days=300,
        actor_usual=False,
        reach=reach,
        sessions_issued=(entry.serial,),
        same_ca=(anchor.arn,),
        priority="high",
        why="A certificate of an unknown CA got a session.",
    )
    return stage.played("busy-account", anchor.record, truth, anchor.ca)


def _roles_and_profiles(account: Account, good: str, profiles: int, roles: int) -> tuple[Reach, ...]:
    pinned = anywhere_trust({"ArnEquals": {"aws:SourceArn": good}})
    trusting: list[tuple[str, bool]] = []
    for number in range(roles):
        if number % 3:
            account.role(f"service-{number:03}", service_trust("lambda.amazonaws.com"))
            continue
        is_open = number // 3 % _OPEN_EVERY == 0
        trusting.append((account.role(f"workload-{number:03}", None if is_open else pinned), is_open))
    reach = []
    for number in range(profiles):
        listed = trusting[number::profiles]
        arn = account.profile(f"profile-{number:02}", [role for role, _ in listed])
        reach += [_reach(role, arn, is_open=is_open) for role, is_open in listed]
    return tuple(reach)


def _reach(role: str, profile: str, *, is_open: bool) -> Reach:
    if is_open:
        return Reach(role, profile, "usable", "no_condition")
    return Reach(role, profile, "not_usable", "pinned_elsewhere")
