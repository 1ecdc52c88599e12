"""The file with the secrets of people's one-time codes, encrypted; the keys are never in it.

It is a JSON object: a Slack user id, and what Fernet made of the secret together with that id, so that nobody can put
one person's secret behind another's name.

See: https://cryptography.io/en/latest/fernet/
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.domain.errors import BadInput

_OWNER_ONLY = 0o600
_CODE = "code_file"


def new_key() -> str:
    """A key for ANCHORWATCH_CODE_KEYS."""
    return Fernet.generate_key().decode()


def is_key(text: str) -> bool:
    """Whether a text can be such a key: 32 bytes in URL-safe base64."""
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


class CodeSecrets:
    """Reads and writes the file.

    Args:
        path: the file; it need not be there before the first secret.
        keys: at least one; the first encrypts, all of them decrypt, so that keys can be changed.
    """

    def __init__(self, path: Path, keys: Sequence[str]) -> None:
        self._path = path
        self._cipher = MultiFernet([Fernet(key) for key in keys])

    def people(self) -> tuple[str, ...]:
        """Who has a secret. Raises as :meth:`secret_of`."""
        return tuple(sorted(self._read()))

    def secret_of(self, user_id: str) -> str | None:
        """A person's secret in base32; None for somebody who has none.

        Raises:
            BadInput: the file can't be read, or none of the keys opens the secret; says which person's.
        """
        token = self._read().get(user_id)
        return None if token is None else self._opened(user_id, token)

    def check_all(self) -> None:
        """Open every secret, so that a wrong key is noticed at the start. Raises as :meth:`secret_of`."""
        for user_id, token in self._read().items():
            self._opened(user_id, token)

    def keep(self, user_id: str, secret: str) -> None:
        """Keep a person's secret instead of any earlier one. Raises as :meth:`secret_of`."""
        sealed = self._cipher.encrypt(json.dumps([user_id, secret]).encode()).decode()
        self._write({**self._read(), user_id: sealed})

    def drop(self, user_id: str) -> bool:
        """Forget a person's secret; False when there was none. Raises as :meth:`secret_of`."""
        kept = dict(self._read())
        if kept.pop(user_id, None) is None:
            return False
        self._write(kept)
        return True

    def _opened(self, user_id: str, token: str) -> str:
        try:
            whose, secret = json.loads(self._cipher.decrypt(token))
        except (InvalidToken, ValueError, TypeError) as error:
            closed = "none of ANCHORWATCH_CODE_KEYS opens this secret"
            raise BadInput(_CODE, closed, f"{self._path}: {user_id}") from error
        if whose != user_id or not isinstance(secret, str):
            raise BadInput(_CODE, "this secret was made for somebody else", f"{self._path}: {user_id}")
        return secret

    def _read(self) -> Mapping[str, str]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise BadInput(_CODE, f"can't be read: {error}", str(self._path)) from error
        if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
            raise BadInput(_CODE, "must be a JSON object of user ids and texts", str(self._path))
        return found

    def _write(self, kept: Mapping[str, str]) -> None:
        """Put the new file in the old one's place at once, so that nobody reads half of it."""
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY), "w") as file:
                json.dump(kept, file, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            raise BadInput(_CODE, f"can't be written: {error}", str(self._path)) from error
