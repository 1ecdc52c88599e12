"""Which certificate fields a profile passes on as tags; a field without a mapping is missing from the request.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/attribute-mapping.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# The attributes of a name that have a short form, and any other by its number.
_NAME_PARTS = frozenset(
    {"c", "cn", "dc", "dnqualifier", "e", "emailaddress", "generationqualifier", "givenname", "gn", "gq"}
    | {"i", "initials", "l", "o", "ou", "pseudonym", "s", "serialnumber", "sn", "st", "street", "surname"}
    | {"t", "title", "uid"}
)
_NUMBERED = re.compile(r"[0-2](\.\d{1,20}){1,30}")
_NAME_FIELDS = ("x509subject", "x509issuer")
_ALTERNATIVE_NAMES = "x509san"
_OTHER_ALTERNATIVE_NAMES = frozenset({"dns", "uri"})
# The three mean the same.
_ALL_OF_NAME = ("name/*", "name/", "name")
_DEFAULT_RULES = frozenset(
    {("x509subject", "*"), ("x509issuer", "*"), ("x509san", "dns"), ("x509san", "uri"), ("x509san", "name/*")}
)


@dataclass(frozen=True, slots=True)
class AttributeMappings:
    """The mapping rules of a profile: certificate field and specifier, both in lower case."""

    rules: frozenset[tuple[str, str]] = _DEFAULT_RULES

    def passes_on(self, tag: str) -> bool | None:
        """Whether the tag ``x509Subject/CN`` (in lower case) can be in a request; None when that can't be known."""
        if not is_certificate_tag(tag):
            return None
        field, _, specifier = tag.partition("/")
        wanted = {specifier, *_ALL_OF_NAME} if specifier.startswith("name/") else {specifier}
        if field in _NAME_FIELDS:
            wanted.add("*")
        if any((field, one) in self.rules for one in wanted):
            return True
        # What "*" means for an alternative name is not defined.
        return None if field == _ALTERNATIVE_NAMES and (_ALTERNATIVE_NAMES, "*") in self.rules else False


DEFAULT_MAPPINGS = AttributeMappings()


def is_certificate_tag(tag: str) -> bool:
    """Whether a tag, in lower case, is one that Roles Anywhere is known to make of a certificate."""
    field, _, specifier = tag.partition("/")
    if field in _NAME_FIELDS:
        return _is_name_part(specifier)
    if field != _ALTERNATIVE_NAMES:
        return False
    kind, _, part = specifier.partition("/")
    return _is_name_part(part) if kind == "name" else specifier in _OTHER_ALTERNATIVE_NAMES


def _is_name_part(specifier: str) -> bool:
    return specifier in _NAME_PARTS or _NUMBERED.fullmatch(specifier) is not None


def usual_tags() -> tuple[str, ...]:
    """Tags as Roles Anywhere spells them, one for each way in which a pattern may tell them apart."""
    parts = ("CN", "OU", "O", "C", "L", "ST", "DC", "UID", "serialNumber", "SN", "GN", "T")
    names = tuple(f"{field}/{part}" for field in ("x509Subject", "x509Issuer", "x509SAN/Name") for part in parts)
    return (*names, "x509SAN/DNS", "x509SAN/URI")
