"""A leaked key of a build user makes a trust anchor: unused, used once, chained, and used to carry data out."""

from dataclasses import dataclass, replace

from bot.sandbox.scenarios.history import remember
from bot.sandbox.scenarios.people import Anchor, Entry, Person, create_anchor, enter, new_ca, session_of, user
from bot.sandbox.scenarios.policy_texts import allow, anywhere_trust, principal_trust, service_trust
from bot.sandbox.scenarios.stage import BEFORE_HISTORY_DAYS, Account, Stage
from bot.sandbox.scenarios.truth import Played, Reach, Truth

PAYMENTS = "222233334444"
WAREHOUSE = "333344445555"
STRANGER = "999988887777"
REGION = "eu-west-1"
RECON = ("ListTrustAnchors", "ListProfiles", "ListRoles", "GetRole")
_KEY_AGE_DAYS = 412
_UPLOADS = allow(["s3:PutObject", "s3:GetObject"], "arn:aws:s3:::artifacts/*")


@dataclass(frozen=True)
class Cast:
    """Who and what there is.

    Attributes:
        account: The account of the attack.
        actor: The build user whose key leaked.
        profile: The enabled profile.
        open_role: In the profile, open to any certificate.
        reach: What is true of every role.
    """

    account: Account
    actor: Person
    profile: str
    open_role: str
    reach: tuple[Reach, ...]


def cast(stage: Stage, role_allows: str = _UPLOADS, read_policy: str | None = None) -> Cast:
    """An account with an open, a pinned and a forgotten role, and a build user who may do too much.

    Args:
        stage: Where.
        role_allows: What the open role may do, JSON text.
        read_policy: What the bot's read role may do, JSON text; None does not limit it.
    """
    stage.at(days=BEFORE_HISTORY_DAYS)
    account = stage.account(
        "payments-prod", PAYMENTS, region=REGION, tags={"env": "prod", "owner": "payments"}, read_policy=read_policy
    )
    good = account.private_ca_anchor()
    uploader = account.role("artifact-uploader", allows=role_allows, last_used_days_ago=1)
    signer = account.role("release-signer", anywhere_trust({"ArnEquals": {"aws:SourceArn": good}}))
    loader = account.role("warehouse-loader", allows=_UPLOADS, last_used_days_ago=200)
    account.role("web-server", service_trust("ec2.amazonaws.com"), last_used_days_ago=0)
    profile = account.profile("build-agents", [uploader, signer])
    retired = account.profile("retired-agents", [uploader], enabled=False)
    actor = user(
        account,
        "build-bot",
        allows=allow(["rolesanywhere:*", "iam:List*", "iam:Get*", "iam:PassRole", "ec2:Describe*"]),
        key_age_days=_KEY_AGE_DAYS,
    )
    _usual_work(stage, actor)
    reach = (
        Reach(uploader, profile, "usable", "no_condition"),
        Reach(uploader, retired, "not_usable", "profile_disabled"),
        Reach(signer, profile, "not_usable", "pinned_elsewhere"),
        Reach(loader, None, "not_usable", "no_profile", one_profile_away=True),
    )
    return Cast(account, actor, profile, uploader, reach)


def _usual_work(stage: Stage, actor: Person) -> None:
    for day in range(2, 88, 2):
        remember(actor.habit(), "ec2", "DescribeInstances", stage.ago(days=day, hours=day % 7))


def recon(stage: Stage, actor: Person) -> None:
    """The reads before the attack."""
    stage.at(minutes=26)
    anywhere, iam = actor.client("rolesanywhere"), actor.client("iam")
    anywhere.list_trust_anchors()
    anywhere.list_profiles()
    stage.at(minutes=24)
    iam.list_roles()
    iam.get_role(RoleName="artifact-uploader")


def attack(stage: Stage, cast: Cast) -> Anchor:
    """Look around and make the trust anchor, twelve minutes before the detection."""
    recon(stage, cast.actor)
    stage.at(minutes=12)
    return create_anchor(cast.actor, new_ca(stage, "Internal Build CA"), "ci-runners")


