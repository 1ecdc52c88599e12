"""What was written into an action's own form, with the files that were put into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.action_form import ActionForm, FieldKind, FormField
from bot.domain.errors import BadInput
from bot.slack.entry_form import block_id, entered_of
from bot.slack.forms import entered_in
from bot.slack.slack_files import SlackFiles

# A form is sent twice: for its plan, and with it. A file never changes, so it is read once for both.
_MOST_KEPT = 4


class FormFiles:
    """Reads forms.

    Args:
        files: reads files from Slack; None where the app may not.
    """

    def __init__(self, files: SlackFiles | None) -> None:
        self._files = files
        self._kept: dict[str, str] = {}

    def shown(self, fields: Sequence[FormField]) -> tuple[FormField, ...]:
        """The fields that can be shown: Slack opens no form with a file field for an app that may not read files."""
        return tuple(one for one in fields if one.kind is not FieldKind.FILE or self._files is not None)

    async def entered(
        self, view: Mapping[str, Any], form: ActionForm, fields: Sequence[FormField], *, anew: bool
    ) -> tuple[dict[str, str], dict[str, str]]:
        """What was written, by the field, and what is wrong with the files, by their fields.

        ``anew`` says that Slack may be asked for files; else only what was read before is there.
        """
        entered, mistakes = entered_of(view, fields), dict[str, str]()
        for field in (one for one in self.shown(fields) if one.kind is FieldKind.FILE):
            file = _file_in(view, field)
            if file is None:
                continue
            if field.into in entered:
                mistakes[field.id] = "This was written above too. Give one of both."
                continue
            try:
                entered[field.into] = await self._text(file, form, field, anew=anew)
            except BadInput as error:
                mistakes[field.id] = str(error)
        return entered, mistakes

    async def _text(self, file: Mapping[str, Any], form: ActionForm, field: FormField, *, anew: bool) -> str:
        name = str(file.get("id", ""))
        if name and name in self._kept:
            return self._kept[name]
        if self._files is None or not anew:
            raise BadInput("file_not_read", "The file was not read. Send the form again.", field.id)
        text = form.read_file(await self._files.read(file, field.most))
        self._kept = dict([*self._kept.items(), (name, text)][-_MOST_KEPT:])
        return text


def _file_in(view: Mapping[str, Any], field: FormField) -> Mapping[str, Any] | None:
    state = entered_in(view).get(block_id(field.id))
    value = state.get(field.id) if isinstance(state, Mapping) else None
    files = value.get("files") if isinstance(value, Mapping) else None
    first = files[0] if isinstance(files, list) and files else None
    return first if isinstance(first, Mapping) else None
