from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    name = "family_support.workdays"
    label = "workdays"
