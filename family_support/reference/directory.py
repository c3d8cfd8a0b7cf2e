"""Sector fields and state services as lists of the reference data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Count
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Invalid
from family_support.directory.models import Agency, Sector, SectorField, StateService
from family_support.reference.catalogs import Catalog, Fact, Use, names_of, register, register_use
from family_support.reference.forms import NamedForm, RowForm

LONGEST_SERVICE = 365


class SectorFieldForm(RowForm):
    """Which sector sees which field."""

    sector = forms.ModelChoiceField(label=_("Sector"), queryset=Sector.objects.all())
    field = forms.ChoiceField(label=_("Field"), choices=SectorField.Field.choices)

    def key(self) -> dict[str, Any]:
        return {"sector_id": self.cleaned_data["sector"].pk, "field": self.cleaned_data["field"]}


class ServiceForm(NamedForm):
    """A state service as it stands in the register."""

    sector = forms.ModelChoiceField(label=_("Sector"), queryset=Sector.objects.all())
    term_days = forms.IntegerField(label=_("Term, working days"), min_value=1, max_value=LONGEST_SERVICE)
    plain: tuple[str, ...] = (*NamedForm.plain, "sector", "term_days")


class NewServiceForm(ServiceForm):
    """A service new to the register."""

    code = forms.RegexField(
        label=_("Code"),
        regex=r"^[a-z][a-z-]{2,29}$",
        help_text=_("3–30 small Latin letters and hyphens; it never changes."),
        error_messages={"invalid": _("Only small Latin letters and hyphens, 3 to 30 of them.")},
    )


def check_service(row: Any, content: Mapping[str, Any]) -> None:
    """Raise Invalid for a term that is none."""
    if not 1 <= (content.get("term_days") or 0) <= LONGEST_SERVICE:
        raise Invalid(
            "term_days",
            fields={"term_days": _("Between 1 and %(n)s working days.") % {"n": LONGEST_SERVICE}},
        )


def _bodies(keys: Sequence[int]) -> dict[int, int]:
    sectors = dict(SectorField.objects.filter(pk__in=keys).values_list("pk", "sector_id"))
    working = (
        Agency.objects.active()
        .filter(sectors__in=set(sectors.values()))
        .values("sectors")
        .annotate(n=Count("pk"))
    )
    bodies = {row["sectors"]: row["n"] for row in working}
    return {key: bodies.get(sector, 0) for key, sector in sectors.items()}


SECTOR_FIELDS = Catalog(
    slug="sector-fields",
    title=_("Fields sectors may see"),
    intro=_(
        "What a body sees of the person concerned in its part, beyond the measure itself (R192 7(3)). Parts handed off "
        "before a change keep what they were handed with."
    ),
    icon="eye",
    model=SectorField,
    key=("sector_id", "field"),
    content=(),
    facts=(
        Fact(_("Sector"), lambda row: row.sector.name),
        Fact(_("Field"), lambda row: capfirst(row.get_field_display())),
    ),
    new_form=SectorFieldForm,
    new_title=_("Open a field to a sector"),
    related=("sector",),
    order=("sector__order", "field", "valid_from"),
    name=lambda row: f"{row.sector.name}: {row.get_field_display()}",
    code=lambda row: row.field,
)

SERVICES = Catalog(
    slug="services",
    title=_("State services"),
    intro=_(
        "Services of the register with their terms: a measure that asks for one is due by that term (R192 10)."
    ),
    icon="certificate",
    model=StateService,
    key=("code",),
    content=ServiceForm.plain,
    facts=(
        Fact(_("What it is called"), names_of),
        Fact(_("Sector"), lambda row: row.sector.name, listed=True),
        Fact(_("Term, working days"), lambda row: str(row.term_days), listed=True),
    ),
    texts=("name",),
    form=ServiceForm,
    new_form=NewServiceForm,
    new_title=_("New service"),
    related=("sector",),
    order=("sector__order", "name_ru", "valid_from"),
    check=check_service,
)


def register_lists() -> None:
    """Called when the applications are ready."""
    register(SECTOR_FIELDS)
    register(SERVICES)
    register_use("sector-fields", Use(_("Bodies of the sector"), _bodies, personal=False, pins=False))
