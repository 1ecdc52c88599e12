"""Athena over the event history: the DDL decides what is seen, the SQL is run, and mistakes are Athena's."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.attack import attack
from bot.sandbox.aws.clients import ROOT, connect
from bot.sandbox.aws.seed import seed

DDL = """
CREATE EXTERNAL TABLE security.cloudtrail_logs (
  eventversion STRING,
  useridentity STRUCT<
    type: STRING, principalid: STRING, arn: STRING, accountid: STRING, accesskeyid: STRING,
    sessioncontext: STRUCT<
      attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING>,
      sessionissuer: STRUCT<type: STRING, arn: STRING, username: STRING>,
      sourceidentity: STRING>>,  -- The source identity is not in AWS's own table.
  eventtime STRING, eventsource STRING, eventname STRING, awsregion STRING, sourceipaddress STRING,
  errorcode STRING, requestparameters STRING, responseelements STRING,
  resources ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>,
  tlsdetails MAP<STRING, STRING>, readonly STRING
)
COMMENT 'The organisation''s trail'
PARTITIONED BY (account STRING, region STRING, day STRING)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
LOCATION 's3://trail/AWSLogs/o-abc1234567/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.account.type' = 'injected',
  'projection.region.type' = 'enum',
  'projection.region.values' = 'us-east-1,eu-west-1',
  'projection.day.type' = 'date',
  'projection.day.range' = '2024/01/01,NOW',
  'projection.day.format' = 'yyyy/MM/dd',
  'storage.location.template' = 's3://trail/AWSLogs/o-abc1234567/${account}/CloudTrail/${region}/${day}'
)
"""
HERE = "account = '123456789012'"
OUTPUT = {"OutputLocation": "s3://results/"}


@pytest.fixture
def athena(once: Any, full_endpoint: str) -> Any:
    """A client, with the table made and an attack of two sessions in the history."""
    seeded = seed(full_endpoint)
    attack(full_endpoint, role_arn=seeded.open_role, sessions=2)
    once("rolesanywhere", full_endpoint, region="ap-south-1").list_profiles()
    connect("iam", full_endpoint, credentials=ROOT, account_id="222222222222").list_users()
    made = once("athena", full_endpoint)
    assert _ends(made, DDL) == ("SUCCEEDED", "")
    return made


def _select(what: str, where: str = HERE) -> str:
    return f"SELECT {what} FROM security.cloudtrail_logs WHERE {where}"  # noqa: S608 - Written in the tests.


def _start(athena: Any, query: str, **more: Any) -> str:
    return str(athena.start_query_execution(QueryString=query, ResultConfiguration=OUTPUT, **more)["QueryExecutionId"])


def _ends(athena: Any, query: str) -> tuple[str, str]:
    status = _finished(athena, _start(athena, query))["Status"]
    return status["State"], status.get("StateChangeReason", "")


def _finished(athena: Any, identifier: str) -> Any:
    states = []
    while True:
        execution = athena.get_query_execution(QueryExecutionId=identifier)["QueryExecution"]
        states.append(execution["Status"]["State"])
        if states[-1] not in ("QUEUED", "RUNNING"):
            return execution


def _rows(athena: Any, query: str, **more: Any) -> list[list[str | None]]:
    identifier = _start(athena, query, **more)
    status = _finished(athena, identifier)["Status"]
    assert status["State"] == "SUCCEEDED", status["StateChangeReason"]
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=identifier)
    rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]]
    return [[cell.get("VarCharValue") for cell in row] for row in rows]


def test_sessions_are_found_by_sql(athena: Any) -> None:
    """The sessions of the anchor come with source identity from the response, in order, below a row of names."""
    rows = _rows(
        athena,
        _select(
            "eventtime, json_extract_scalar(responseelements, '$.credentialSet[0].sourceIdentity') AS who, "
            "json_extract_scalar(responseelements, '$.credentialSet[0]') AS no_scalar",
            f"{HERE} AND region = 'us-east-1' AND eventsource = 'rolesanywhere.amazonaws.com' "
            "AND eventname = 'CreateSession' AND errorcode IS NULL "
            "AND from_iso8601_timestamp(eventtime) > from_iso8601_timestamp('2024-01-01T00:00:00Z') ORDER BY who",
        ),
    )
    assert rows[0] == ["eventtime", "who", "no_scalar"]
    assert [row[1:] for row in rows[1:]] == [["CN=runner-1", None], ["CN=runner-2", None]]


def test_struct_members_and_parameters(athena: Any) -> None:
    """A member of a struct selects, groups and counts; parameters are put in where the question marks are."""
    rows = _rows(
        athena,
        "SELECT useridentity.type AS kind, count(*) AS calls FROM cloudtrail_logs "
        "WHERE account = ? AND eventname IN (?, 'CreateProfile') GROUP BY useridentity.type ORDER BY 1",
        ExecutionParameters=["'123456789012'", "'CreateTrustAnchor'"],
        QueryExecutionContext={"Database": "security"},
    )
    assert rows == [["kind", "calls"], ["IAMUser", "6"]]


def test_only_projected_partitions_are_seen(athena: Any) -> None:
    """A Region that is not in the enum, and another account, are not in the answer."""
    assert _rows(athena, _select("DISTINCT region")) == [["region"], ["us-east-1"]]
    other = _select("DISTINCT eventname", "account = '222222222222'")
    assert _rows(athena, other) == [["eventname"], ["ListUsers"]]


def test_scanned_bytes_follow_the_partitions(athena: Any) -> None:
    """Conditions on partitions make fewer bytes, other conditions do not; a day without files has none."""
    # Nobody calls in this account any more, while each query adds to the history of its own.
    there = "account = '222222222222'"
    conditions = (
        there,
        f"{there} AND eventname = 'CreateSession'",
        f"{there} AND region = 'us-east-1' AND day BETWEEN '2024/01/01' AND '2999/01/01'",
        f"{there} AND day < '2024/06/01'",
        f"{there} AND region = 'eu-west-1'",
    )
    sizes = [
        _finished(athena, _start(athena, _select("count(*) AS n", where)))["Statistics"]["DataScannedInBytes"]
        for where in conditions
    ]
    assert sizes[0] == sizes[1] == sizes[2] > 100
    assert sizes[3:] == [0, 0]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT 1 FROM security.cloudtrail_logs", "CONSTRAINT_VIOLATION"),
        ("SELECT 1 FROM security.cloudtrail_logs WHERE account LIKE '1%'", "CONSTRAINT_VIOLATION"),
        ("SELECT 1 FROM security.other", "TABLE_NOT_FOUND"),
        (_select("nothere"), "SYNTAX_ERROR"),
        (_select("useridentity.nothere"), "SYNTAX_ERROR"),
        (_select("read_text('/etc/passwd')"), "FUNCTION_NOT_FOUND"),
        ("SELEC 1", "SYNTAX_ERROR"),
        ("CREATE EXTERNAL TABLE t (a timey) LOCATION 's3://x/'", "mismatched input"),
    ],
)
def test_failed_queries_say_why(athena: Any, query: str, reason: str) -> None:
    """Each mistake ends as FAILED with its reason, and has no results."""
    state, why = _ends(athena, query)
    assert state == "FAILED"
    assert reason in why


def test_results_come_in_pages_after_the_end(athena: Any) -> None:
    """Results before the end are refused; pages of two are complete and begin with the names."""
    identifier = _start(athena, _select("eventname", f"{HERE} ORDER BY eventtime LIMIT 4"))
    with pytest.raises(ClientError, match="not yet finished"):
        athena.get_query_results(QueryExecutionId=identifier)
    _finished(athena, identifier)
    pages = list(
        athena.get_paginator("get_query_results").paginate(
            QueryExecutionId=identifier, PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [2, 2, 1]
    assert pages[0]["ResultSet"]["Rows"][0]["Data"] == [{"VarCharValue": "eventname"}]
    assert pages[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"][0]["Type"] == "varchar"


def test_query_can_be_stopped(athena: Any) -> None:
    """A query that is stopped before its end is CANCELLED and has no results."""
    identifier = _start(athena, _select("1 AS one"))
    athena.stop_query_execution(QueryExecutionId=identifier)
    assert _finished(athena, identifier)["Status"]["State"] == "CANCELLED"
    with pytest.raises(ClientError, match="did not finish successfully"):
        athena.get_query_results(QueryExecutionId=identifier)


def test_requests_are_checked(athena: Any) -> None:
    """No output location, a workgroup of nobody, a query of nobody and 1,001 results are refused."""
    with pytest.raises(ClientError, match="No output location"):
        athena.start_query_execution(QueryString="SELECT 1")
    with pytest.raises(ClientError, match="is not found"):
        athena.start_query_execution(QueryString="SELECT 1", WorkGroup="nobody's", ResultConfiguration=OUTPUT)
    with pytest.raises(ClientError, match="was not found"):
        athena.get_query_execution(QueryExecutionId="none")
