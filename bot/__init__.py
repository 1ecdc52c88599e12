"""Anchorwatch: the map. One detection and one click, followed file by file.

A detection comes in
    ``adapters/sqs_intake.py`` (a queue) or ``adapters/webhook_intake.py`` (HTTP) hands over the bytes;
    ``adapters/formats/`` turns them into :class:`bot.domain.detection.Detection`, one file a form;
    ``service/take_detection.py`` asks ``domain/rule.py`` whether it matters (``domain/published_rule.py`` is what the
    published rule says) and, where the event does not show what the anchor trusts, AWS first (``service/ask_aws.py``,
    ``domain/live_state.py``). It reads the CA (``adapters/x509.py``, ``domain/ca_findings.py``), joins the reports of
    one event (``domain/reports.py``), looks for the CA's keys in other cases (``service/same_keys.py``) and for
    contained ones with the same caller or address (``service/regrowth.py``), and appends them to their case. Only then
    is the message deleted. What can't be understood goes to ``service/put_aside.py``.
    A run of a rule that made as many alerts as it may is told once (``service/rule_runs.py``).
    What the inventory approves does not ring (``service/silence_approved.py``, ``domain/silencing.py``); the inventory
    is the house file and the fold of one stream (``service/approved_cas.py``, ``domain/inventory_log.py``), which
    ``service/check_inventory.py`` checks every night.
    Failed attempts open no case: those of one caller make one message (``service/note_failed_call.py``,
    ``domain/failed_calls.py``, ``slack/failed_calls.py``).
    Without a bot: ``anchorwatch evaluate`` (``service/evaluate.py``) and ``inspect-ca`` (``inspect_ca.py``).

AWS lets few calls through
    Each takes its way through ``adapters/call_lane.py``: its turn in AWS's rates (``adapters/call_pace.py``, which
    leaves every second call to containments, and more while ``service/expect_containment.py`` expects one), a place
    (``adapters/call_slots.py``), a thread. What cases ask at the same time is asked once (``service/shared_reads.py``).

Who can the CA become
    ``domain/reach/`` evaluates roles' trust policies as the CA's owner would use them; its own map is in its
    ``__init__.py``. ``anchorwatch reach`` (``reach_of.py``) does it for files, ``handlers/list_linked_profiles.py`` for
    a live account, and ``service/guide/the_roles.py`` with what each role may do (``domain/privileges/``).
    ``service/attach_picture.py`` attaches the pictures of it (``domain/reach_graph.py``) and of what happened when
    (``domain/timeline_of_case.py``); ``adapters/pictures.py`` draws them.

What happens next
    ``domain/fold.py`` makes a :class:`bot.domain.case.Case` of a case's log; ``domain/effects.py`` says what the case
    asks for; ``service/runner.py`` finds it and does it:
    ``service/show_case.py`` (card, thread, private answers), ``service/show_bar.py`` (how far a search is),
    ``service/observe_anchor.py``, ``service/run_action.py`` (approved actions), ``service/remind.py`` and
    ``service/expire_request.py`` (what waits), ``service/show_followups.py`` (what stays open, each working morning
    until somebody ends it: ``domain/followups.py``, ``domain/mornings.py``).
    After a containment ``domain/all_clear.py`` keeps the guide's questions about use being asked until no session can
    live (``domain/session_ends.py``); ``service/watch_containment.py`` tells what came back, again and again until
    somebody acknowledges it (``domain/alarm_reminders.py``, ``service/acknowledge_alarm.py``), or how it ended.
    ``domain/list_expiry.py`` opens a point before an imported revocation list expires (``service/watch_lists.py``).
    The closing note (``domain/closing_points.py``, ``service/write_closing_note.py``, ``slack/closing_form.py``) opens
    such points.

A click comes in
    ``slack/receiver.py`` lets it through ``slack/gate.py`` (size, age, signature) and ``slack/payload.py`` (shape) to
    Bolt's ``slack/listeners.py``; ``slack/clicks.py`` (buttons) and ``slack/submissions.py`` (forms) find case and
    control, with the files that a form carries (``slack/form_files.py``, ``slack/slack_files.py``);
    ``service/press.py`` applies the rule (``acknowledge.py``, ``mark_false_positive.py``, ``ask_for_action.py``,
    ``cast_vote.py``; ``domain/approval.py`` says who may, ``domain/evidence_saved.py`` when,
    ``domain/approval_rule.py`` which rule decides, ``domain/terms.py`` what it asks for and when that is enough) and
    appends the yes or the no. Then it is acknowledged, and nothing more is done: the runner goes on from the log.
    Whoever has the caller's name decides little (``domain/suspect.py``, ``service/ask_suspects.py``). A yes is bound to
    what was shown (``service/signed_yes.py``) and may need a one-time code (``domain/code_check.py``,
    ``adapters/one_time_codes.py``). In an emergency one person may be enough (``service/break_glass.py``,
    ``review_glass.py``, ``domain/glass_rule.py``). ``ask_owners.py`` and ``give_ticket.py`` keep what people know.

What the bot asks by itself
    ``service/investigate.py`` asks the guide's questions in rounds (``domain/investigation.py``), one file of
    ``service/guide/`` a step; ``domain/answer.py`` is what an answer can be, ``domain/verdict.py`` weighs them.

An action runs
    ``service/run_action.py`` claims what it would change (``service/fence.py``, ``domain/target_claim.py``,
    ``adapters/sqlite_claims.py``), asks Slack again who may (``slack/directory.py``), makes the plan again from live
    AWS (``handlers/<action>.py`` through ``adapters/aws_accounts.py``), compares it with what was approved
    (``domain/plan.py``), writes the intent (``service/run_log.py``), calls, and reads AWS back
    (``service/read_back.py``). What revokes sessions shares ``domain/revocation_plan.py`` (``session_revocation.py``
    says what a denial is, ``managed_denials.py`` how cases share one managed policy). Minutes later
    ``service/find_receipt.py`` finds our own event in CloudTrail (``domain/own_events.py`` knows it from others') for
    ``slack/receipt_words.py``, and settles by it what was not known; ``service/tell_outcome.py`` takes a person's word
    meanwhile.

What people hand over beside containing (``domain/tasks.py``, ``slack/task_page.py``)
    ``service/audit_roles.py`` puts all roles that trust Roles Anywhere into the thread as files
    (``domain/audited_roles.py``, ``domain/spreadsheet.py``); ``service/send_training.py`` sends the house's guide to a
    caller who is vouched for; ``service/start_incident.py`` and ``run_incident.py`` make a channel and page
    (``adapters/pager.py``). ``task_doers.py`` builds them.

What people see
    ``slack/card.py`` with ``card_words.py`` and ``controls.py``; ``slack/notes.py`` (the thread); ``slack/forms.py``.
    ``slack/text.py`` neutralises everything that an attacker wrote, and ``domain/strange_text.py`` says what of it only
    looks harmless; ``slack/block_limits/`` refuses what Slack would.

Where it is kept
    ``adapters/sqlite_log.py``: append-only, hash-chained (``domain/audit.py``); ``service/audit_*.py`` check it.

Who may import whom (``tests/test_architecture.py`` holds it)
    ``domain`` ← ``ports`` ← ``service`` | ``adapters`` ← ``slack`` ← ``bootstrap`` ← ``process``, ``sandbox``, ``cli``.
    ``handlers`` import ``bot.domain.action`` and nothing else of ours.

Two things are so on purpose
    A plan is drawn twice by the same function: for the form from the log (``service/known_state.py`` answers for AWS),
    within Slack's three seconds, and right before the call from live AWS. Bolt runs with ``process_before_response``:
    our listeners end with their acknowledgement, so a click does not wait for Bolt's polling.
"""
