from django.apps import AppConfig


class UiConfig(AppConfig):
    """Components, forms, tables, the frame of pages and the error pages."""

    name = "family_support.ui"
    label = "ui"
