"""Changes several things in AWS, each for itself, and is exact about how far it came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.domain.errors import AwsError, AwsNotFound, AwsUnclear


@dataclass(slots=True)
class Changed:
    """How far a change of several things came: ``done`` and ``gone`` are names, ``failed`` sentences."""

    what: str
    done: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """All of it in a few short sentences."""
        count = len(self.done) + len(self.gone) + len(self.failed)
        words = [f"AWS accepted it for {len(self.done)} of {count} {self.what}"]
        if self.gone:
            words.append(f"Not there any more: {', '.join(self.gone)[:300]}")
        if self.failed:
            words.append(f"Refused: {'; '.join(self.failed)[:500]}")
        return f"{'. '.join(words)}."

    def add(self, other: Changed) -> None:
        """Count the changes of another as well."""
        self.done += other.done
        self.gone += other.gone
        self.failed += other.failed


async def change_each(what: str, changes: Sequence[tuple[str, Callable[[], Awaitable[None]]]]) -> Changed:
    """Make every change, by name; one that fails does not stop the others. ``what`` says what they are, such as roles.

    Raises:
        AwsUnclear: at least one call got no answer; the others were made.
        AwsError: no call worked; this is why the first did not.
    """
    changed = Changed(what)
    unclear: AwsUnclear | None = None
    first_error: AwsError | None = None
    for name, change in changes:
        try:
            await change()
        except AwsNotFound:
            changed.gone.append(name)
        except AwsUnclear as error:
            unclear = error
        except AwsError as error:
            first_error = first_error or error
            changed.failed.append(f"{name}: {error.code} of {error.operation}")
        else:
            changed.done.append(name)
    if unclear is not None:
        raise unclear
    if first_error is not None and not changed.done and not changed.gone:
        raise first_error
    return changed
