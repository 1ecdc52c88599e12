"""One CA in five accounts: a role of the hub account is used to plant it everywhere."""

from bot.sandbox.scenarios.people import create_anchor, new_ca, session_of, user
from bot.sandbox.scenarios.policy_texts import allow, principal_trust
from bot.sandbox.scenarios.stage import BEFORE_HISTORY_DAYS, HUB, Account, Stage
from bot.sandbox.scenarios.truth import Played, Reach, Truth

_PLACES = (
    ("web-prod", "101010101010", "us-east-1"),
    ("web-staging", "202020202020", "us-east-1"),
    ("search-prod", "303030303030", "eu-west-1"),
    ("billing-prod", "404040404040", "eu-central-1"),
    ("archive-prod", "505050505050", "ap-southeast-2"),
)


def same_ca_in_five_accounts(stage: Stage) -> Played:
    """The detection is the first of five anchors with one CA; one of the five has an administrator in reach."""
    stage.at(days=BEFORE_HISTORY_DAYS)
    accounts = [stage.account(name, number, region=region, tags={"env": name[-4:]}) for name, number, region in _PLACES]
    operator = user(Account(stage, HUB), "fleet-operator", key_age_days=220)
    trust = principal_trust(operator.arn)
    doors = [(account, account.role("fleet-admin", trust, administrator=True)) for account in accounts]
    first, billing = accounts[0], accounts[3]
    agent = first.role("fleet-agent", allows=allow("ssm:GetParameter"), last_used_days_ago=1)
    profile = first.profile("fleet", [agent])
    billing.profile("fleet", [billing.role("billing-admin", administrator=True)])
    stage.at(minutes=16)
    planted = [session_of(operator, role, "fleet-rollout", account) for account, role in doors]
    ca = new_ca(stage, "Fleet CA")
    anchors = []
    for number, acting in enumerate(planted):
        stage.at(minutes=14 - number)
        anchors.append(create_anchor(acting, ca, "fleet"))
    actor = planted[0]
    truth = Truth(
        account_id=first.account_id,
        region=first.region,
        trust_anchor_arn=anchors[0].arn,
        actor_arn=actor.arn,
        actor_key_id=actor.credentials.access_key_id,
        actor_mfa=None,
        actor_key_age_days=None,
        actor_usual=False,
        reach=(Reach(agent, profile, "usable", "no_condition"),),
        same_ca=tuple(anchor.arn for anchor in anchors),
        priority="high",
        why="One unknown CA came into five accounts within minutes.",
    )
    return stage.played("same-ca-in-five-accounts", anchors[0].record, truth, ca)
