"""Input of the staffing pages: a table of units with its order, vehicles, the payroll fund."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Column, Layout
from crispy_forms.layout import Row as CrispyRow
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.directory.models import Region
from family_support.ui.fields import DayField
from family_support.ui.forms import Form, VersionMixin
from staffing.models import PositionHolder, StaffingNorm, StaffingTable
from staffing.rules import HolderData, PositionData
from staffing.templatetags.staffing import units_text

UNITS = re.compile(r"-?[0-9]{1,4}([.,][0-9]{1,4})?")
MONEY = re.compile(r"-?[0-9]{1,14}([.,][0-9]{1,2})?")
# Positions that the annex does not know: so many empty rows are offered, and at most so many taken.
EMPTY_ROWS = 2
MOST_ROWS = 12


class UnitsField(forms.Field):
    """A number of units, 1 or 0,5: a comma or a point. Empty is zero; its limits are the action's to say."""

    default_error_messages = {"invalid": _("Type a number of units, for example 1 or 0.5.")}

    def __init__(self, **kwargs: Any) -> None:
        label = kwargs["label"]
        attrs = {"inputmode": "decimal", "autocomplete": "off", "aria-label": label, "class": "units-input"}
        super().__init__(required=False, widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: Any) -> Decimal:
        text = str(value or "").strip().replace("\u00a0", "")
        if not text:
            return Decimal(0)
        if not UNITS.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(text.replace(",", "."))

    def prepare_value(self, value: Any) -> Any:
        """A number as it is read in this language; what was typed stays as it was typed."""
        return units_text(value) if isinstance(value, Decimal) else value


class MoneyField(forms.Field):
    """A sum in tenge, with or without spaces between thousands."""

    default_error_messages = {"invalid": _("Type a sum in tenge, for example 48 500 000.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}), **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        text = re.sub(r"\s", "", str(value or ""))
        if not text:
            return None
        if not MONEY.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(text.replace(",", "."))

    def prepare_value(self, value: Any) -> Any:
        return units_text(value) if isinstance(value, Decimal) else value


class OrderForm(Form):
    """The order behind a record."""

    order_number = forms.CharField(label=_("Order number"), max_length=60)
    order_date = DayField(label=_("Order date"))


@dataclass(frozen=True)
class Row:
    """One line of the table of units: bound fields beside the norm."""

    norm: StaffingNorm | None
    title: forms.BoundField | None
    units: forms.BoundField
    occupied: forms.BoundField


class TableForm(OrderForm):
    """A staffing table: the order, a row for each position of the annex, and rows for others."""

    starts_on = DayField(label=_("In force from"))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        norms: Sequence[StaffingNorm],
        table: StaffingTable | None = None,
        copied: bool = False,
    ) -> None:
        """`table` is what is corrected or, `copied`, what the new one begins as: the order is not taken along."""
        self.norms = list(norms)
        rows = table.positions.all() if table else ()
        held = {row.code or row.title: row for row in rows if row.units}
        others = [row for row in held.values() if row.title]
        initial = self._initial(table, held, others, copied=copied)
        super().__init__(data, initial=initial)
        for norm in self.norms:
            self._add(norm.code, norm.name)
        for place in range(1, self._rows(data, len(others)) + 1):
            name = str(_("Other position %(number)d") % {"number": place})
            self.fields[f"title_other_{place}"] = forms.CharField(
                label=name, max_length=120, required=False, widget=forms.TextInput({"aria-label": name})
            )
            self._add(f"other_{place}", name)

    def _initial(
        self, table: StaffingTable | None, held: dict, others: list, *, copied: bool
    ) -> dict[str, Any]:
        initial: dict[str, Any] = {}
        if table and not copied:
            initial = {name: getattr(table, name) for name in ("order_number", "order_date", "starts_on")}
            initial["version"] = table.version
        for norm in self.norms:
            if norm.code in held:
                row = held[norm.code]
                initial |= {f"units_{norm.code}": row.units, f"occupied_{norm.code}": row.working}
        for place, row in enumerate(others, start=1):
            initial |= {
                f"title_other_{place}": row.title,
                f"units_other_{place}": row.units,
                f"occupied_other_{place}": row.working,
            }
        return initial

    @staticmethod
    def _rows(data: Any, held: int) -> int:
        sent = sum(f"title_other_{place}" in data for place in range(1, MOST_ROWS + 1)) if data else 0
        return min(max(held + EMPTY_ROWS, sent), MOST_ROWS)

    def _add(self, key: str, name: str) -> None:
        self.fields[f"units_{key}"] = UnitsField(label=_("%(name)s: established") % {"name": name})
        self.fields[f"occupied_{key}"] = UnitsField(label=_("%(name)s: occupied") % {"name": name})

    def layout(self) -> Layout:
        """The order; units stand in the page's own tables."""
        names = ("order_number", "order_date", "starts_on")
        return Layout(CrispyRow(*(Column(name, css_class="col-md-4") for name in names)))

    @property
    def rows(self) -> Iterator[Row]:
        """The lines of the annex."""
        for norm in self.norms:
            yield Row(norm, None, self[f"units_{norm.code}"], self[f"occupied_{norm.code}"])

    @property
    def other_rows(self) -> Iterator[Row]:
        """The lines of positions that the annex does not know."""
        for place in self._places():
            yield Row(
                None,
                self[f"title_other_{place}"],
                self[f"units_other_{place}"],
                self[f"occupied_other_{place}"],
            )

    def _places(self) -> list[int]:
        return [place for place in range(1, MOST_ROWS + 1) if f"title_other_{place}" in self.fields]

    @property
    def positions(self) -> list[PositionData]:
        """What was recorded; rows left empty are none."""
        data = self.cleaned_data
        rows = [
            PositionData(data[f"units_{norm.code}"], data[f"occupied_{norm.code}"], code=norm.code)
            for norm in self.norms
        ]
        rows += [
            PositionData(
                data[f"units_other_{place}"],
                data[f"occupied_other_{place}"],
                title=data[f"title_other_{place}"],
                place=place,
            )
            for place in self._places()
        ]
        return [row for row in rows if row.units or row.occupied or row.title]

    @property
    def order(self) -> dict[str, Any]:
        """Fields of the order itself."""
        return {name: self.cleaned_data[name] for name in ("order_number", "order_date", "starts_on")}


class _Person(forms.ModelChoiceField):
    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.user.full_name} · {obj.get_role_display()}"


