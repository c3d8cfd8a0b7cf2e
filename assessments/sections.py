"""The sections of an assessment: what each asks, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments import forms
from assessments.models import Assessment
from assessments.queries import findings_of, is_urgent
from assessments.rules import draft_gaps
from family_support.ui.components import Check, SummaryRow

State = Literal["done", "started", "todo"]


@dataclass(frozen=True)
class Section:
    """A part of the draft with a form of its own; `needed` fields make it done."""

    code: str
    title: Promise
    form: type[forms.VersionMixin]
    fields: Sequence[str]
    needed: Sequence[str] = ()


SECTIONS = (
    Section(
        "situation",
        _("Situation"),
        forms.SituationForm,
        ("visited_on", "situation", "own_means_note"),
        ("situation", "visited_on"),
    ),
    Section(
        "children",
        _("Children and family"),
        forms.ChildrenForm,
        ("children_note", "strengths_note"),
        ("strengths_note",),
    ),
    Section("housing", _("Housing"), forms.HousingForm, ("housing", "housing_note"), ("housing",)),
    Section("income", _("Income"), forms.IncomeForm, ("income_month", "income_note"), ("income_note",)),
    Section("health", _("Health"), forms.HealthForm, ("health_note",), ("health_note",)),
    Section("safety", _("Safety"), forms.SafetyForm, ("safety_note",), ("safety_note",)),
)
WHOLE = Section(
    "whole", _("All sections"), forms.WholeForm, tuple(name for part in SECTIONS for name in part.fields)
)
BY_CODE = {section.code: section for section in (*SECTIONS, WHOLE)}


def filled(assessment: Assessment, names: Sequence[str]) -> list[str]:
    """The fields that hold something."""
    return [name for name in names if getattr(assessment, name) not in (None, "")]


def checks(assessment: Assessment, on: date) -> list[Check]:
    """The list of sections of a draft: done, started, to do, or blocked with the reason."""
    items = []
    for section in SECTIONS:
        have = filled(assessment, section.fields)
        state: State = "todo"
        if have:
            state = "done" if set(section.needed) <= set(have) else "started"
        items.append(
            Check(
                section.title, state, reverse("assessment-section", args=(assessment.case_id, section.code))
            )
        )
    findings = findings_of(assessment, on)
    grounds = len(findings.grounds)
    items.append(
        Check(
            _("Grounds"),
            "done" if grounds else "todo",
            reverse("assessment-grounds", args=(assessment.case_id,)),
            _("Chosen: %(number)s") % {"number": grounds} if grounds else "",
        )
    )
    urgent = is_urgent(assessment)
    if urgent or findings.immediate_measures:
        items.append(
            Check(
                _("Immediate measures"),
                "done" if findings.immediate_measures else "todo",
                reverse("assessment-immediate", args=(assessment.case_id,)),
                _("Required: life or health is threatened") if urgent else "",
            )
        )
    blocked = draft_gaps(findings)
    items.append(
        Check(
            _("Conclusion"),
            "blocked" if blocked else "todo",
            "" if blocked else reverse("assessment-conclude", args=(assessment.case_id,)),
            " ".join(str(text) for text in blocked.values()),
        )
    )
    return items


def told(assessment: Assessment, section: Section) -> list[SummaryRow]:
    """A section's answers as rows of a summary."""
    return [SummaryRow(_label(name), _value(assessment, name)) for name in section.fields]


def _label(name: str) -> str:
    text = str(Assessment._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return text[:1].upper() + text[1:]


def _value(assessment: Assessment, name: str) -> str:
    value = getattr(assessment, name)
    if name == "visited_on":
        return f"{value:%d.%m.%Y}" if value else ""
    if name == "income_month":
        return f"{value:,.2f} ₸".replace(",", " ").replace(".", ",") if value is not None else ""
    if name == "housing":
        return str(assessment.get_housing_display()) if value else ""
    return str(value)


__all__ = ["BY_CODE", "SECTIONS", "WHOLE", "Section", "checks", "filled", "told"]
