from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "family_support.deadlines"
    label = "deadlines"
