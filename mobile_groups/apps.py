"""Mobile groups: mandates, alarms, visits, response plans (R256 20–22)."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MobileGroupsConfig(AppConfig):
    name = "mobile_groups"
    verbose_name = _("Mobile groups")
