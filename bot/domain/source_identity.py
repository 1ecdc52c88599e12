"""By which name CloudTrail knows the person behind a session."""

from __future__ import annotations

import re

from bot.domain.people import Person

# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_FITS = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


def source_identity(person: Person) -> str:
    """The person's e-mail address where it may name them and AWS takes it as it is, else their Slack user id.

    An address is never cut or changed to fit: it could then be somebody else's.
    """
    email = (person.email or "").lower()
    return email if _FITS.fullmatch(email) else person.user_id
