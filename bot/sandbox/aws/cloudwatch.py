"""moto's CloudWatch with the metrics of Roles Anywhere, counted from the sessions in the event history.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/monitoring-cloudwatch.html
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

from .cloudtrail.models import event_history_backends

NAMESPACE = "AWS/RolesAnywhere"
# See: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
_MAX_QUERIES = 500
# See: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
_MAX_DATAPOINTS = 1440
_SECONDS_OF_A_MINUTE = 60


class ValidationError(ServiceException):
    """A parameter is outside its bounds, or two of them do not fit together."""

    code = "ValidationError"


class InvalidParameterCombination(ServiceException):
    """More data points were asked for than one answer holds."""

    code = "InvalidParameterCombination"


class SessionMetricsResponse(CloudWatchResponse):
    """moto's CloudWatch, with its answers about Roles Anywhere replaced."""

    def get_metric_data(self) -> ActionResult:
        """GetMetricData: of this namespace single metrics only, no expressions."""
        asked = self._get_params()
        queries: list[dict[str, Any]] = asked.get("MetricDataQueries", [])
        if len(queries) > _MAX_QUERIES:
            raise ValidationError(f"The collection MetricDataQueries must not have a size greater than {_MAX_QUERIES}.")
        if not any(_is_ours(query) for query in queries):
            return super().get_metric_data()
        start, end = asked["StartTime"], asked["EndTime"]
        if start >= end:
            raise ValidationError("The parameter EndTime must be greater than StartTime.")
        newest_first = asked.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        results = [self._series(query, start, end, newest_first=newest_first) for query in queries if _is_ours(query)]
        return ActionResult({"MetricDataResults": results})

    def get_metric_statistics(self) -> ActionResult:
        """GetMetricStatistics: of this namespace `Sum` and `SampleCount`, which are the same number."""
        if self._get_param("Namespace") != NAMESPACE:
            return super().get_metric_statistics()
        start, end, period = self._get_param("StartTime"), self._get_param("EndTime"), int(self._get_param("Period"))
        if (end - start).total_seconds() / period > _MAX_DATAPOINTS:
            raise InvalidParameterCombination(
                f"You have requested too many datapoints, which exceeds the limit of {_MAX_DATAPOINTS}."
            )
        metric = {"MetricName": self._get_param("MetricName"), "Dimensions": self._get_param("Dimensions", [])}
        counted = self._counted(metric, start, end, period)
        statistics = self._get_param("Statistics", [])
        points = [{"Timestamp": at, "Unit": "Count", **dict.fromkeys(statistics, n)} for at, n in counted.items()]
        return ActionResult({"Label": metric["MetricName"], "Datapoints": points})

    def _series(self, query: dict[str, Any], start: datetime, end: datetime, *, newest_first: bool) -> dict[str, Any]:
        stat = query["MetricStat"]
        counted = self._counted(stat["Metric"], start, end, int(stat["Period"]))
        points = sorted(counted.items(), reverse=newest_first)
        return {
            "Id": query["Id"],
            "Label": query.get("Label") or stat["Metric"]["MetricName"],
            "Timestamps": [at for at, _ in points],
            "Values": [float(count) for _, count in points],
            "StatusCode": "Complete",
        }

    def _counted(self, metric: dict[str, Any], start: datetime, end: datetime, period: int) -> dict[datetime, int]:
        if period < 1 or period % _SECONDS_OF_A_MINUTE:
            raise ValidationError(f"The parameter Period must be a multiple of {_SECONDS_OF_A_MINUTE}.")
        wanted = {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", [])}
        start, end = _aware(start), _aware(end)
        counted: dict[datetime, int] = {}
        for at, name, dimensions in self._points():
            if name == metric["MetricName"] and dimensions == wanted and start <= at < end:
                bucket = at - timedelta(seconds=at.timestamp() % period)
                counted[bucket] = counted.get(bucket, 0) + 1
        return counted

    def _points(self) -> Iterator[tuple[datetime, str, dict[str, str]]]:
        for event in event_history_backends[self.current_account][self.region].events:
            record = event.record
            if (record["eventSource"], record["eventName"]) != ("rolesanywhere.amazonaws.com", "CreateSession"):
                continue
            if "errorCode" in record:
                yield event.occurred_at, "Failure", {"Operation": "CreateSession", "ErrorType": record["errorCode"]}
            else:
                anchor = record["requestParameters"]["trustAnchorArn"]
                yield event.occurred_at, "Success", {"Operation": "CreateSession", "TrustAnchorArn": anchor}


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_ours(query: dict[str, Any]) -> bool:
    return bool(query.get("MetricStat", {}).get("Metric", {}).get("Namespace") == NAMESPACE)
