"""slackblocks' reading of a payload: each object rebuilt with slackblocks 3.0.0, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import slackblocks as sb
from slackblocks.errors import InvalidUsageError

from tests.slack.block_judges_payload import OUTSIDE, STUMBLES, Json, classes, items, kind_of

_ERRORS = (InvalidUsageError, AssertionError, *STUMBLES)

_BY_TYPE = classes(
    sb,
    """
    raw_text=RawText raw_number=RawNumber icon=SlackIcon url=URLSource actions=ActionsBlock
    context=ContextBlock divider=DividerBlock file=FileBlock header=HeaderBlock input=InputBlock
    image=Image markdown=MarkdownBlock rich_text=RichTextBlock section=SectionBlock table=TableBlock
    video=VideoBlock alert=AlertBlock card=CardBlock carousel=CarouselBlock container=ContainerBlock
    plan=PlanBlock context_actions=ContextActionsBlock data_table=DataTableBlock
    data_visualization=DataVisualizationBlock task_card=TaskCardBlock pie=PieChart bar=BarChart
    area=AreaChart line=LineChart button=Button checkboxes=CheckboxGroup datepicker=DatePicker
    datetimepicker=DateTimePicker email_text_input=EmailInput overflow=OverflowMenu file_input=FileInput
    number_input=NumberInput plain_text_input=PlainTextInput radio_buttons=RadioButtonGroup
    rich_text_input=RichTextInput timepicker=TimePicker url_text_input=URLInput
    workflow_button=WorkflowButton feedback_buttons=FeedbackButtons icon_button=IconButton
    static_select=StaticSelectMenu external_select=ExternalSelectMenu users_select=UserSelectMenu
    conversations_select=ConversationSelectMenu channels_select=ChannelSelectMenu
    multi_static_select=StaticMultiSelectMenu multi_external_select=ExternalMultiSelectMenu
    multi_users_select=UserMultiSelectMenu multi_conversations_select=ConversationMultiSelectMenu
    multi_channels_select=ChannelMultiSelectMenu rich_text_section=RichTextSection
    rich_text_list=RichTextList rich_text_quote=RichTextQuote rich_text_preformatted=RichTextCodeBlock
    text=RichText link=RichTextLink emoji=RichTextEmoji user=RichTextUser usergroup=RichTextUserGroup
    channel=RichTextChannel
    """,
)
_BY_PLACE = classes(
    sb,
    """
    confirm=ConfirmationDialogue options=Option initial_option=Option initial_options=Option
    option_groups=OptionGroup slack_file=SlackFile filter=ConversationFilter
    dispatch_action_config=DispatchActionConfiguration workflow=Workflow trigger=Trigger
    column_settings=ColumnSettings customizable_input_parameters=InputParameter segments=ChartSegment
    series=DataSeries data=DataPoint axis_config=AxisConfig positive_button=FeedbackButton
    negative_button=FeedbackButton
    """,
)
_RENAMED = {"initial_date_time": "initial_datetime", "usergroup_id": "user_group_id"}
# slackblocks 3.0.0 has no object for these pieces of rich text.
_PIECES_LACKING = frozenset({"broadcast", "color", "date", "team"})
# slackblocks has no such member; Slack's pages do.
_LACKS = frozenset({("header", "level"), ("section", "expand"), ("emoji", "unicode"), ("emoji", "style")})
# The constructor insists on naming these although both Slack and the library take them for optional.
_NAMED: Mapping[Any, tuple[str, ...]] = {
    sb.OverflowMenu: ("action_id",),
    sb.CheckboxGroup: ("action_id",),
    sb.RadioButtonGroup: ("action_id",),
    sb.StaticMultiSelectMenu: ("action_id", "options"),
    sb.SlackFile: ("url", "id"),
    sb.Trigger: ("customizable_input_parameters",),
}


def message_refusals(payload: Json) -> Iterator[str]:
    """Yield what slackblocks refuses in a message, starting with `slackblocks:`."""
    yield from _tried(lambda: _message(payload))


def view_refusals(view: Json) -> Iterator[str]:
    """Yield what slackblocks refuses in a view, starting with `slackblocks:`."""
    yield from _tried(lambda: _view(view))


def _tried(build: Callable[[], object]) -> Iterator[str]:
    try:
        build()
    except _ERRORS as error:
        yield f"slackblocks: {type(error).__name__}: {error}"[:300]


def _message(payload: Json) -> None:
    # slackblocks knows attachments of blocks only; the older members of an attachment are not its matter.
    attachments = [
        sb.Attachment(blocks=_sb(attachment["blocks"], "blocks"))
        for attachment in items(payload, "attachments")
        if items(attachment, "blocks")
    ]
    sb.Message(
        channel=payload.get("channel", "C0ANCHOR"),
        text=payload.get("text", ""),
        blocks=_sb(payload.get("blocks"), "blocks"),
        attachments=attachments or None,
        metadata=payload.get("metadata"),
    )


def _view(view: Json) -> None:
    members = {name: _sb(member, name) for name, member in view.items() if name != "type"}
    surface: Any = sb.HomeTabView if kind_of(view) == "home" else sb.ModalView
    surface(**members)


def _sb(value: Any, place: str) -> Any:
    if isinstance(value, list | tuple):
        return [item for item in (_sb(item, place) for item in value) if item is not OUTSIDE]
    if not isinstance(value, Mapping):
        return value
    kind = kind_of(value)
    if kind in {"plain_text", "mrkdwn"}:
        members = {name: member for name, member in value.items() if name != "type"}
        return sb.Text(**members, type_=sb.TextType(kind))
    if place == "elements" and kind in _PIECES_LACKING:
        return sb.RichText("x")
    # slackblocks wants the parts of a rich_text in a table cell, not the block that Slack wants there.
    if kind == "rich_text" and place == "rows of a table":
        return _sb(value["elements"], "elements")[0]
    cls = sb.ImageBlock if (kind, place) == ("image", "blocks") else _BY_TYPE.get(kind or "")
    cls = cls or _BY_PLACE.get(place)
    if cls is None and place == "style":
        return value
    if cls is None:
        raise ValueError(f"there is no object for {kind!r} in {place!r}")
    return cls(**_members(value, kind, cls))


def _members(value: Json, kind: str | None, cls: Any) -> dict[str, Any]:
    members: dict[str, Any] = dict.fromkeys(_NAMED.get(cls, ()))
    for name, member in value.items():
        if name == "type" or (kind, name) in _LACKS:
            continue
        place = "rows of a table" if (kind, name) == ("table", "rows") else name
        place = "blocks" if name == "child_blocks" else place
        members[_RENAMED.get(name, name)] = _sb(member, place)
    # The style of rich text is an object of its own in JSON, and flags of the piece here.
    if isinstance(style := members.get("style"), dict):
        del members["style"]
        members.update(style)
    # slackblocks wants a whole group for the initial option of a grouped menu; Slack wants the option.
    if "option_groups" in members:
        members.pop("initial_option", None)
        members.pop("initial_options", None)
    return members
