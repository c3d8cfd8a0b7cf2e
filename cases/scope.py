"""The scope that every row with a case id is seen through (data.md 9)."""

from django.db.models import QuerySet

from cases.models import Case
from family_support.base.actor import Actor


class CaseScope:
    """Cases answer for themselves."""

    def listed(self, actor: Actor) -> QuerySet:
        return Case.objects.listed_to(actor)

    def behind_glass(self, actor: Actor) -> QuerySet:
        return Case.objects.behind_glass(actor)

    def readable(self, actor: Actor) -> QuerySet:
        return Case.objects.visible_to(actor)

    def worked(self, actor: Actor) -> QuerySet:
        return Case.objects.writable_by(actor)
