"""Changes that are in order: the PKI team's approved vendor CA, and a developer's experiment."""

from bot.sandbox.aws.rogue_ca import make_rogue_ca
from bot.sandbox.aws.stacks import OwnedResource, owned_resources
from bot.sandbox.scenarios.history import remember
from bot.sandbox.scenarios.people import OFFICE, TERRAFORM, Anchor, create_anchor, enter, new_ca, session_of, user
from bot.sandbox.scenarios.policy_texts import allow, anywhere_trust, principal_trust
from bot.sandbox.scenarios.stage import BEFORE_HISTORY_DAYS, Account, Stage, key_fingerprint
from bot.sandbox.scenarios.truth import Played, Reach, Truth

FACTORY = "444455556666"
PLAYGROUND = "555566667777"


def approved_vendor_ca(stage: Stage) -> Played:
    """The PKI team's session puts the vendor's CA, known for two years, into a second Region, as a ticket says."""
    stage.at(days=BEFORE_HISTORY_DAYS)
    account = stage.account("factory-prod", FACTORY, region="eu-central-1", tags={"env": "prod", "owner": "pki-team"})
    engineer = user(account, "pki-engineer", mfa=True, key_age_days=30, source_ip=OFFICE, user_agent=TERRAFORM)
    admin = account.role("pki-admin", principal_trust(engineer.arn), allows=allow(["rolesanywhere:*", "iam:PassRole"]))
    ca = make_rogue_ca("Example Vendor Devices CA G2", "rsa", now=stage.ago(days=730))
    stage.at(days=40)
    first = create_anchor(session_of(engineer, admin, "CHG0031337"), ca, "vendor-devices", region="eu-west-1")
    stage.at(minutes=15)
    acting = session_of(engineer, admin, "CHG0044021")
    acting.client("rolesanywhere").list_trust_anchors()
    anchor = create_anchor(acting, ca, "vendor-devices", tags=[{"key": "change", "value": "CHG0044021"}])
    stage.at(minutes=13)
    device = _device_role(account, first, anchor)
    profile = account.profile("devices", [device])
    _owned_by_stack(stage, anchor)
    stage.at(minutes=5)
    serials = [enter(account, anchor, profile, device, f"press-{n}", source_ip=OFFICE).serial for n in range(1, 4)]
    truth = Truth(
        account_id=FACTORY,
        region="eu-central-1",
        trust_anchor_arn=anchor.arn,
        actor_arn=acting.arn,
        actor_key_id=acting.credentials.access_key_id,
        actor_mfa=None,
        actor_key_age_days=None,
        actor_usual=True,
        reach=(Reach(device, profile, "usable", "anchor_matched"),),
        sessions_issued=tuple(serials),
        roles_made=("device-telemetry",),
        profiles_made=("devices",),
        earlier_anchors=(first.arn,),
        recon=("ListTrustAnchors",),
        same_ca=(first.arn, anchor.arn),
        ca_approved=True,
        stack="pki-anchors",
        priority="low",
        why="The CA is approved, its owners did it with a ticket, and only the role made for it opens.",
    )
    return stage.played("approved-vendor-ca", anchor.record, truth, ca, approved=(key_fingerprint(ca),))


def _device_role(account: Account, *anchors: Anchor) -> str:
    only_these = anywhere_trust({"ArnEquals": {"aws:SourceArn": [anchor.arn for anchor in anchors]}})
    uploads = allow("s3:PutObject", "arn:aws:s3:::telemetry/*")
    return account.role("device-telemetry", only_these, allows=uploads, last_used_days_ago=0)


def _owned_by_stack(stage: Stage, anchor: Anchor) -> None:
    kind, changed_at = "AWS::RolesAnywhere::TrustAnchor", stage.ago(minutes=15)
    owned = OwnedResource("pki-anchors", "VendorAnchor", anchor.anchor_id, kind, changed_at)
    owned_resources[FACTORY]["eu-central-1"].resources.append(owned)


def lab(stage: Stage) -> Played:
    """A developer follows a tutorial in a sandbox account, with a self-signed CA and a role that may do nothing."""
    stage.at(days=BEFORE_HISTORY_DAYS)
    tags = {"env": "sandbox", "owner": "dev-enablement"}
    account = stage.account("dev-playground", PLAYGROUND, region="us-west-2", unit="Sandbox", tags=tags)
    developer = user(account, "mia.kovacs", mfa=True, key_age_days=12, source_ip=OFFICE)
    for day in (1, 4, 9):
        remember(developer.habit(), "rolesanywhere", "ListTrustAnchors", stage.ago(days=day))
    hello = account.role("hello-anywhere", allows=allow("sts:GetCallerIdentity"))
    stage.at(minutes=9)
    anchor = create_anchor(developer, new_ca(stage, "mkcert development CA"), "tutorial")
    profile = account.profile("tutorial", [hello])
    stage.at(minutes=6)
    entry = enter(account, anchor, profile, hello, "laptop", source_ip=OFFICE)
    truth = Truth(
        account_id=PLAYGROUND,
        region="us-west-2",
        trust_anchor_arn=anchor.arn,
        actor_arn=developer.arn,
        actor_key_id=developer.credentials.access_key_id,
        actor_mfa=True,
        actor_key_age_days=12,
        actor_usual=True,
        reach=(Reach(hello, profile, "usable", "no_condition"),),
        sessions_issued=(entry.serial,),
        profiles_made=("tutorial",),
        same_ca=(anchor.arn,),
        lab=True,
        priority="low",
        why="A sandbox account, its own developer with MFA from the office, and a role that may do nothing.",
    )
    return stage.played("lab", anchor.record, truth, anchor.ca, labs=(PLAYGROUND,))
