from django.apps import AppConfig


class InteragencyConfig(AppConfig):
    name = "interagency"
