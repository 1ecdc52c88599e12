"""All that a handler may use: one file in ``handlers/`` exports one :class:`ResponseAction`, or one :class:`Ladder`.

People approve the :class:`Plan` that they were shown. Right before the call the plan is made again from live AWS
state; when the two differ in anything that was shown, nothing runs.
"""

from __future__ import annotations

from bot.domain.action_aws import (
    NOT_KNOWN,
    ActionAws,
    SearchingAws,
    as_capsule,
    capsule_if_readable,
    if_known,
    read_trust_anchor,
)
from bot.domain.anchor_copy import (
    COPY_STATE,
    can_copy,
    check_account,
    copy_request,
    copy_state,
    copy_surroundings,
    find_copy,
    roles_naming,
)
from bot.domain.anchor_kept import (
    copied_tags,
    copy_sentence,
    import_lists,
    kept_beside,
    list_calls,
    lost_sentence,
    missing_lists,
)
from bot.domain.anchor_state import GONE, anchor_state
from bot.domain.ca_approval import APPROVAL_FORM, approval_of_form
from bot.domain.caller_quarantine import (
    UserKey,
    can_quarantine,
    judged_key,
    key_plan,
    keys_in,
    role_session,
    user_key,
)
from bot.domain.errors import AwsError, AwsNotFound, AwsUnclear
from bot.domain.event_search import By, EventsFound
from bot.domain.evidence import Evidence, KnownProfile, KnownRole, MadeKey
from bot.domain.identity import Target
from bot.domain.ladder import Ladder
from bot.domain.made_key_switch import (
    judged_keys,
    last_use_sentence,
    last_uses,
    made_keys_plan,
    switch_keys,
    were_active,
)
from bot.domain.other_use import use_sentence
from bot.domain.plan import Difference, Plan, PlanWords, Report, Risk, Verdict, differences
from bot.domain.profile_switch import (
    judged,
    profile_capsule,
    profile_id,
    profile_state,
    read_profiles,
    switch_profiles,
    were_enabled,
)
from bot.domain.reach_count import ReachCount
from bot.domain.reach_report import account_of, check_profiles, evaluate_reach, reach_lines, reach_sentence
from bot.domain.response_action import ResponseAction, offered_always, offered_while_it_exists
from bot.domain.revocation_list import LIST_FORM, checked_list, find_list, list_state
from bot.domain.revocation_plan import MANAGED_CALLS, lift, lifted, lifting_plan, revocation_plan, revoke, revoked
from bot.domain.search_run import SEARCHES
from bot.domain.session_revocation import (
    Revocation,
    can_revoke,
    identities_left_out,
    known_stops,
    left_out,
    revocations,
    revocations_in,
)
from bot.domain.usage.sessions import GUIDES_NAME, Session, SessionsFound, anchor_sessions, by_certificate
from bot.domain.usage.sessions import SERVICE as ROLES_ANYWHERE
from bot.domain.usage.words import counted, guides_sentence, late_sentence, use_line, utc_text

__all__ = [
    "APPROVAL_FORM",
    "COPY_STATE",
    "GONE",
    "GUIDES_NAME",
    "LIST_FORM",
    "MANAGED_CALLS",
    "NOT_KNOWN",
    "ROLES_ANYWHERE",
    "SEARCHES",
    "ActionAws",
    "AwsError",
    "AwsNotFound",
    "AwsUnclear",
    "By",
    "Difference",
    "EventsFound",
    "Evidence",
    "KnownProfile",
    "KnownRole",
    "Ladder",
    "MadeKey",
    "Plan",
    "PlanWords",
    "ReachCount",
    "Report",
    "ResponseAction",
    "Revocation",
    "Risk",
    "SearchingAws",
    "Session",
    "SessionsFound",
    "Target",
    "UserKey",
    "Verdict",
    "account_of",
    "anchor_sessions",
    "anchor_state",
    "approval_of_form",
    "as_capsule",
    "by_certificate",
    "can_copy",
    "can_quarantine",
    "can_revoke",
    "capsule_if_readable",
    "check_account",
    "check_profiles",
    "checked_list",
    "copied_tags",
    "copy_request",
    "copy_sentence",
    "copy_state",
    "copy_surroundings",
    "counted",
    "differences",
    "evaluate_reach",
    "find_copy",
    "find_list",
    "guides_sentence",
    "identities_left_out",
    "if_known",
    "import_lists",
    "judged",
    "judged_key",
    "judged_keys",
    "kept_beside",
    "key_plan",
    "keys_in",
    "known_stops",
    "last_use_sentence",
    "last_uses",
    "late_sentence",
    "left_out",
    "lift",
    "lifted",
    "lifting_plan",
    "list_calls",
    "list_state",
    "lost_sentence",
    "made_keys_plan",
    "missing_lists",
    "offered_always",
    "offered_while_it_exists",
    "profile_capsule",
    "profile_id",
    "profile_state",
    "reach_lines",
    "reach_sentence",
    "read_profiles",
    "read_trust_anchor",
    "revocation_plan",
    "revocations",
    "revocations_in",
    "revoke",
    "revoked",
    "role_session",
    "roles_naming",
    "switch_keys",
    "switch_profiles",
    "use_line",
    "use_sentence",
    "user_key",
    "utc_text",
    "were_active",
    "were_enabled",
]
