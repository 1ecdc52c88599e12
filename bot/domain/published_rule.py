"""The published detection rule, versions 1 and 6, as Elastic runs them over one document.

"As Elastic runs them" means over what is indexed of the document, not over what is kept of it: a keyword value longer
than the mapping's ``ignore_above`` stands in the document and is not indexed, so the rule can't see it. Version 1
(KQL) asks for what is *not* there, so that it fires on a field that is missing or was not indexed. Version 6 (EQL)
runs its text search as a script, which says nothing about a missing field, so that it is silent then.

See: https://github.com/elastic/detection-rules/blob/main/rules/integrations/aws/persistence_iam_roles_anywhere_trusted_anchor_created_with_external_ca.toml
See: https://www.elastic.co/docs/reference/query-languages/eql/eql-function-ref
See: https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/ignore-above
"""

from __future__ import annotations

from dataclasses import dataclass

IGNORE_ABOVE = 8191
"""How many UTF-16 units of ``request_parameters`` the AWS integration indexes since February 2025.

Filebeat and older integrations index 1,024.

See: https://github.com/elastic/integrations/pull/12755
"""
FILEBEAT_IGNORE_ABOVE = 1024
"""How many UTF-16 units Filebeat's mapping indexes of any keyword.

See: https://www.elastic.co/docs/reference/beats/filebeat/exported-fields-aws
"""

_SILENCER = "sourceType=AWS_ACM_PCA"


@dataclass(frozen=True, slots=True)
class RuleFields:
    """What the two versions read of a document; a field has any number of values, and none when it is missing."""

    dataset: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    event_type: tuple[str, ...] = ()
    request_parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedRule:
    """Whether each version fires."""

    v1: bool
    v6: bool


def ask_published_rule(fields: RuleFields, ignore_above: int = IGNORE_ABOVE) -> PublishedRule:
    """What the two versions say; every comparison is case-sensitive, as it is on keyword fields.

    ``ignore_above`` is the limit of the index that the document is in.
    """
    named = (
        "aws.cloudtrail" in fields.dataset
        and "rolesanywhere.amazonaws.com" in fields.provider
        and "CreateTrustAnchor" in fields.action
        and "success" in fields.outcome
    )
    if not named:
        return PublishedRule(v1=False, v6=False)
    indexed = sorted(text for text in fields.request_parameters if _units(text) <= ignore_above)
    silenced = any(_SILENCER in text for text in indexed)
    # The rule takes event.type for EQL's category, and EQL's scripts read the first of several values in order.
    found_external = bool(indexed) and _SILENCER not in indexed[0]
    return PublishedRule(v1=not silenced, v6="info" in fields.event_type and found_external)


def _units(text: str) -> int:
    """The length as Java counts it: a character beyond the first plane counts twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
