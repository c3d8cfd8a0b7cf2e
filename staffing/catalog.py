"""The staffing norms as a list of the reference data (annex to R256; rules.md 5)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from family_support.base.errors import Invalid
from family_support.reference.catalogs import Catalog, Fact, names_of, register
from family_support.reference.forms import NamedForm
from staffing.forms import UnitsField
from staffing.models import BandLimits, StaffingNorm
from staffing.models.norms import STEP

Kind = StaffingNorm.Kind
BANDS = ("units_a", "units_b", "units_c")
MOST_APPEALS = 10_000
MOST_UNITS = Decimal("99.75")


def units_text(row: Any, name: str) -> str:
    """A band's number as the annex prints it: a dash for none, the words where other norms decide."""
    if row.kind == Kind.STANDARD:
        return str(Kind.STANDARD.label)
    value = getattr(row, name)
    if not value:
        return "–"
    text = str(number_format(value.normalize(), use_l10n=True))
    return f"{text} ({Kind.PER_VEHICLE.label})" if row.kind == Kind.PER_VEHICLE else text


class NormUnits(UnitsField):
    """Units of the annex, typed and shown as on the other pages of staffing; nothing typed is no number, not zero."""

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value) if str(value or "").strip() else None


def units_field(label: Any) -> NormUnits:
    """Units of a band; what cannot be is said by the rule, in one wording for page and action."""
    return NormUnits(label=label)


class NormForm(NamedForm):
    """A row of the annex; its kind and place stay, which the count of positions stands on."""

    units_a = units_field(gettext_lazy("Band A, units"))
    units_b = units_field(gettext_lazy("Band B, units"))
    units_c = units_field(gettext_lazy("Band C, units"))
    plain: tuple[str, ...] = (*NamedForm.plain, *BANDS)

    def arrange(self, row: Any) -> None:
        """Where other norms decide there is no number to be typed."""
        if row is not None and row.kind == Kind.STANDARD:
            for name in BANDS:
                del self.fields[name]
            self.plain = NamedForm.plain


def check_norm(row: Any, content: Mapping[str, Any]) -> None:
    """Raise Invalid for a negative number, one that is no quarter of a unit, or a number where there may be none."""
    gaps = {}
    for name in BANDS:
        value = content.get(name)
        if row.kind == Kind.STANDARD:
            if value is not None:
                gaps[name] = _("Other norms decide here: there is no number.")
        elif value is None:
            gaps[name] = _("Give the number of units; 0 for a dash of the annex.")
        elif value < 0:
            gaps[name] = _("A norm cannot be negative.")
        elif value > MOST_UNITS or value % STEP:
            gaps[name] = _("Quarters of a unit, at most %(most)s.") % {"most": number_format(MOST_UNITS)}
    if gaps:
        raise Invalid("units", fields=gaps)


NORMS = Catalog(
    slug="norms",
    title=gettext_lazy("Staffing norms"),
    intro=gettext_lazy(
        "The annex to the Centers' Rules: the least number of units by band. What the bands reach up to is a list of "
        "its own."
    ),
    icon="users-group",
    model=StaffingNorm,
    key=("code",),
    content=NormForm.plain,
    facts=(
        Fact(gettext_lazy("number in the annex"), lambda row: str(row.number), listed=True),
        Fact(gettext_lazy("What it is called"), names_of),
        Fact(gettext_lazy("band A"), lambda row: units_text(row, "units_a"), listed=True),
        Fact(gettext_lazy("band B"), lambda row: units_text(row, "units_b"), listed=True),
        Fact(gettext_lazy("band C"), lambda row: units_text(row, "units_c"), listed=True),
        Fact(gettext_lazy("section"), lambda row: str(row.get_section_display())),
        Fact(gettext_lazy("per institution"), lambda row: _("Yes") if row.per_institution else _("No")),
    ),
    texts=("name",),
    form=NormForm,
    may_end=False,
    order=("number", "valid_from"),
    check=check_norm,
)


class BandForm(NamedForm):
    """Up to how many appeals a working day bands A and B reach."""

    limit_a = forms.IntegerField(label=gettext_lazy("Band A, up to (appeals a working day)"), required=False)
    limit_b = forms.IntegerField(label=gettext_lazy("Band B, up to (appeals a working day)"), required=False)
    plain: tuple[str, ...] = (*NamedForm.plain, "limit_a", "limit_b")


def check_bands(row: Any, content: Mapping[str, Any]) -> None:
    """Raise Invalid for a limit that is missing or out of range, and for a B that does not lie above A."""
    gaps = {}
    for name in ("limit_a", "limit_b"):
        value = content.get(name)
        if value is None or not 1 <= value <= MOST_APPEALS:
            gaps[name] = _("A whole number from 1 to %(most)s.") % {"most": MOST_APPEALS}
    if not gaps and content["limit_b"] <= content["limit_a"]:
        gaps["limit_b"] = _("Band B begins where band A ends: give a larger number.")
    if gaps:
        raise Invalid("limits", fields=gaps)


BAND_LIMITS = Catalog(
    slug="bands",
    title=gettext_lazy("Bands of the norms"),
    intro=gettext_lazy(
        "The annex to the Centers' Rules: up to how many appeals a working day bands A and B reach; C is everything "
        "above. A quarter is computed by the row in force at its end."
    ),
    icon="calendar-stats",
    model=BandLimits,
    key=("code",),
    content=BandForm.plain,
    facts=(
        Fact(gettext_lazy("What it is called"), names_of),
        Fact(gettext_lazy("band A, up to"), lambda row: str(row.limit_a), listed=True),
        Fact(gettext_lazy("band B, up to"), lambda row: str(row.limit_b), listed=True),
    ),
    texts=("name",),
    form=BandForm,
    may_end=False,
    check=check_bands,
)


def register_lists() -> None:
    """Called when the applications are ready."""
    register(NORMS)
    register(BAND_LIMITS)
