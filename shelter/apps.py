"""Temporary stays of up to one month: places, check-in, minors' notices, exit plan (R256 23(5), 26)."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShelterConfig(AppConfig):
    name = "shelter"
    verbose_name = _("Shelter")
