from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "family_support.demo"
    label = "demo"
