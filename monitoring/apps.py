from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        """Papers, links, notices, sentences of constraints; see `monitoring.registration`."""
        from monitoring import handlers, registration  # noqa: F401 - handlers register themselves

        registration.register()
