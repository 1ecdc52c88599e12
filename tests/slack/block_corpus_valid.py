"""Valid messages and views that stand right at one of Slack's limits."""

from __future__ import annotations

from tests.slack.block_pieces import (
    ALERT,
    CARD,
    CHART,
    CONTAINER,
    CONTEXT,
    DIVIDER,
    FEEDBACK,
    HEADER,
    IMAGE,
    LIST,
    MARKDOWN,
    METADATA,
    NUMBER,
    PLAN,
    VIDEO,
    Case,
    actions,
    button,
    confirm,
    data_table,
    entry,
    field,
    home,
    line,
    message,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    rich,
    section,
    select,
    table,
    task,
    without,
)

VALID: list[Case] = [
    Case("text alone", {"channel": "C0ANCHOR", "text": "x" * 40_000}),
    Case("update with text of 4,000", {"text": "x" * 4_000}, "update"),
    Case("update that removes metadata", message(DIVIDER, metadata={}), "update"),
    Case("metadata of ids", message(DIVIDER, metadata=METADATA | {"event_type": "x" * 50})),
    Case("50 blocks", message(*[DIVIDER] * 50)),
    Case("100 attachments", message(attachments=[{"text": "x", "color": "#a30200"}] * 100)),
    Case("attachment with blocks", message(attachments=[{"color": "#a30200", "blocks": [CONTEXT]}])),
    Case("ephemeral with plain attachment", message(DIVIDER, attachments=[{"text": "x"}]), "ephemeral"),
    Case("header of 150", message(HEADER | {"text": plain(150), "level": 4, "block_id": "x" * 255})),
    Case("section of 3,000", message(section(text=mrkdwn(3_000) | {"verbatim": True}, expand=True))),
    Case("five fields of 2,000", message({"type": "section", "fields": [mrkdwn(2_000)] * 5})),
    Case("ten fields", message({"type": "section", "fields": [plain()] * 10})),
    Case("context of ten", message({"type": "context", "elements": [mrkdwn(), IMAGE] * 5})),
    Case("25 buttons", message(actions(*[button(action_id=f"b{one}") for one in range(25)]))),
    Case(
        "button at every limit",
        message(
            actions(
                button(
                    text=plain(75) | {"emoji": False},
                    value="x" * 2_000,
                    url="https://example.com/" + "x" * 2_980,
                    action_id="x" * 255,
                    accessibility_label="x" * 75,
                    style="danger",
                    confirm=confirm(
                        title=plain(100),
                        text=mrkdwn(300),
                        confirm=plain(30),
                        deny=plain(30),
                        style="danger",
                    ),
                )
            )
        ),
    ),
    Case("100 options, one chosen", message(actions(select(options=options(100), initial_option=options(9)[8])))),
    Case(
        "groups with one option chosen",
        message(
            actions(
                without(select(), "options")
                | {
                    "option_groups": [{"label": plain(75), "options": options(3)}] * 3,
                    "initial_option": options(3)[2],
                }
            )
        ),
    ),
    Case(
        "overflow of five with a link",
        message(
            section(
                accessory=select(
                    type="overflow",
                    options=[option(75, "x" * 75, description=plain(75), url="https://example.com"), *options(4)],
                )
            )
        ),
    ),
    Case(
        "ten checkboxes in mrkdwn",
        message(
            actions(
                select(
                    type="checkboxes",
                    options=[option(value=str(one)) | {"text": mrkdwn(75)} for one in range(10)],
                    initial_options=[option(value="3") | {"text": mrkdwn(75)}],
                )
            )
        ),
    ),
    Case(
        "pickers",
        message(
            actions(
                {"type": "datepicker", "action_id": "d", "initial_date": "2028-02-29"},
                {"type": "timepicker", "action_id": "t", "initial_time": "23:59"},
                {"type": "datetimepicker", "action_id": "m", "initial_date_time": 1_793_527_200},
                {"type": "users_select", "action_id": "u", "placeholder": plain(150)},
            )
        ),
    ),
    Case("the same action_id in two blocks", message(actions(button()), actions(button()))),
    Case("image with long alt_text", message(IMAGE | {"alt_text": "x" * 2_000, "title": plain(2_000)})),
    Case("video", message(VIDEO | {"title": plain(200), "description": plain(200)})),
    Case("markdown of 12,000", message(MARKDOWN | {"text": "x" * 12_000})),
    Case("table of 100 rows", message(table(100, 20) | {"column_settings": [{"align": "right"}] * 20})),
    Case("table of 10,000 characters", message(table(2, 2, "x" * 2_500))),
    Case(
        "data table of 100 rows and a header",
        message(data_table(101, 20, page_size=100, row_header_column_index=19)),
    ),
    Case("plan of 50", message(PLAN | {"tasks": [task(one, status="pending") for one in range(50)]})),
    Case("card at every limit", message(CARD | {"title": mrkdwn(150), "body": mrkdwn(200), "icon": IMAGE})),
    Case("carousel of ten", message({"type": "carousel", "elements": [CARD] * 10})),
    Case(
        "collapsed container of ten",
        message(CONTAINER | {"child_blocks": [DIVIDER] * 10, "is_collapsible": True, "default_collapsed": True}),
    ),
    Case("two charts", message(CHART, CHART)),
    Case("feedback", message({"type": "context_actions", "elements": [FEEDBACK]})),
    Case(
        "rich text",
        message(
            rich(
                line(
                    {"type": "text", "text": "x", "style": {"bold": True}},
                    {"type": "link", "url": "https://example.com"},
                    {"type": "user", "user_id": "U0AVA"},
                    {"type": "usergroup", "usergroup_id": "S0SOC"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "date", "timestamp": 1_793_527_200, "format": "{time}", "fallback": "10:00 UTC"},
                ),
                LIST | {"indent": 8, "border": 1},
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]},
            )
        ),
    ),
    Case(
        "modal at every limit",
        modal(
            *[field(block_id=f"b{one}") for one in range(100)],
            title=plain(24),
            submit=plain(24),
            close=plain(24),
            private_metadata="x" * 3_000,
            callback_id="x" * 255,
            external_id="x" * 255,
            notify_on_close=True,
        ),
        "view",
    ),
    Case(
        "inputs at every limit",
        modal(
            field(
                label=plain(2_000),
                hint=plain(2_000),
                optional=True,
                element=entry(min_length=4, max_length=4, initial_value="7Q2X", focus_on_load=True, multiline=True),
            ),
            field(element=NUMBER | {"min_value": "1", "max_value": "1", "initial_value": "1"}),
            field(element={"type": "file_input", "action_id": "f", "max_files": 10}),
        ),
        "view",
    ),
    Case("modal without input needs no submit", without(modal(ALERT, section()), "submit"), "view"),
    Case("alert of 200", modal(ALERT | {"text": mrkdwn(200), "level": "success"}), "view"),
    Case("home view", home(HEADER, table(), section(accessory=button()), callback_id="home"), "view"),
]
