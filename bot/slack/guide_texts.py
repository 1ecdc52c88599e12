"""The guide's own words: what the service is, where to read more, and a message for whoever made the trust anchor."""

from __future__ import annotations

import re
from urllib.parse import quote

_PLACE = re.compile(r"[0-9]{12} [a-z0-9-]{1,30}")

EXPLAINED = {
    "IAM Roles Anywhere": (
        "Lets programs outside AWS get AWS credentials: they show a certificate instead of an access key."
    ),
    "A trust anchor": (
        "Names a certificate authority (CA) that AWS believes. With AWS Private CA, AWS holds the CA's key and records "
        "what it issues. With an external CA, whoever holds the key issues what they like, and AWS does not see it."
    ),
    "A profile": (
        "Lists roles that certificates can be exchanged for. Every enabled trust anchor works with every enabled "
        "profile of its account and Region."
    ),
    "A role": (
        "Decides in its trust policy who gets in. Only a condition there, such as aws:SourceArn, keeps one trust "
        "anchor out and lets another in."
    ),
    "What stays open": (
        "New access keys and passwords for the person who made the trust anchor close nothing. Disabling it ends new "
        "sessions; sessions that were issued live on until they expire."
    ),
    "Revoking certificates": (
        "Works only for a CA of your own: its owner revokes, and aws rolesanywhere import-crl brings the list to AWS. "
        "The guide's answers name the serials that were used. An attacker's own CA revokes nothing: disable the trust "
        "anchor instead."
    ),
}
"""Terms and what they are, for people who do not know the service."""

RULE_REFERENCES = (
    (
        "AWS: What is IAM Roles Anywhere?",
        "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/introduction.html",
    ),
    (
        "AWS: CreateTrustAnchor",
        "https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateTrustAnchor.html",
    ),
    (
        "Ermetic (now Tenable): Keep your IAM users close, keep your third parties even closer",
        "https://ermetic.com/blog/aws/keep-your-iam-users-close-keep-your-third-parties-even-closer-part-1/",
    ),
)
"""The references of the published rule."""

_RULE_NOW = (
    "https://github.com/elastic/detection-rules/blob/main/rules/integrations/aws/"
    "persistence_iam_roles_anywhere_trusted_anchor_created_with_external_ca.toml"
)
MORE_READING = (
    ("Elastic: the rule as it is now", _RULE_NOW),
    ("MITRE: Additional Cloud Roles (T1098.003)", "https://attack.mitre.org/techniques/T1098/003/"),
    ("MITRE: Modify Authentication Process (T1556)", "https://attack.mitre.org/techniques/T1556/"),
    (
        "AWS: Trust model of Roles Anywhere",
        "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html",
    ),
    (
        "AWS: Security best practices in IAM",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    ),
)


def link(title: str, url: str) -> str:
    """A link in mrkdwn; whatever could end it is encoded. Titles are ours."""
    safe = quote(url, safe=":/?#[]@!$&'()*+,;=%-._~").replace("&", "&amp;")
    return f"<{safe}|{title}>"


def for_who_did_it(account: str, region: str, guide_url: str | None) -> str:
    """A message for people to send to whoever made the trust anchor, after it has turned out to be harmless."""
    # Both come from the event, and people send this on.
    place = f"{account}, {region}" if _PLACE.fullmatch(f"{account} {region}") else "of yours"
    read = f" Our guide says how we do it: {guide_url}" if guide_url else ""
    return (
        f"You made or changed a trust anchor with an external CA in the AWS account {place}. It was fine this time. "
        "Whoever holds that CA's key can get credentials of the account, so please use AWS Private CA where you can, "
        f"pin roles to their trust anchor with aws:SourceArn, and tell us before the next one.{read}"
    )
