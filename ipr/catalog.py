"""The catalog of measures as a list of the reference data, and where plans use state services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from family_support.base import clock
from family_support.directory.models import Sector, StateService
from family_support.reference.catalogs import Catalog, Fact, Use, names_of, register, register_use
from family_support.reference.forms import NamedForm
from family_support.ui.widgets import SearchSelect
from ipr.models import Measure, MeasureTemplate


class MeasureForm(NamedForm):
    """A measure that plans may choose."""

    sector = forms.ModelChoiceField(label=_("Kind of support"), queryset=Sector.objects.all())
    service = forms.ModelChoiceField(
        label=_("State service"), queryset=StateService.objects.none(), required=False, widget=SearchSelect
    )
    plain: tuple[str, ...] = (*NamedForm.plain, "sector", "service")

    def arrange(self, row: Any) -> None:
        """Services in force today, and the row's own."""
        services = StateService.objects.in_force(clock.today())
        if row is not None and row.service_id:
            services = services | StateService.objects.filter(pk=row.service_id)
        field: Any = self.fields["service"]
        field.queryset = services.order_by("sector__order", "name_ru")


class NewMeasureForm(MeasureForm):
    """A measure new to the catalog."""

    code = forms.RegexField(
        label=_("Code"),
        regex=r"^[A-Z]{2,6}-[0-9]{2,3}$",
        help_text=_("Latin capitals, a hyphen, a number, like EDU-07; it never changes."),
        error_messages={"invalid": _("Latin capitals, a hyphen and a number, like EDU-07.")},
    )


def _by(model: Any, column: str) -> Callable[[Sequence[int]], dict[int, int]]:
    def count(keys: Sequence[int]) -> dict[int, int]:
        rows = model.objects.filter(**{f"{column}__in": keys})
        return dict(rows.order_by().values_list(column).annotate(n=Count("pk")))

    return count


MEASURES = Catalog(
    slug="measures",
    title=_("Catalog of measures"),
    intro=_("Measures that a plan chooses from (R192 2, 5, 8). Plans keep the wording of their day."),
    icon="list-check",
    model=MeasureTemplate,
    key=("code",),
    content=MeasureForm.plain,
    facts=(
        Fact(_("What it is called"), names_of),
        Fact(_("Kind of support"), lambda row: row.sector.name, listed=True),
        Fact(_("State service"), lambda row: row.service.name if row.service else "—", listed=True),
    ),
    texts=("name",),
    form=MeasureForm,
    new_form=NewMeasureForm,
    new_title=_("New measure"),
    related=("sector", "service"),
    order=("sector__order", "code", "valid_from"),
)


def register_lists() -> None:
    """Called when the applications are ready."""
    register(MEASURES)
    register_use("measures", Use(_("Measures of plans"), _by(Measure, "template")))
    register_use("services", Use(_("Measures of plans"), _by(Measure, "service")))
    register_use(
        "services", Use(_("Measures of the catalog"), _by(MeasureTemplate, "service"), personal=False)
    )