def truth_of(cast: Cast, anchor: Anchor) -> Truth:
    """What is true of the attack while nobody has used the anchor."""
    return Truth(
        account_id=cast.account.account_id,
        region=cast.account.region,
        trust_anchor_arn=anchor.arn,
        actor_arn=cast.actor.arn,
        actor_key_id=cast.actor.credentials.access_key_id,
        actor_mfa=False,
        actor_key_age_days=_KEY_AGE_DAYS,
        actor_usual=False,
        reach=cast.reach,
        recon=RECON,
        same_ca=(anchor.arn,),
        priority="medium",
        why="An unknown CA of a build user who never did this reaches one role; nobody has used it.",
    )


def unused_anchor(stage: Stage) -> Played:
    """Nobody has used the anchor."""
    there = cast(stage)
    anchor = attack(stage, there)
    return stage.played("unused-anchor", anchor.record, truth_of(there, anchor), anchor.ca)


def _first_entry(stage: Stage, there: Cast, anchor: Anchor) -> tuple[Entry, Person]:
    stage.at(minutes=9)
    entry = enter(there.account, anchor, there.profile, there.open_role, "runner-1")
    if entry.person is None:
        raise RuntimeError("the session should have been issued")
    return entry, entry.person


def used_once(stage: Stage) -> Played:
    """One session, which finds out who it is and may do little more."""
    there = cast(stage)
    anchor = attack(stage, there)
    entry, person = _first_entry(stage, there, anchor)
    stage.at(minutes=8)
    person.client("sts").get_caller_identity()
    truth = replace(
        truth_of(there, anchor),
        sessions_issued=(entry.serial,),
        priority="high",
        why="A certificate of an unknown CA got a session.",
    )
    return stage.played("used-once", anchor.record, truth, anchor.ca)


def chained(stage: Stage) -> Played:
    """The session goes on into a role of the data warehouse's account, and acts there in another Region too."""
    there = cast(stage, allow(["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]))
    warehouse = stage.account("warehouse-prod", WAREHOUSE, region="us-east-1", tags={"env": "prod"})
    target = warehouse.role("warehouse-reader", principal_trust(there.open_role), allows=allow(["iam:List*", "ec2:*"]))
    anchor = attack(stage, there)
    entry, person = _first_entry(stage, there, anchor)
    stage.at(minutes=7)
    beyond = session_of(person, target, "nightly", warehouse)
    beyond.client("iam").list_users()
    beyond.client("ec2", "ap-southeast-1").describe_regions()
    truth = replace(
        truth_of(there, anchor),
        sessions_issued=(entry.serial,),
        chained_roles=(target,),
        chained_accounts=(WAREHOUSE,),
        priority="high",
        why="A certificate of an unknown CA got a session, which went on into another account.",
    )
    return stage.played("chained", anchor.record, truth, anchor.ca)


def exfiltration(stage: Stage) -> Played:
    """The session reads two secrets, shares a snapshot with a stranger and makes itself an access key."""
    there = cast(stage, allow(["secretsmanager:*", "ec2:*", "iam:CreateAccessKey"]))
    secrets, ec2 = there.account.root("secretsmanager"), there.account.root("ec2")
    for name in ("payments/database", "payments/card-vault"):
        secrets.create_secret(Name=name, SecretString="not told")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    anchor = attack(stage, there)
    entry, person = _first_entry(stage, there, anchor)
    stage.at(minutes=7)
    reading = person.client("secretsmanager")
    for name in ("payments/database", "payments/card-vault"):
        reading.get_secret_value(SecretId=name)
    stage.at(minutes=6)
    person.client("ec2").modify_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", UserIds=[STRANGER]
    )
    made = person.client("iam").create_access_key(UserName="build-bot")
    truth = replace(
        truth_of(there, anchor),
        sessions_issued=(entry.serial,),
        secrets_read=("payments/database", "payments/card-vault"),
        shared_with=(STRANGER,),
        keys_left_behind=(made["AccessKey"]["AccessKeyId"],),
        priority="high",
        why="A session through an unknown CA read secrets, shared a snapshot and left a key behind.",
    )
    return stage.played("exfiltration", anchor.record, truth, anchor.ca)
