"""How notices name what they are about, so that each reader lands on a page of the own role."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from family_support.access.subjects import register as register_subject

TASK = "interagency.task"
HANDOFF = "interagency.handoff"
# The case's tab of bodies, by the case; the body's list for its head; the coordinator's district.
PARTS = "interagency.parts"
BODY = "interagency.body"
DISTRICT = "interagency.district"
CASE = "cases.case"


def register() -> None:
    register_subject(TASK, _("Task"), url_name="task")
    register_subject(HANDOFF, _("Hand-off"))
    register_subject(PARTS, _("Agencies"), url_name="case-agencies")
    register_subject(BODY, _("Tasks of the body"), lambda key: reverse("body-tasks"))
    register_subject(DISTRICT, _("District"), lambda key: reverse("district-figures"))
