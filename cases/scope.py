"""The scope that every row with a case id is seen through (data.md 9)."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import QuerySet

from cases.models import Case
from cases.models.intake import families_of
from cases.models.standing import Condition, kept_back
from family_support.access.scopes import Subject
from family_support.base.actor import Actor
from family_support.deadlines.models import Deadline

INTAKE, DEADLINE = "cases.intake", "deadlines.deadline"


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

    def kept_back(self, actor: Actor) -> Condition:
        return kept_back(actor)

    def families_behind(self, subjects: Collection[Subject]) -> Mapping[Subject, set[int]]:
        """Of intakes, and of terms about intakes: two queries at most."""
        terms = {pk for label, pk in subjects if label == DEADLINE}
        of_term = Deadline.objects.filter(pk__in=terms, subject_type=INTAKE).values_list("pk", "subject_id")
        about: dict[int, set[Subject]] = defaultdict(set)
        for pk, intake in of_term if terms else ():
            about[intake].add((DEADLINE, pk))
        for label, pk in subjects:
            if label == INTAKE:
                about[pk].add((label, pk))
        found: dict[Subject, set[int]] = defaultdict(set)
        for intake, case in families_of(about) if about else ():
            for subject in about[intake]:
                found[subject].add(case)
        return found
