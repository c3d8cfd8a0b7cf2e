from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    """Primary assessment, grounds, needs, immediate measures."""

    name = "assessments"
    verbose_name = _("Assessments")

    def ready(self) -> None:
        from assessments import catalog, registration

        registration.register()
        catalog.register_lists()
