"""blockkit's reading of a payload: each object rebuilt with blockkit 2.1.3, and what it refuses."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from blockkit import core as kit

from tests.slack.block_judges_payload import OUTSIDE, STUMBLES, Json, classes, items, kind_of

_ERRORS = (kit.FieldValidationError, kit.ComponentValidationError, *STUMBLES)

_BY_TYPE = classes(
    kit,
    """
    plain_text=Text mrkdwn=Text raw_text=RawText actions=Actions context=Context divider=Divider
    file=File header=Header input=Input markdown=Markdown rich_text=RichText section=Section table=Table
    video=Video image=ImageEl button=Button checkboxes=Checkboxes datepicker=DatePicker
    datetimepicker=DatetimePicker email_text_input=EmailInput file_input=FileInput
    number_input=NumberInput overflow=Overflow plain_text_input=PlainTextInput
    radio_buttons=RadioButtons rich_text_input=RichTextInput timepicker=TimePicker
    url_text_input=UrlInput workflow_button=WorkflowButton static_select=StaticSelect
    external_select=ExternalSelect users_select=UsersSelect conversations_select=ConversationsSelect
    channels_select=ChannelsSelect multi_static_select=MultiStaticSelect
    multi_external_select=MultiExternalSelect multi_users_select=MultiUsersSelect
    multi_channels_select=MultiChannelsSelect multi_conversations_select=MultiConversationsSelect
    rich_text_section=RichTextSection rich_text_list=RichTextList rich_text_quote=RichTextQuote
    rich_text_preformatted=RichTextPreformatted text=RichTextEl link=RichLinkEl emoji=RichEmojiEl
    user=RichUserEl usergroup=RichUserGroupEl channel=RichChannelEl date=RichDateEl
    broadcast=RichBroadcastEl color=RichColorEl
    """,
)
_BY_PLACE = classes(
    kit,
    """
    confirm=Confirm options=Option initial_option=Option initial_options=Option
    option_groups=OptionGroup slack_file=SlackFile filter=ConversationFilter
    dispatch_action_config=DispatchActionConfig workflow=Workflow trigger=Trigger style=RichStyle
    customizable_input_parameters=InputParameter column_settings=ColumnSettings
    """,
)
# Slack brought these out after blockkit 2.1.3; a rich text team mention it never had.
_NEWER = frozenset(
    {"alert", "card", "carousel", "container", "context_actions", "data_table", "data_visualization"}
    | {"plan", "task_card", "team"}
)
# blockkit has no such member on these; Slack's own types do (`level` since 2026).
_LACKS = frozenset(
    {("header", "level"), ("emoji", "style"), ("emoji", "skin_tone"), ("date", "style"), ("color", "style")}
    | {("broadcast", "style"), ("workflow_button", "confirm"), ("emoji", "url")}
)


def message_refusals(payload: Json) -> Iterator[str]:
    """Yield what blockkit refuses in a message, each starting with `blockkit:`."""
    blocks = items(payload, "blocks")
    for attachment in items(payload, "attachments"):
        blocks += items(attachment, "blocks")
    yield from _refusals(blocks, lambda built: kit.Message(payload.get("text"), built))


def view_refusals(view: Json) -> Iterator[str]:
    """Yield what blockkit refuses in a view, each starting with `blockkit:`."""
    home = kind_of(view) == "home"
    # blockkit knows no tables in home views; Slack's block pages list them there.
    blocks = [block for block in items(view, "blocks") if not (home and kind_of(block) == "table")]
    surface: Any = kit.Home if home else kit.Modal
    rest = {name: member for name, member in view.items() if name != "blocks"}
    yield from _refusals(blocks, lambda built: _filled(surface(blocks=built), rest))


def _refusals(blocks: list[Any], surface: Callable[[list[Any]], Any]) -> Iterator[str]:
    found = [refusal for block in blocks for refusal in _tried(partial(_built, block))]
    yield from found
    fresh = [] if found else [_kit(block, "blocks") for block in blocks]
    # A surface is judged when nothing of it had to be left out, and with objects that were not built before:
    # building changes them.
    if not found and OUTSIDE not in fresh and len(fresh) == len(blocks):
        yield from _tried(lambda: surface(fresh).build())


def _built(block: Any) -> None:
    component = _kit(block, "blocks")
    if component is not OUTSIDE:
        component.build()


def _tried(build: Callable[[], object]) -> Iterator[str]:
    try:
        build()
    except _ERRORS as error:
        yield f"blockkit: {error}"[:300]


def _kit(value: Any, place: str) -> Any:
    if isinstance(value, list | tuple):
        return [item for item in (_kit(item, place) for item in value) if item is not OUTSIDE]
    if not isinstance(value, Mapping):
        return value
    kind = kind_of(value)
    if kind in _NEWER:
        return OUTSIDE
    cls = kit.Image if (kind, place) == ("image", "blocks") else _BY_TYPE.get(kind or "")
    cls = cls or _BY_PLACE.get(place)
    if cls is None:
        raise ValueError(f"there is no object for {kind!r} in {place!r}")
    return _filled(cls(), _excused(value, kind, place))


def _excused(value: Json, kind: str | None, place: str) -> Json:
    """Return the object without what blockkit refuses and Slack takes."""
    members = {name: member for name, member in value.items() if (kind, name) not in _LACKS}
    # blockkit wants plain_text in a confirmation's text; Slack's own types allow mrkdwn there.
    if place == "confirm" and kind is None:
        members["text"] = _plainly(members.get("text"))
    # blockkit wants plain_text in every option; in checkboxes and radio buttons Slack takes mrkdwn.
    if kind in {"checkboxes", "radio_buttons"}:
        for name in ("options", "initial_options", "initial_option"):
            if name in members:
                members[name] = _each_plainly(members[name])
    # blockkit allows an image 255 characters of alt_text; Slack's page says 2,000.
    if kind == "image" and isinstance(alt_text := members.get("alt_text"), str) and len(alt_text) <= 2000:
        members["alt_text"] = alt_text[:255]
    # blockkit compares initial options with groups, not with the options in them.
    if "option_groups" in members:
        members.pop("initial_option", None)
        members.pop("initial_options", None)
    # blockkit knows no datetimepicker in an actions block; Slack's page of the element names it there.
    if kind == "actions" and "elements" in members:
        members["elements"] = [one for one in items(members, "elements") if kind_of(one) != "datetimepicker"]
    # blockkit takes the numbers of a number_input for numbers; Slack wants them written as strings.
    if kind == "number_input":
        for name in {"initial_value", "min_value", "max_value"} & members.keys():
            members[name] = _as_number(members[name])
    return members


def _as_number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return float(value) if "." in value else int(value)


def _plainly(text: Any) -> Any:
    if kind_of(text) != "mrkdwn":
        return text
    return {"type": "plain_text", **{name: one for name, one in text.items() if name not in {"type", "verbatim"}}}


def _each_plainly(options: Any) -> Any:
    if isinstance(options, list):
        return [_each_plainly(option) for option in options]
    return {**options, "text": _plainly(options.get("text"))} if isinstance(options, Mapping) else options


def _filled(component: Any, members: Json) -> Any:
    for name, member in members.items():
        if name == "type" or member is None:
            continue
        setter = getattr(component, name, None)
        if setter is None:
            raise AttributeError(f"{type(component).__name__} has no {name!r}")
        built = _kit(member, name)
        many = any(one.kind is one.VAR_POSITIONAL for one in inspect.signature(setter).parameters.values())
        setter(*built) if many else setter(built)
    if isinstance(component, kit.Text) and "type" in members:
        # Last, because setting the text makes blockkit guess a type from what it says.
        component.type(members["type"])
    return component
