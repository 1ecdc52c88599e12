"""The rows of :mod:`bot.domain.guide` as one table, in our own words: number, versions, mode, topic, places.

A place is ``card: …``, ``action: <id>``, ``button: …``, ``doc: <file>``, ``file: <path>`` or ``code: <module>``. A row
without a place is answered by a question of a step (``bot/service/guide``).
"""

from __future__ import annotations

ROWS_TEXT = """
1 | v1 v6 | A | What is reported, of which account, Region and trust anchor | card: header and places
2 | v1 | A | Whether the rule matches, by both versions and by our own reading |
3 | v1 | A | Never called an attack by itself: what speaks for it and what against | card: verdict line
4 | v1 | A | External or AWS Private CA, also one of another account | card: red flags
5 | v1 | A | What persists until the trust anchor is disabled | card: first sentence
6 | v6 | A | The rule's answer checked, a disagreement shown | card: red flags
7 | v6 | A | The CA itself: names, fingerprint, whether it is known | card: certificates
8 | v6 | A | Sessions that came through the anchor: certificate, subject, address, place |
9 | v6 | A | Rotating the actor's keys does not close this | card: first sentence; action: disable_trust_anchor
10 | v6 | A | Refused and failed attempts of the same actor |
11 | v6 | A | Updates and enabled anchors too, where the rule is silent | code: bot/domain/rule.py
12 | v1 v6 | A | The rule's type and version |
13 | v1 v6 | A | Documents of Filebeat and of the integration; the way back to the alert | \
card: footer; code: bot/adapters/formats/elastic.py
14 | v1 v6 | A | The rule's severity beside our own priority | card: footer
15 | v1 v6 | A | The rule's risk score |
16 | v1 v6 | A | How late the alert came: event, alert, bot |
17 | v1 v6 | A | One event in several runs of the rule is one case | code: bot/domain/reports.py
18 | v1 v6 | A | Whether the rule's look-back could have missed it |
19 | v1 v6 | A | Many alerts at once: whether the run was cut at 100 |
20 | v1 v6 | B | The rule's references | button: Guide
21 | v1 v6 | A | The alert's tags are kept |
22 | v1 v6 | A | Use case and tactic, from the tags |
23 | v6 | A | The guide itself as a list with the state of each step | card: guide line; button: Guide
24 | v1 v6 | A | The alert's version of the rule and the newest known |
25 | v1 v6 | K | Who wrote the rule | doc: docs/reference/guide.md
26 | v1 v6 | K | The rule's licence; the steps are in our own words | doc: docs/reference/guide.md
27 | v6 | A | An alert of an old version of the rule is said to be old |
28 | v6 | K | The guide was made by a machine: its mistakes are corrected and named | doc: docs/reference/guide.md
29 | v1 v6 | A | Clause: data set | code: bot/domain/published_rule.py
30 | v1 v6 | A | Clause: service | code: bot/domain/published_rule.py
31 | v1 v6 | A | Clause: operation | code: bot/domain/published_rule.py
32 | v1 v6 | A | Clause: outcome; failures are attempts | code: bot/domain/published_rule.py
33 | v1 | A | Clause: version 1 fires on a missing field | code: bot/domain/published_rule.py
34 | v6 | A | Clause: version 6 is silent on a missing field | code: bot/domain/published_rule.py
35 | v6 | A | Clause: category | code: bot/domain/published_rule.py
36 | v1 v6 | A | Tactic: persistence |
37 | v1 | A | Technique: account manipulation |
38 | v1 | A | Sub-technique: additional cloud roles |
39 | v1 v6 | A | Who made the call, in plain words |
40 | v1 v6 | A | The access key: kind, age, last use |
41 | v1 | A | Whether this identity does such things |
42 | v1 | A | Whether it may, and by which policy |
43 | v6 | A | Whether it is responsible for identity or Roles Anywhere here |
44 | v1 | A | What the request asked for |
45 | v1 | A | What is unusual in the request | card: red flags
46 | v6 | A | The kind of source, and where that was read |
47 | v6 | A | The certificate chain, and as a file | card: certificates; code: bot/domain/ca_file.py
48 | v6 | A | The issuer, compared by key and not by name alone | card: red flags
49 | v6 | A | Organization fields, compared with ours |
50 | v6 | A | Self-signed or not, checked with the key | card: certificates
51 | v1 | A | The source address: what kind, seen before or not |
52 | v1 | A | Where the address is |
53 | v1 | A | Whether that place is new for this identity |
54 | v1 | A | When it happened |
55 | v1 | A | Inside business hours or not |
56 | v1 | A | Inside a maintenance window or not |
57 | v6 | A | Which roles the CA's owner can become |
58 | v6 | A | Which of them are privileged |
59 | v6 | A | Which of them reach other accounts |
60 | v6 | A | Profiles made or changed afterwards |
61 | v6 | A | Roles made afterwards |
62 | v6 | A | Whether the anchor was used |
63 | v1 | A | What the same identity did before and after |
64 | v1 | A | What others did from the same address |
65 | v6 | A | Reconnaissance before: trust anchors listed |
66 | v6 | A | Reconnaissance before: profiles listed |
67 | v6 | A | Reconnaissance before: roles read |
68 | v6 | A | Other ways in: access keys, and deactivating them | action: deactivate_made_keys
69 | v6 | A | Other ways in: identity providers, users, passwords |
70 | v6 | A | Changes to roles and trust policies, as a difference |
71 | v1 | A | Whether the CA is on the list of approved ones |
72 | v1 | A | An unknown CA speaks for trouble and leaves the priority at medium, an approved one makes it low | \
card: verdict line
73 | v6 | C | The people who own identities are asked | button: Ask CA Owners
74 | v6 | A | The inventory of CAs | action: add_to_inventory; action: remove_from_inventory
75 | v1 | B | A change ticket, found or asked for | button: Add Change Ticket
76 | v1 | A | The actor's earlier trust anchors |
77 | v1 | A | The same in the account, and where this CA is trusted already |
78 | v1 | B | It may be a false positive, and why; people close it | button: Acknowledge as False Positive
79 | v1 | A | What AWS answered |
80 | v1 | A | Whether it worked, and what exists now |
81 | v1 | A | Whether it is within the written policy |
82 | v6 | A | Whether a known provider runs this CA; unproven |
83 | v6 | C | Whether the CA is part of our documented PKI | button: Ask CA Owners
84 | v6 | A | A test with a self-signed CA |
85 | v6 | A | An isolated account, or one that matters |
86 | v6 | A | A first set-up by the people whose job it is |
87 | v6 | B | Tickets and deployment tools | button: Add Change Ticket
88 | v1 v6 | B | Stop the trust anchor | action: disable_trust_anchor; action: delete_trust_anchor
89 | v1 | B | Revoke what it gave | action: contain_all; action: revoke_role_sessions; action: revoke_known_sessions; \
action: disable_profile; action: quarantine_actor
90 | v6 | A | The certificates that were used |
91 | v6 | B | Revoke certificates: only a CA of ours can | action: import_crl; button: Guide
92 | v6 | A | The profiles |
93 | v6 | A | The sessions: issued and refused apart |
94 | v6 | A | Lateral movement by the sessions |
95 | v6 | A | Data taken by the sessions; what is not logged |
96 | v6 | B | Replace the CA by AWS Private CA | button: Hardening
97 | v6 | B | Who may create trust anchors | button: Hardening
98 | v1 | B | Monitoring of the neighbouring calls | file: config/aws/detections.yaml; button: Hardening
99 | v6 | B | A rule of AWS Config | button: Hardening
100 | v6 | A | Findings of Security Hub |
101 | v6 | A | Findings of GuardDuty, and whether it is on |
102 | v1 | B | Training: the internal guide for who did it, counted | button: Send Training Guide; button: Guide
103 | v1 | B | An audit of all roles that trust Roles Anywhere, as a file | button: Report All Roles
104 | v1 | B | The incident protocol: a channel, a page, who and when | button: Start Incident
105 | v1 | B | What stays open | card: next step
106 | v1 | B | AWS's documentation | button: Guide
107 | v1 | B | AWS's introduction | button: Guide
108 | v1 | B | The blog post of the rule's references | button: Guide
109 | v6 | B | What Roles Anywhere is | button: Guide
110 | v6 | B | What a trust anchor is | button: Guide
111 | v6 | A | Whether external CAs are usual here |
112 | v6 | A | The kinds of source in words | card: first sentence
113 | v6 | A | The risk, with the roles that are reachable |
B1 | | A | Updates and enabled dormant anchors | code: bot/domain/rule.py
B2 | | A | A request that is missing: the answer, then AWS |
B3 | | A | A Private CA of a foreign account | card: red flags
B4 | | A | A public web CA as trust anchor | card: red flags
B5 | | A | A private key beside the certificates | card: red flags
B6 | | A | Refused attempts, as a quieter notice | code: bot/service/take_detection.py
B7 | | A | An alert that contradicts its event | card: red flags
B8 | | A | Hostile text | code: bot/slack/text.py
B9 | | A | Nothing is "not found" where nothing could be looked at | code: bot/domain/answer.py
B10 | | A | One event by five paths is one case | code: bot/domain/reports.py
"""
