"""What makes a role dangerous, from the lists that cloudsplaining keeps.

Only its lists are used. Its own reading of policies takes a Deny with a condition as a Deny, does not know ``?`` and
``NotResource``, breaks on odd actions, and takes a second for a star: policies are read by
:mod:`bot.domain.privileges`.

See: https://github.com/salesforce/cloudsplaining
"""

from __future__ import annotations

from functools import lru_cache

from bot.domain.privileges.permissions import Catalogue


@lru_cache(maxsize=1)
def privilege_catalogue() -> Catalogue:
    """The lists; the first call takes about half a second of one core."""
    from cloudsplaining.shared.constants import (  # noqa: PLC0415 - Reads its databases when it is imported.
        ACTIONS_THAT_RETURN_CREDENTIALS,
        PRIVILEGE_ESCALATION_METHODS,
        READ_ONLY_DATA_EXFILTRATION_ACTIONS,
    )
    from cloudsplaining.shared.utils import remove_wildcard_only_actions  # noqa: PLC0415 - As above.

    escalations = {name: tuple(one.lower() for one in needed) for name, needed in PRIVILEGE_ESCALATION_METHODS.items()}
    every = {*(one for needed in escalations.values() for one in needed)}
    secrets = [one for one in READ_ONLY_DATA_EXFILTRATION_ACTIONS if not one.startswith("s3:")]
    credentials = tuple(one.lower() for one in (*ACTIONS_THAT_RETURN_CREDENTIALS, *secrets))
    every |= {*credentials}
    with_resources = {one.lower() for one in remove_wildcard_only_actions(sorted(every))}
    return Catalogue(
        escalations,
        credentials,
        frozenset(every - with_resources),
    )
