"""What kind of call an IAM action is, for everything that makes policies of what the actions say they call."""

from __future__ import annotations

import re

READS = ("Get", "List", "Lookup", "Describe", "BatchGet")
"""What the names of calls begin with that change nothing."""

ON_POLICY = re.compile(r"iam:(Create|Delete)PolicyVersion")
"""Changes of a managed policy itself; they can be held to its ARN.

See: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

WITH_POLICY = re.compile(r"iam:(Attach|Detach)RolePolicy")
"""Changes of a role that ``iam:PolicyARN`` can hold to one managed policy. See: as above."""
