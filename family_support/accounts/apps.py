from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "family_support.accounts"
    label = "accounts"
