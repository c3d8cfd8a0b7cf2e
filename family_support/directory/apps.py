from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "family_support.directory"
    label = "directory"
