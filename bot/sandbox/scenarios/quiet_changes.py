"""Changes that the published rule is silent about: an old anchor switched on, and a CA swapped in place."""

from dataclasses import replace

from bot.sandbox.scenarios import leaked_key
from bot.sandbox.scenarios.people import Anchor, ca_source, create_anchor, enter, new_ca, record_of, user
from bot.sandbox.scenarios.policy_texts import allow, anywhere_trust
from bot.sandbox.scenarios.stage import BEFORE_HISTORY_DAYS, Stage
from bot.sandbox.scenarios.truth import Played, Reach, Truth

MOBILE = "777788889999"
_REGION = "eu-west-1"


def sleeping_anchor_enabled(stage: Stage) -> Played:
    """The build user made the anchor 60 days ago, switched off; now it is switched on and used within minutes."""
    there = leaked_key.cast(stage)
    stage.at(days=60)
    made = create_anchor(there.actor, new_ca(stage, "Internal Build CA", hours_ago=60 * 24 + 2), "spare", enabled=False)
    leaked_key.recon(stage, there.actor)
    stage.at(minutes=12)
    there.actor.client("rolesanywhere").enable_trust_anchor(trustAnchorId=made.anchor_id)
    anchor = Anchor(made.arn, made.ca, record_of(stage, "EnableTrustAnchor", made.arn))
    stage.at(minutes=8)
    entry = enter(there.account, anchor, there.profile, there.open_role, "runner-1")
    truth = replace(
        leaked_key.truth_of(there, anchor),
        sessions_issued=(entry.serial,),
        earlier_anchors=(made.arn,),
        priority="high",
        why="An anchor with an unknown CA slept for 60 days, was switched on and used.",
    )
    return stage.played("sleeping-anchor-enabled", anchor.record, truth, anchor.ca)


def update_in_place(stage: Stage) -> Played:
    """The corporate anchor keeps its ARN and gets the attacker's CA; every role pinned to it opens."""
    stage.at(days=BEFORE_HISTORY_DAYS)
    account = stage.account("mobile-prod", MOBILE, region=_REGION, tags={"env": "prod"})
    arn = account.private_ca_anchor()
    only_this = anywhere_trust({"ArnEquals": {"aws:SourceArn": arn}})
    backend = account.role("mobile-backend", only_this, allows=allow("dynamodb:*"), last_used_days_ago=0)
    deployer = account.role("mobile-deployer", only_this, administrator=True, last_used_days_ago=2)
    profile = account.profile("mobile", [backend, deployer])
    actor = user(account, "pki-sync", key_age_days=730, allows=allow("rolesanywhere:*"))
    ca = new_ca(stage, "Corporate Issuing CA 3")
    stage.at(minutes=13)
    actor.client("rolesanywhere").update_trust_anchor(trustAnchorId=arn.rpartition("/")[2], source=ca_source(ca))
    anchor = Anchor(arn, ca, record_of(stage, "UpdateTrustAnchor", arn))
    stage.at(minutes=7)
    entry = enter(account, anchor, profile, deployer, "pki-sync")
    truth = Truth(
        account_id=MOBILE,
        region=_REGION,
        trust_anchor_arn=arn,
        actor_arn=actor.arn,
        actor_key_id=actor.credentials.access_key_id,
        actor_mfa=False,
        actor_key_age_days=730,
        actor_usual=False,
        reach=(
            Reach(backend, profile, "usable", "anchor_matched"),
            Reach(deployer, profile, "usable", "anchor_matched", administrator=True),
        ),
        sessions_issued=(entry.serial,),
        same_ca=(arn,),
        priority="high",
        why="The trusted anchor has an unknown CA now, and a certificate of it entered as administrator.",
    )
    return stage.played("update-in-place", anchor.record, truth, ca)
