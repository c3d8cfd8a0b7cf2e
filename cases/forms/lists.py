"""Filters and search. Nothing personal is filtered by, so everything here may stand in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Intake
from family_support.accounts.models import Membership
from family_support.base import clock
from family_support.ui.forms import Form, HelperMixin

ANY = ("", _("All"))


class SearchForm(Form):
    """One field for number, name, IIN and phone."""

    q = forms.CharField(
        label=_("Search by case, family, IIN, phone"),
        min_length=2,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class FilterForm(HelperMixin, forms.Form):
    """The fields of the filter bar."""


class CaseFilter(django_filters.FilterSet):
    """Stage, risk, responsible worker, overdue, without a responsible worker; open cases unless a stage is chosen."""

    stage = django_filters.ChoiceFilter(
        label=_("Stage"), choices=Case.Stage.choices, empty_label=_("All open")
    )
    risk = django_filters.ChoiceFilter(label=_("Risk"), choices=Case.Risk.choices, empty_label=_("All"))
    worker = django_filters.ChoiceFilter(label=_("Responsible"), field_name="lead_id", empty_label=_("All"))
    overdue = django_filters.BooleanFilter(
        label=_("Only overdue"), method="late", widget=forms.CheckboxInput, field_name="next_due"
    )
    unassigned = django_filters.BooleanFilter(
        label=_("Without a responsible worker"),
        method="nobody",
        widget=forms.CheckboxInput,
        field_name="lead",
    )

    class Meta:
        model = Case
        fields: Sequence[str] = ()
        form = FilterForm

    def __init__(self, *args: Any, workers: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["worker"].extra["choices"] = [(person.pk, person.user.short_name) for person in workers]

    def late(self, queryset: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        if not value:
            return queryset
        return queryset.filter(next_due__lt=clock.now())  # type: ignore[misc]  # annotated by for_list

    def nobody(self, queryset: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        return queryset.filter(lead__isnull=True) if value else queryset

    def filter_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
        """Closed cases only when asked for."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("stage") else found.exclude(stage=Case.Stage.CLOSED)


class IntakeFilter(django_filters.FilterSet):
    """Channel, the urgent ones, and those whose person is not known by IIN. An intake that is hidden answers none."""

    tab = django_filters.CharFilter(method="same", widget=forms.HiddenInput)
    channel = django_filters.ChoiceFilter(
        label=_("Channel"), choices=Intake.Channel.choices, empty_label=_("All")
    )
    urgent = django_filters.BooleanFilter(
        label=_("Only urgent"), method="in_danger", widget=forms.CheckboxInput, field_name="threat"
    )
    bare = django_filters.BooleanFilter(
        label=_("Only without IIN"), method="without_iin", widget=forms.CheckboxInput, field_name="applicant"
    )

    class Meta:
        model = Intake
        fields: Sequence[str] = ()
        form = FilterForm

    def filter_queryset(self, queryset: QuerySet[Intake]) -> QuerySet[Intake]:
        """Which of the hidden ones came through a channel or name nobody is not to be found out by asking."""
        given = self.form.cleaned_data
        asked = given.get("channel") or given.get("urgent") or given.get("bare")
        rows = queryset.exclude(Q(hidden=True)) if asked else queryset
        return super().filter_queryset(rows)

    def same(self, queryset: QuerySet[Intake], name: str, value: str) -> QuerySet[Intake]:
        """The tab is kept in the address; the view has chosen its rows."""
        return queryset

    def in_danger(self, queryset: QuerySet[Intake], name: str, value: bool) -> QuerySet[Intake]:
        """A threat, and signs of violence or a child at risk as long as no case keeps them to its team."""
        if not value:
            return queryset
        waiting = Q(case__isnull=True) & (Q(violence=True) | Q(minor_at_risk=True))
        return queryset.filter(Q(threat=True) | waiting)

    def without_iin(self, queryset: QuerySet[Intake], name: str, value: bool) -> QuerySet[Intake]:
        if not value:
            return queryset
        return queryset.filter(Q(applicant__isnull=True) | Q(applicant__iin_index=""))
