"""Where an address is, from a local database in MaxMind's format; nothing is asked over the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import BadSettings


class PlacesDatabase:
    """An open database.

    Args:
        path: the ``.mmdb`` file.

    Raises:
        BadSettings: it can't be opened.
    """

    def __init__(self, path: str) -> None:
        # Imported when it is first needed: most users have no such database.
        import maxminddb  # noqa: PLC0415

        try:
            self._reader = maxminddb.open_database(path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            raise BadSettings((f"places.database: {path} can't be opened: {error}",)) from error

    def place_of(self, address: str) -> tuple[str, ...]:
        """City, country and network of an address, as far as the database knows them; empty when it knows none."""
        try:
            found = self._reader.get(address)
        except ValueError:
            return ()
        entry = found if isinstance(found, Mapping) else {}
        names = (_name(entry.get("city")), _name(entry.get("country")), entry.get("autonomous_system_organization"))
        return tuple(str(one) for one in names if one)

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()


def _name(part: Any) -> Any:  # noqa: ANN401 - whatever the database holds.
    names = part.get("names") if isinstance(part, Mapping) else None
    return names.get("en") if isinstance(names, Mapping) else None
