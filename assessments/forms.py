"""Shapes of input of the assessment's pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assessments.actions import GroundChoice
from assessments.models import Assessment, Ground, Need
from cases.models import Case, Person
from family_support.directory.models import Agency, Sector
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin, VersionMixin

LONG = 6000


def _text(label: Any, help_text: Any = "", rows: int = 4) -> fields.TextField:
    return fields.TextField(label=label, help_text=help_text, required=False, max_length=LONG, rows=rows)


class SituationForm(VersionMixin, Form):
    visited_on = fields.DayField(label=_("Family met on"), required=False)
    situation = _text(
        _("What disrupts the family's life"), _("Facts, in the family's own words where you can."), 6
    )
    own_means_note = _text(
        _("Why the family cannot overcome it alone"),
        _(
            "Both together make a hard life situation: life is objectively disrupted, "
            "and not to be overcome alone (R256 2(2))."
        ),
    )


class ChildrenForm(VersionMixin, Form):
    children_note = _text(
        _("Children: needs and interests"),
        _("Where there is a child, the child's needs and interests come first (R192 7(2))."),
    )
    strengths_note = _text(_("Strengths and people who help"))


class HousingForm(VersionMixin, Form):
    housing = forms.ChoiceField(
        label=_("Housing"),
        required=False,
        choices=[("", "—"), *Assessment.Housing.choices],
        widget=forms.Select,
    )
    housing_note = _text(_("Housing conditions"), _("The address of a shelter is never written here."))


class IncomeForm(VersionMixin, Form):
    income_month = forms.DecimalField(
        label=_("Income a month, tenge"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        localize=True,
    )
    income_note = _text(_("Income, debts, benefits"))


class HealthForm(VersionMixin, Form):
    health_note = _text(
        _("Health"), _("What help needs to know; a diagnosis only where help is impossible without it.")
    )


class SafetyForm(VersionMixin, Form):
    safety_note = _text(
        _("Safety and violence"),
        _("Never ask about violence in front of the one who commits it, or of children."),
    )


class WholeForm(SituationForm, ChildrenForm, HousingForm, IncomeForm, HealthForm, SafetyForm):
    """Every section on one page, to be printed or filled in one go."""

    field_order = (
        "visited_on",
        "situation",
        "own_means_note",
        "children_note",
        "strengths_note",
        "housing",
        "housing_note",
        "income_month",
        "income_note",
        "health_note",
        "safety_note",
    )


class GroundsForm(VersionMixin, Form):
    """One check box a ground in force, with its form where it has forms, and a note."""

    def __init__(
        self, *args: Any, grounds: Sequence[Ground], chosen: dict[int, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.grounds = grounds
        language = (get_language() or "ru")[:2]
        for ground in grounds:
            row = (chosen or {}).get(ground.pk)
            self.fields[f"ground_{ground.pk}"] = forms.BooleanField(
                label=f"{ground.number}. {ground.name}", required=False, initial=row is not None
            )
            if ground.forms:
                self.fields[f"form_{ground.pk}"] = forms.ChoiceField(
                    label=_("Form"),
                    required=False,
                    initial=row.form if row else "",
                    choices=[
                        ("", "—"),
                        *((each["code"], each.get(language) or each["ru"]) for each in ground.forms),
                    ],
                )
            self.fields[f"note_{ground.pk}"] = forms.CharField(
                label=_("What it shows in"), required=False, max_length=1000, initial=row.note if row else ""
            )

    def clean(self) -> dict[str, Any]:
        """Words written beside a ground that is not ticked would be lost, and the ground with them."""
        data = super().clean() or {}
        for ground in self.grounds:
            written = {f"note_{ground.pk}", f"form_{ground.pk}"}.intersection(self.changed_data)
            if not data.get(f"ground_{ground.pk}") and any(data.get(name) for name in written):
                self.add_error(
                    f"ground_{ground.pk}", _("Tick the ground, or clear what you wrote beside it.")
                )
        return data

    def rows(self) -> list[dict[str, Any]]:
        """A ground with its bound fields, for the page."""
        return [
            {
                "ground": ground,
                "box": self[f"ground_{ground.pk}"],
                "form": self[f"form_{ground.pk}"] if ground.forms else None,
                "note": self[f"note_{ground.pk}"],
            }
            for ground in self.grounds
        ]

    def choices(self) -> list[GroundChoice]:
        """What was chosen, for the action."""
        data = self.cleaned_data
        return [
            GroundChoice(ground, form=data.get(f"form_{ground.pk}", ""), note=data[f"note_{ground.pk}"])
            for ground in self.grounds
            if data[f"ground_{ground.pk}"]
        ]


class ImmediateMeasureForm(KeyMixin, Form):
    text = fields.TextField(label=_("What is done at once"), max_length=1000, rows=2)
    responsible = forms.CharField(label=_("Who answers for it"), max_length=200)
    agency = forms.ModelChoiceField(
        label=_("Body"), queryset=Agency.objects.none(), required=False, widget=widgets.SearchSelect
    )

    def __init__(self, *args: Any, district_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["agency"]
        field.queryset = Agency.objects.active().filter(district_id=district_id)


class ConcludeForm(KeyMixin, VersionMixin, Form):
    hls_found = fields.YesNoField(label=_("Was a hard life situation found?"))
    risk = forms.ChoiceField(label=_("Risk"), choices=Case.Risk.choices, widget=widgets.RadioList)
    risk_reason = fields.TextField(label=_("What the level of risk rests on"), max_length=LONG, rows=2)
    response_measures = fields.TextField(
        label=_("Measures of response"),
        help_text=_("What has to be done about what was found (R256 13(2), 14(2))."),
        max_length=LONG,
    )
    conclusion = fields.TextField(label=_("Conclusion"), max_length=LONG)


class NeedForm(KeyMixin, Form):
    sector = forms.ModelChoiceField(label=_("Kind of support"), queryset=Sector.objects.all())
    person = forms.ModelChoiceField(
        label=_("Whom it concerns"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("The family"),
    )
    text = fields.TextField(label=_("Need"), max_length=1000, rows=2)
    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=Need.Priority.choices,
        initial=Need.Priority.NORMAL,
        widget=widgets.RadioList,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = Person.objects.filter(places__case=case).order_by("birth_date", "pk")
        person.label_from_instance = lambda row: row.full_name or "—"
