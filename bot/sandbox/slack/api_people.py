"""Who is there: auth, team, bot, users and user groups."""

from bot.sandbox.slack import seed
from bot.sandbox.slack.methods import Call, Method
from bot.sandbox.slack.payloads import bot_profile, group_object, user_object
from bot.sandbox.slack.rate_limits import Tier
from bot.sandbox.slack.records import Json, SlackRefusal


def auth_test(call: Call) -> Json:
    """Do auth.test for the bot token."""
    return {
        "url": f"{call.origin}/",
        "team": seed.TEAM_NAME,
        "user": seed.BOT_HANDLE,
        "team_id": seed.TEAM_ID,
        "user_id": seed.BOT_USER_ID,
        "bot_id": seed.BOT_ID,
        "is_enterprise_install": False,
    }


def team_info(call: Call) -> Json:
    """Do team.info for the one team there is."""
    if call.text("team") not in {None, seed.TEAM_ID}:
        raise SlackRefusal("team_not_found")
    team = {
        "id": seed.TEAM_ID,
        "name": seed.TEAM_NAME,
        "url": f"{call.origin}/",
        "domain": seed.TEAM_DOMAIN,
        "email_domain": "",
        "icon": {},
    }
    return {"team": team}


def bots_info(call: Call) -> Json:
    """Do bots.info for the one bot there is."""
    if call.text("bot") not in {None, seed.BOT_ID}:
        raise SlackRefusal("bot_not_found")
    return {"bot": bot_profile()}


def users_info(call: Call) -> Json:
    """Do users.info."""
    person = call.workspace.people.get(call.need("user"))
    if person is None:
        raise SlackRefusal("user_not_found")
    return {"user": user_object(person)}


def users_lookup_by_email(call: Call) -> Json:
    """Do users.lookupByEmail; of people who are here only."""
    wanted = call.need("email").lower()
    for person in call.workspace.people.values():
        shown = user_object(person)
        if shown.get("profile", {}).get("email", "").lower() == wanted and not person.deactivated:
            return {"user": shown}
    raise SlackRefusal("users_not_found")


def users_list(call: Call) -> Json:
    """Do users.list, deactivated people and the bot included."""
    everyone = [user_object(person) for person in call.workspace.people.values()]
    members, cursor = call.page(everyone, limit=200, at_most=1000)
    return {
        "members": members,
        "cache_ts": int(call.workspace.now()),
        "response_metadata": {"next_cursor": cursor},
    }


def usergroups_list(call: Call) -> Json:
    """Do usergroups.list."""
    groups = [
        group_object(g, with_users=call.flag("include_users"), with_count=call.flag("include_count"))
        for g in call.workspace.groups.values()
    ]
    return {"usergroups": groups}


def usergroups_users_list(call: Call) -> Json:
    """Do usergroups.users.list."""
    group = call.workspace.groups.get(call.need("usergroup"))
    if group is None:
        raise SlackRefusal("no_such_subteam")
    return {"users": list(group.members)}


METHODS = {
    "auth.test": Method(auth_test, Tier.SPECIAL),
    "team.info": Method(team_info, Tier.THREE, ("team:read",)),
    "bots.info": Method(bots_info, Tier.THREE, ("users:read",)),
    "users.info": Method(users_info, Tier.FOUR, ("users:read",)),
    "users.lookupByEmail": Method(users_lookup_by_email, Tier.THREE, ("users:read.email",)),
    "users.list": Method(users_list, Tier.TWO, ("users:read",)),
    "usergroups.list": Method(usergroups_list, Tier.TWO, ("usergroups:read",)),
    "usergroups.users.list": Method(usergroups_users_list, Tier.TWO, ("usergroups:read",)),
}
