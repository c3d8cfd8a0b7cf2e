"""Where the ground apps learn which cases an actor sees: `cases` registers the answer (data.md 9)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from django.db.models import Q, QuerySet

from family_support.base.actor import Actor

# A record: "app.model" and its key.
Subject = tuple[str, int]


class CaseScope(Protocol):
    """Querysets of cases: seen to exist in lists, read in full now, worked on (team, within both), and those that the
    actor has no way into but break-glass. Of rows about a record that has no case yet: a condition for those that the
    barred list keeps from the actor, and the cases of the families they are about."""

    def listed(self, actor: Actor) -> QuerySet: ...

    def behind_glass(self, actor: Actor) -> QuerySet: ...

    def readable(self, actor: Actor) -> QuerySet: ...

    def worked(self, actor: Actor) -> QuerySet: ...

    def kept_back(self, actor: Actor) -> Any: ...

    def families_behind(self, subjects: Collection[Subject]) -> Mapping[Subject, set[int]]: ...


_registered: list[CaseScope] = []


def register_case_scope(scope: CaseScope) -> CaseScope:
    """Called once, by `cases`, when the applications are ready."""
    _registered[:] = [scope]
    return scope


def _scope() -> CaseScope:
    if not _registered:
        raise RuntimeError("No case scope is registered: nothing that touches a person may be shown.")
    return _registered[0]


def listed_cases(actor: Actor) -> QuerySet:
    """Primary keys of the cases the actor sees in lists, masked or whole."""
    return _scope().listed(actor).values("pk")


def readable_cases(actor: Actor) -> QuerySet:
    """Primary keys of the cases whose content the actor reads now: team, named grant, or opened with a reason."""
    return _scope().readable(actor).values("pk")


def worked_cases(actor: Actor) -> QuerySet:
    """Primary keys of the cases the actor works on: team, with the named grant where the case is restricted."""
    return _scope().worked(actor).values("pk")


def cases_behind_glass(actor: Actor) -> QuerySet:
    """Primary keys of the restricted cases of the actor's Center that only break-glass opens to the actor."""
    return _scope().behind_glass(actor).values("pk")


def not_kept_back(actor: Actor) -> Q:
    """Rows about a record (`subject_type`, `subject_id`) without a case of their own, less those about a family whose
    case keeps the actor out by name: what waits for registration has no case yet, but a family."""
    if not actor.iin_index or actor.center_id is None:
        return Q()
    return ~Q(_scope().kept_back(actor))


def families_behind(subjects: Collection[Subject]) -> Mapping[Subject, set[int]]:
    """Record without a case of its own -> keys of the cases of the family it is about, whose barred lists go over it;
    a record about no known family is left out."""
    return _scope().families_behind(subjects) if subjects else {}


AttachmentRule = Callable[[Actor], QuerySet]
_attachment_rules: list[AttachmentRule] = []


def register_attachment_rule(rule: AttachmentRule) -> AttachmentRule:
    """An upper app adds the attachments its own scope opens (an officer's task, a Center's quarter)."""
    _attachment_rules.append(rule)
    return rule


def attachment_rules() -> list[AttachmentRule]:
    return list(_attachment_rules)
