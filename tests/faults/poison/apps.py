from django.apps import AppConfig

POISON, FINE = "faults.poison", "faults.fine"


class PoisonConfig(AppConfig):
    name = "tests.faults.poison"
    label = "poison"

    def ready(self) -> None:
        from family_support.outbox.events import handles
        from family_support.outbox.models import Event

        @handles(POISON)
        def fails(event: Event) -> None:
            raise ValueError("what a person wrote")

        @handles(FINE, POISON)
        def works(event: Event) -> None:
            """Its done mark is all that is looked for."""
