from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "family_support.notifications"
    label = "notifications"
