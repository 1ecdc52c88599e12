"""Athena's operations on queries, over moto's workgroups.

See: https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from moto.athena.responses import AthenaResponse
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.glue.models import glue_backends
from moto.moto_api._internal import mock_random

from bot.sandbox.aws.cloudtrail.models import event_history_backends
from bot.sandbox.aws.paging import ForeignToken, page_of
from bot.sandbox.aws.service_time import service_time

from .engine import Answer, QueryFailed, run
from .table import BadDdl, Table, is_ddl, read_ddl

# See: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
_MAX_RESULTS = 1000
_FINAL = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
_PLACEHOLDER = re.compile(r"'(?:[^']|'')*'|\?")


@dataclass
class Execution:
    """One query that was started; it is queued, then runs, then ends, a step each time somebody asks.

    Attributes:
        query: Its text.
        parameters: ExecutionParameters.
        database: Of its context.
        workgroup: Its workgroup's name.
        output: Where the results would be.
        ends_as: SUCCEEDED, FAILED or CANCELLED.
        reason: Why it failed or was cancelled; empty otherwise.
        answer: What it answered.
        submitted_at: UTC time without a zone.
    """

    query: str
    parameters: list[str]
    database: str
    workgroup: str
    output: str
    ends_as: str = "SUCCEEDED"
    reason: str = ""
    answer: Answer = field(default_factory=Answer)
    submitted_at: Any = field(default_factory=service_time.now)
    states: list[str] = field(default_factory=lambda: ["QUEUED", "RUNNING"])

    @property
    def state(self) -> str:
        """Where it is now."""
        return self.states[0] if self.states else self.ends_as


class QueryBackend(BaseBackend):
    """The tables and queries of one account and Region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.tables: dict[str, Table] = {}
        self.executions: dict[str, Execution] = {}


class InvalidRequestException(ServiceException):
    """Something about the request is missing, unknown or out of bounds."""

    code = "InvalidRequestException"


class QueryResponse(AthenaResponse):
    """moto's Athena, whose queries are really run."""

    @property
    def queries(self) -> QueryBackend:
        """The state of the caller's account in the Region of the request."""
        backend: QueryBackend = query_backends[self.current_account][self.region]
        return backend

    def start_query_execution(self) -> ActionResult:  # type: ignore[override]
        """StartQueryExecution."""
        asked: dict[str, Any] = json.loads(self.body)
        workgroup = asked.get("WorkGroup", "primary")
        group = self.athena_backend.get_work_group(workgroup)
        if group is None:
            raise InvalidRequestException(f"WorkGroup {workgroup} is not found.")
        configured = group["Configuration"].get("ResultConfiguration", {}).get("OutputLocation")
        output = configured or asked.get("ResultConfiguration", {}).get("OutputLocation")
        if not output:
            raise InvalidRequestException(
                "No output location provided. An output location is required either through the Workgroup result "
                "configuration setting or as an API input."
            )
        database = asked.get("QueryExecutionContext", {}).get("Database", "default").lower()
        execution = Execution(
            asked["QueryString"], asked.get("ExecutionParameters", []), database, workgroup, str(output)
        )
        self._run(execution)
        identifier = str(mock_random.uuid4())
        self.queries.executions[identifier] = execution
        return ActionResult({"QueryExecutionId": identifier})

    def get_query_execution(self) -> ActionResult:  # type: ignore[override]
        """GetQueryExecution: each call shows the next state."""
        identifier, execution = self._execution()
        shown = execution.state
        del execution.states[:1]
        status = {"State": shown, "SubmissionDateTime": execution.submitted_at}
        if shown in _FINAL:
            status |= {"CompletionDateTime": service_time.now()}
            status |= {"StateChangeReason": execution.reason} if execution.reason else {}
        detail = {
            "QueryExecutionId": identifier,
            "Query": execution.query,
            "StatementType": "DDL" if is_ddl(execution.query) else "DML",
            "ResultConfiguration": {"OutputLocation": f"{execution.output.rstrip('/')}/{identifier}.csv"},
            "QueryExecutionContext": {"Database": execution.database},
            "Status": status,
            "Statistics": {"DataScannedInBytes": execution.answer.scanned_bytes if shown in _FINAL else 0},
            "WorkGroup": execution.workgroup,
        }
        return ActionResult({"QueryExecution": detail})

    def get_query_results(self) -> ActionResult:  # type: ignore[override]
        """GetQueryResults: the column names are the first row of the first page."""
        asked: dict[str, Any] = json.loads(self.body)
        _, execution = self._execution()
        if execution.state != "SUCCEEDED":
            unfinished = f"Query has not yet finished. Current state: {execution.state}"
            failed = f"Query did not finish successfully. Final query state: {execution.state}"
            raise InvalidRequestException(failed if execution.state in _FINAL else unfinished)
        limit = asked.get("MaxResults", _MAX_RESULTS)
        if not 1 <= limit <= _MAX_RESULTS:
            raise InvalidRequestException(f"MaxResults is more than maximum allowed length {_MAX_RESULTS}.")
        answer = execution.answer
        header = [tuple(name for name, _ in answer.columns)] if answer.columns else []
        try:
            page, token = page_of([*header, *answer.rows], limit, asked.get("NextToken"))
        except ForeignToken as foreign:
            raise InvalidRequestException("Invalid NextToken.") from foreign
        rows = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in page]
        info = [{"CatalogName": "hive", "Name": name, "Label": name, "Type": kind} for name, kind in answer.columns]
        result = {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": info}}
        return ActionResult({"ResultSet": result, "NextToken": token, "UpdateCount": 0})

    def stop_query_execution(self) -> EmptyResult:  # type: ignore[override]
        """StopQueryExecution: one that has ended stays as it ended."""
        _, execution = self._execution()
        if execution.state not in _FINAL:
            execution.states, execution.ends_as, execution.reason = [], "CANCELLED", "Query cancelled by user"
        return EmptyResult()

    def _execution(self) -> tuple[str, Execution]:
        identifier = json.loads(self.body)["QueryExecutionId"]
        if identifier not in self.queries.executions:
            raise InvalidRequestException(f"QueryExecution {identifier} was not found")
        return identifier, self.queries.executions[identifier]

    def _run(self, execution: Execution) -> None:
        try:
            if is_ddl(execution.query):
                table = read_ddl(execution.query, execution.database)
                self.queries.tables[table.name] = table
                _put_in_catalogue(table, self.current_account, self.region)
                return
            query = _filled(execution.query, execution.parameters)
            execution.answer = run(query, execution.database, self.queries.tables, _delivered())
        except (QueryFailed, BadDdl) as failed:
            execution.ends_as, execution.reason = "FAILED", str(failed)


def _put_in_catalogue(table: Table, account: str, region: str) -> None:
    """Let Glue know the table, as it does of every table that Athena makes."""
    glue: Any = glue_backends[account][region]
    database, _, name = table.name.partition(".")
    if database not in glue.databases:
        glue.create_database(database, {"Name": database})
    if name not in glue.databases[database].tables:
        glue.create_table(database, name, {"Name": name, "Parameters": table.properties}, None)


def _filled(query: str, parameters: list[str]) -> str:
    waiting = iter(parameters)

    def value_of(found: re.Match[str]) -> str:
        return next(waiting, "?") if found[0] == "?" else found[0]

    return _PLACEHOLDER.sub(value_of, query)


def _delivered() -> list[dict[str, Any]]:
    histories: list[Any] = [history for _, _, history in event_history_backends.iter_backends()]
    return [event.record for history in histories for event in history.events if event.visible_at <= history.clock()]


query_backends = BackendDict(QueryBackend, "athena")
