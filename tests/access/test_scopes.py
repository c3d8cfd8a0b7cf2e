"""Every model that hangs on a case or a person has its scope, or is a part of something that has one."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from cases.models import Case, CaseMember, Person

OURS = frozenset(
    {
        "family_support",
        "cases",
        "assessments",
        "ipr",
        "interagency",
        "shelter",
        "mobile_groups",
        "staffing",
        "monitoring",
    }
)
# Parts: never loaded but by what they are a part of, whose scope decides. Model -> the way there.
PARTS = {
    "access.Barred": "case_id",
    "access.CaseOpening": "case_id",
    "access.ReadEntry": "case_id",
    "assessments.AssessmentGround": "assessment",
    "assessments.ImmediateMeasure": "assessment",
    "assessments.Need": "assessment",
    "audit.Change": "case_id",
    "cases.CaseGrant": "case",
    "cases.CaseMember": "case",
    "cases.CaseUserObjectPermission": "content_object",
    "cases.Consultation": "case",
    "cases.TeamMember": "case",
    "cases.Threat": "case",
    "cases.TimelineEntry": "case",
    "cases.ViolenceSupport": "record",
    "deadlines.DeadlineChange": "deadline",
    "deadlines.DeadlineHold": "deadline",
    "deadlines.DeadlineLevel": "deadline",
    "interagency.Review": "report",
    "interagency.TaskReport": "task",
    "interagency.TaskUserObjectPermission": "content_object",
    "ipr.Approval": "version",
    "ipr.FamilyMeasure": "plan_version",
    "ipr.Measure": "version",
    "ipr.Participant": "version",
    "ipr.Plan": "case",
    "ipr.Signature": "version",
    "mobile_groups.VisitMember": "visit",
    # Read by the worker that delivers, never for a page: ids and codes only.
    "outbox.Delivery": "event",
    "outbox.Event": "case_id",
    "protection.DisposalItem": "disposal",
    "shelter.Resident": "stay",
}


def scoped(model: type[models.Model]) -> bool:
    return hasattr(model._default_manager.all(), "visible_to")


def parents(model: type[models.Model]) -> list[type[models.Model]]:
    return [
        field.related_model
        for field in model._meta.concrete_fields
        if field.is_relation and isinstance(field.related_model, type)
    ]


def touching() -> list[type[models.Model]]:
    """Models that hang on a case or a person by any number of foreign keys, or by a plain case id."""
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]
    found: set[type[models.Model]] = {Case, Person}
    found |= {
        model for model in ours if any(field.name == "case_id" for field in model._meta.concrete_fields)
    }
    size = 0
    while size != len(found):
        size = len(found)
        found |= {model for model in ours if any(parent in found for parent in parents(model))}
    return sorted(found, key=lambda model: model._meta.label)


def decided_by(model: type[models.Model]) -> type[models.Model] | None:
    """Whose scope decides about a model; None where nobody does."""
    for _step in range(5):
        if scoped(model):
            return model
        way = PARTS.get(model._meta.label)
        if way is None:
            return None
        if way == "case_id":
            return Case
        model = model._meta.get_field(way).related_model  # type: ignore[assignment]
    return None


@pytest.mark.parametrize("model", touching(), ids=lambda model: model._meta.label)
def test_somebody_decides_who_sees_it(model: type[models.Model]) -> None:
    assert decided_by(model) is not None, f"{model._meta.label} has neither visible_to nor a place in PARTS"


def test_the_list_of_parts_is_true() -> None:
    labels = {model._meta.label for model in touching()}
    assert sorted(set(PARTS) - labels) == []
    assert [label for label in PARTS if scoped(apps.get_model(label))] == [], "has a scope of its own by now"


def test_a_model_without_a_scope_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PARTS, "cases.CaseMember")
    assert CaseMember in touching()
    assert decided_by(CaseMember) is None
