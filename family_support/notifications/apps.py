from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from family_support.ui import navigation


def unread(request: HttpRequest) -> int:
    """The frame's number beside the bell."""
    from family_support.notifications.queries import unread_count

    return unread_count(request.actor)


class NotificationsConfig(AppConfig):
    """Notices in the product and neutral mail."""

    name = "family_support.notifications"
    label = "notifications"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from family_support.access.subjects import register_told
        from family_support.notifications import absences, handlers, queries  # noqa: F401

        register_told(queries.told_of)
        navigation.register_notices("notices", unread)
