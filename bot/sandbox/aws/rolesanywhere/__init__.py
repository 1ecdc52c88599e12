"""AWS IAM Roles Anywhere in moto's own form: backends, responses and urls."""

from .models import rolesanywhere_backends

__all__ = ["rolesanywhere_backends"]
