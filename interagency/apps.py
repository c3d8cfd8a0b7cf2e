from django.apps import AppConfig


class InteragencyConfig(AppConfig):
    name = "interagency"

    def ready(self) -> None:
        """Register what the case page, the inbox, the plan and the notices ask of this app."""
        from interagency import catalog, chasers, digests, handlers, registration  # noqa: F401 - they register themselves

        registration.register()
        catalog.register_lists()
