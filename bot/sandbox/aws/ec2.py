"""moto's EC2 with the Regions that the rest of the stand-in knows."""

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

from .regions import ENABLED_BY_DEFAULT, OPT_IN


class EnabledRegionsResponse(EC2Response):
    """moto's EC2 with DescribeRegions."""

    def describe_regions(self) -> ActionResult:
        """DescribeRegions: those that are on, or all of them with AllRegions.

        See: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
        """
        listed = [_region(name, "opt-in-not-required") for name in ENABLED_BY_DEFAULT]
        if self._get_bool_param("AllRegions", False):
            listed += [_region(name, "not-opted-in") for name in OPT_IN]
        wanted = self._get_param("RegionNames", [])
        return ActionResult({"Regions": [one for one in listed if not wanted or one["RegionName"] in wanted]})


def _region(name: str, status: str) -> dict[str, str]:
    return {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": status}
