"""CloudTrail's event history, which moto lacks: LookupEvents on top of moto's own cloudtrail service."""

from .models import event_history_backends

__all__ = ["event_history_backends"]
