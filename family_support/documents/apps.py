from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "family_support.documents"
    label = "documents"
