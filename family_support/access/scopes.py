"""Where the ground apps learn which cases an actor sees: `cases` registers the answer (data.md 9)."""

from collections.abc import Callable
from typing import Protocol

from django.db.models import QuerySet

from family_support.base.actor import Actor


class CaseScope(Protocol):
    """Querysets of cases: seen to exist in lists, read in full now, worked on (team, within both), and those that the
    actor has no way into but break-glass."""

    def listed(self, actor: Actor) -> QuerySet: ...

    def behind_glass(self, actor: Actor) -> QuerySet: ...

    def readable(self, actor: Actor) -> QuerySet: ...

    def worked(self, actor: Actor) -> QuerySet: ...


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


AttachmentRule = Callable[[Actor], QuerySet]
_attachment_rules: list[AttachmentRule] = []


def register_attachment_rule(rule: AttachmentRule) -> AttachmentRule:
    """An upper app adds the attachments its own scope opens (an officer's task, a Center's quarter)."""
    _attachment_rules.append(rule)
    return rule


def attachment_rules() -> list[AttachmentRule]:
    return list(_attachment_rules)
