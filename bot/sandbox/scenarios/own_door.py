"""The commonest attack: a stolen key of a user makes every part of the door itself, uses it, and leaves keys behind."""

from dataclasses import dataclass, replace

from bot.sandbox.scenarios.people import Anchor, Person, create_anchor, enter, new_ca, user
from bot.sandbox.scenarios.policy_texts import allow, anywhere_trust, principal_trust
from bot.sandbox.scenarios.stage import ADMINISTRATOR_ACCESS, BEFORE_HISTORY_DAYS, Account, Stage
from bot.sandbox.scenarios.truth import Played, Reach, Truth

SHOP = "555566667777"
LEFT_BEHIND = "backup-svc"
_REGION = "eu-west-1"
_KEY_AGE_DAYS = 3
_OWN, _OPENED, _PROFILE = "svc-mesh-agent", "order-sync", "svc-mesh"
_BY_NAME = "certificate_condition_only"
_COMMON_NAME = "agent-7"


@dataclass(frozen=True)
class _Door:
    """What the attacker made: the ARNs of the own and the opened role, and of the profile that has both."""

    own: str
    opened: str
    profile: str


def own_door(stage: Stage) -> Played:
    """Trust anchor, role and profile are the attacker's own; an older role is opened, and two keys are left behind."""
    account, actor, opened = _cast(stage)
    stage.at(minutes=40)
    actor.client("rolesanywhere").list_trust_anchors()
    stage.at(minutes=30)
    anchor = create_anchor(actor, new_ca(stage, "Example Org CA"), "svc-mesh")
    door = _make_door(stage, actor, opened)
    by_caller = _left_behind(stage, actor)
    serials, by_session = _used(stage, account, anchor, door)
    truth = replace(
        _truth_of(actor, anchor, door),
        sessions_issued=serials,
        keys_left_behind=(by_session,),
        caller_keys=(by_caller,),
        roles_made=(_OWN,),
        roles_opened=(_OPENED,),
        profiles_made=(_PROFILE,),
    )
    return stage.played("own-door", anchor.record, truth, anchor.ca)


def _cast(stage: Stage) -> tuple[Account, Person, str]:
    """A shop's account, the user whose key is stolen, and an administrator role that Roles Anywhere can't enter."""
    stage.at(days=BEFORE_HISTORY_DAYS)
    account = stage.account("shop-prod", SHOP, region=_REGION, tags={"env": "prod", "owner": "shop"})
    account.private_ca_anchor()
    usual = principal_trust(f"arn:aws:iam::{SHOP}:root")
    opened = account.role(_OPENED, usual, administrator=True, last_used_days_ago=3)
    actor = user(account, "deploy", allows=allow(["rolesanywhere:*", "iam:*"]), key_age_days=_KEY_AGE_DAYS, mfa=True)
    stage.at(days=50)
    account.root("iam").update_assume_role_policy(RoleName=_OPENED, PolicyDocument=usual)
    return account, actor, opened


def _truth_of(actor: Person, anchor: Anchor, door: _Door) -> Truth:
    only_own = (("CN", _COMMON_NAME),)
    return Truth(
        account_id=SHOP,
        region=_REGION,
        trust_anchor_arn=anchor.arn,
        actor_arn=actor.arn,
        actor_key_id=actor.credentials.access_key_id,
        actor_mfa=True,
        actor_key_age_days=_KEY_AGE_DAYS,
        actor_usual=False,
        reach=(
            Reach(door.own, door.profile, "usable", _BY_NAME, administrator=True, certificate=only_own),
            Reach(door.opened, door.profile, "usable", "no_condition", administrator=True),
        ),
        recon=("ListTrustAnchors",),
        same_ca=(anchor.arn,),
        priority="high",
        why="A fresh key made an anchor, a role and a profile, entered as administrator, and left keys behind.",
    )


def _make_door(stage: Stage, actor: Person, opened: str) -> _Door:
    """The attacker's own role and profile, and the older role opened."""
    iam = actor.client("iam")
    stage.at(minutes=28)
    only_own = anywhere_trust({"StringEquals": {"aws:PrincipalTag/x509Subject/CN": _COMMON_NAME}})
    own = str(iam.create_role(RoleName=_OWN, AssumeRolePolicyDocument=only_own)["Role"]["Arn"])
    iam.attach_role_policy(RoleName=_OWN, PolicyArn=ADMINISTRATOR_ACCESS)
    stage.at(minutes=26)
    iam.update_assume_role_policy(RoleName=opened.rpartition("/")[2], PolicyDocument=anywhere_trust())
    stage.at(minutes=25)
    made = actor.client("rolesanywhere").create_profile(name=_PROFILE, roleArns=[own, opened], enabled=True)
    return _Door(own, opened, str(made["profile"]["profileArn"]))


def _left_behind(stage: Stage, actor: Person) -> str:
    """A new user's access key, made with the stolen one."""
    iam = actor.client("iam")
    stage.at(minutes=22)
    iam.create_user(UserName=LEFT_BEHIND)
    return str(iam.create_access_key(UserName=LEFT_BEHIND)["AccessKey"]["AccessKeyId"])


def _used(stage: Stage, account: Account, anchor: Anchor, door: _Door) -> tuple[tuple[str, ...], str]:
    """One session in each role, the last of which makes one more key: the serial numbers, and that key."""
    stage.at(minutes=18)
    entries = [enter(account, anchor, door.profile, role, _COMMON_NAME) for role in (door.own, door.opened)]
    person = entries[-1].person
    if person is None:
        raise RuntimeError("the session should have been issued")
    stage.at(minutes=15)
    person.client("sts").get_caller_identity()
    made = person.client("iam").create_access_key(UserName=LEFT_BEHIND)
    return tuple(one.serial for one in entries), str(made["AccessKey"]["AccessKeyId"])