class PeopleForm(VersionMixin, Form):
    """Who of the Center's people fills a position, with how many units each."""

    def __init__(
        self, *args: Any, people: QuerySet[Membership], holders: Sequence[PositionHolder], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, min(len(holders) + EMPTY_ROWS, MOST_ROWS) + 1):
            held = holders[place - 1] if place <= len(holders) else None
            self.fields[f"person_{place}"] = _Person(
                label=_("Person %(number)d") % {"number": place},
                queryset=people,
                required=False,
                empty_label="—",
                initial=held.membership_id if held else None,
            )
            self.fields[f"share_{place}"] = UnitsField(
                label=_("Units of person %(number)d") % {"number": place}
            )
            self.fields[f"share_{place}"].initial = held.units if held else None

    def layout(self) -> Layout:
        rows = (
            CrispyRow(
                Column(f"person_{place}", css_class="col-md-8"),
                Column(f"share_{place}", css_class="col-md-4"),
            )
            for place in self._places()
        )
        return Layout(*rows, "version")

    def _places(self) -> list[int]:
        return [place for place in range(1, MOST_ROWS + 1) if f"person_{place}" in self.fields]

    @property
    def holders(self) -> list[HolderData]:
        """What was typed; rows without a person are none."""
        data = self.cleaned_data
        rows = [
            HolderData(data[f"person_{place}"], data[f"share_{place}"], place) for place in self._places()
        ]
        return [row for row in rows if row.membership or row.units]


class VehicleForm(Form):
    """A vehicle by a name that is no number plate."""

    label = forms.CharField(
        label=_("Vehicle"),
        max_length=80,
        help_text=_("Make or purpose, for example “minibus for visits”. No number plate."),
    )
    starts_on = DayField(label=_("In use from"))


class VehicleChangeForm(VersionMixin, VehicleForm):
    """Correct it, or write it off."""

    ends_on = DayField(
        label=_("Last day in use"), required=False, help_text=_("Only when it is written off.")
    )


class FundForm(OrderForm):
    """The payroll fund of a period."""

    amount = MoneyField(label=_("Payroll fund, tenge"))
    starts_on = DayField(label=_("Period from"))
    ends_on = DayField(label=_("Period to"))


class FundChangeForm(VersionMixin, FundForm):
    """Correct it."""


class CountryFilter(Form):
    """Which region the ministry looks at."""

    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.all(), required=False, empty_label=_("All")
    )
