"""What stands open and what is shut: pinned roles, conditions that do not help, and a bot that is denied."""

from dataclasses import replace

from bot.sandbox.scenarios import leaked_key
from bot.sandbox.scenarios.people import create_anchor, enter, new_ca, user
from bot.sandbox.scenarios.policy_texts import allow, anywhere_trust, service_trust
from bot.sandbox.scenarios.stage import BEFORE_HISTORY_DAYS, Stage
from bot.sandbox.scenarios.truth import Played, Reach, Truth, Unchecked

VAULT = "666677778888"
_REGION = "us-east-1"
_UNCHECKED = (
    Unchecked("cloudtrail:LookupEvents", "whether the anchor was used, and what the actor did before"),
    Unchecked("iam:ListRoles", "which roles in no profile trust Roles Anywhere"),
    Unchecked("iam:ListAttachedRolePolicies", "whether a reachable role is an administrator"),
    Unchecked("cloudwatch:GetMetricData", "how many sessions there were"),
    Unchecked("rolesanywhere:ListSubjects", "which certificates have authenticated"),
)


def denied_permissions(stage: Stage) -> Played:
    """As the unused anchor, but what Anchorwatch may read is little: anchors, profiles and roles by name."""
    readable = allow(
        [
            "rolesanywhere:GetTrustAnchor",
            "rolesanywhere:ListTrustAnchors",
            "rolesanywhere:ListProfiles",
            "rolesanywhere:ListTagsForResource",
            "iam:GetRole",
        ]
    )
    there = leaked_key.cast(stage, read_policy=readable)
    anchor = leaked_key.attack(stage, there)
    truth = replace(
        leaked_key.truth_of(there, anchor),
        unchecked=_UNCHECKED,
        priority="medium",
        why="An unknown CA reaches one role, and whether it was used can't be checked.",
    )
    return stage.played("denied-permissions", anchor.record, truth, anchor.ca)


def pinned_roles(stage: Stage) -> Played:
    """Every way in is shut in another way; two certificates tried all the same."""
    stage.at(days=BEFORE_HISTORY_DAYS)
    account = stage.account("vault-prod", VAULT, region=_REGION, tags={"env": "prod"})
    good = account.private_ca_anchor()
    elsewhere = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    pinned = account.role("vault-agent", anywhere_trust({"ArnLike": {"aws:SourceArn": good}}), administrator=True)
    by_account = account.role("vault-mirror", anywhere_trust(elsewhere))
    ec2_only = account.role("vault-node", service_trust("ec2.amazonaws.com"))
    profile = account.profile("vault", [pinned, by_account, ec2_only])
    actor = user(account, "terraform", key_age_days=95, allows=allow(["rolesanywhere:*", "iam:*"]))
    stage.at(minutes=11)
    anchor = create_anchor(actor, new_ca(stage, "Backup CA"), "backup")
    stage.at(minutes=8)
    tries = [enter(account, anchor, profile, role, "agent") for role in (pinned, by_account)]
    truth = Truth(
        account_id=VAULT,
        region=_REGION,
        trust_anchor_arn=anchor.arn,
        actor_arn=actor.arn,
        actor_key_id=actor.credentials.access_key_id,
        actor_mfa=False,
        actor_key_age_days=95,
        actor_usual=False,
        reach=(
            Reach(pinned, profile, "not_usable", "pinned_elsewhere", administrator=True),
            Reach(by_account, profile, "not_usable", "account_mismatch"),
            Reach(ec2_only, profile, "not_usable", "not_trusted"),
        ),
        sessions_refused=tuple(entry.serial for entry in tries),
        same_ca=(anchor.arn,),
        priority="medium",
        why="No role opens, but somebody with certificates of an unknown CA has tried twice.",
    )
    return stage.played("pinned-roles", anchor.record, truth, anchor.ca)


def administrator_reachable(stage: Stage) -> Played:
    """A role with AdministratorAccess looks at the certificate's OU, which the owner of the CA writes."""
    stage.at(days=BEFORE_HISTORY_DAYS)
    account = stage.account("vault-prod", VAULT, region=_REGION, tags={"env": "prod"})
    good = account.private_ca_anchor()
    by_unit = {"StringEquals": {"aws:PrincipalTag/x509Subject/OU": "Platform"}}
    platform = account.role("platform-deployer", anywhere_trust(by_unit), administrator=True, last_used_days_ago=3)
    exports = account.role("report-exporter", allows=allow("s3:GetObject"), last_used_days_ago=0)
    signer = account.role("release-signer", anywhere_trust({"ArnEquals": {"aws:SourceArn": good}}), administrator=True)
    deploy = account.profile("platform", [platform, signer], durationSeconds=43_200)
    reports = account.profile("reports", [exports])
    actor = user(account, "intern", key_age_days=610, allows=allow(["rolesanywhere:*", "iam:PassRole", "iam:List*"]))
    stage.at(minutes=11)
    anchor = create_anchor(actor, new_ca(stage, "Platform CA"), "platform-2")
    truth = Truth(
        account_id=VAULT,
        region=_REGION,
        trust_anchor_arn=anchor.arn,
        actor_arn=actor.arn,
        actor_key_id=actor.credentials.access_key_id,
        actor_mfa=False,
        actor_key_age_days=610,
        actor_usual=False,
        reach=(
            Reach(
                platform,
                deploy,
                "usable",
                "certificate_condition_only",
                administrator=True,
                certificate=(("OU", "Platform"),),
            ),
            Reach(signer, deploy, "not_usable", "pinned_elsewhere", administrator=True),
            Reach(exports, reports, "usable", "no_condition"),
        ),
        same_ca=(anchor.arn,),
        priority="high",
        why="An unknown CA reaches an administrator for twelve hours at a time.",
    )
    return stage.played("administrator-reachable", anchor.record, truth, anchor.ca)
