"""Public holidays by country, from the list that the library keeps."""

from __future__ import annotations

from datetime import date

from bot.domain.house import House
from bot.domain.mornings import Mornings


def holiday_on(day: date, country: str) -> str | None:
    """The public holiday's name, or None on any other day.

    ``country`` is an ISO 3166 code, or country and subdivision as ``US-CA``.

    Raises:
        KeyError: the library does not know the country or the subdivision.
    """
    # Imported when it is first needed: it is large, and most users set no country.
    import holidays  # noqa: PLC0415

    code, _, subdivision = country.partition("-")
    try:
        calendar = holidays.country_holidays(code, subdiv=subdivision or None, years=day.year)
    except NotImplementedError as error:
        raise KeyError(country) from error
    name = calendar.get(day)
    return str(name) if name is not None else None


def mornings_of(house: House) -> Mornings:
    """When people of this organization begin to work; holidays of a country that the library does not know are none."""
    country = house.hours.holidays if house.hours is not None else None

    def is_holiday(day: date) -> bool:
        try:
            return country is not None and holiday_on(day, country) is not None
        except KeyError:
            return False

    return Mornings(house.hours, is_holiday)
