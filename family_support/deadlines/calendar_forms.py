"""What the calendar's and the hours' pages take."""

from __future__ import annotations

import hashlib
from typing import Any

from crispy_forms.layout import HTML, Column, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from family_support.accounts.directory_forms import hour_field
from family_support.directory.models import Center, Region
from family_support.ui.fields import DayField
from family_support.ui.forms import Form
from family_support.ui.widgets import SearchSelect
from family_support.workdays.calendar import Names
from family_support.workdays.edition import Line, What

MOST_LINES = 8
FIRST_LINES = 2
CHOICES = (
    ("", "—"),
    (What.TRANSFER, gettext_lazy("Transfer: a rest day is worked, another day is off")),
    (What.HOLIDAY, gettext_lazy("Public holiday")),
    (What.CLOSURE, gettext_lazy("Closure of a region or a Center")),
    (What.CONFIRM, gettext_lazy("Confirm or move an estimated holiday")),
    (What.REMOVE, gettext_lazy("Remove the entry: an ordinary day again")),
)


class CalendarFilter(Form):
    """Which year and whose calendar."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int, required=False)
    center = forms.ModelChoiceField(
        label=gettext_lazy("Center"),
        queryset=Center.objects.with_place(),
        required=False,
        widget=SearchSelect,
        empty_label=gettext_lazy("the country"),
    )

    def __init__(self, *args: Any, years: range, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year: Any = self.fields["year"]
        year.choices = [(number, str(number)) for number in years]


class OrderForm(Form):
    """The order behind a change; `seen` is the version that the page was opened with."""

    order_number = forms.CharField(
        label=gettext_lazy("Number of the order"),
        max_length=60,
        error_messages={"required": gettext_lazy("Give the number of the order.")},
    )
    order_date = DayField(
        label=gettext_lazy("Date of the order"),
        error_messages={"required": gettext_lazy("Give the date of the order.")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    # The mark of what the preview was made of: another content is previewed again before it is published.
    previewed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def mark(self) -> str:
        """A mark of what was typed."""
        typed = sorted((name, str(value)) for name, value in self.cleaned_data.items() if name != "previewed")
        return hashlib.sha256(repr(typed).encode()).hexdigest()[:16]

    @property
    def order(self) -> dict[str, Any]:
        """The order for the action."""
        return {name: self.cleaned_data[name] for name in ("order_number", "order_date")}


class CalendarForm(OrderForm):
    """One order with its lines: what happens on which day, whom it concerns."""

    region = forms.ModelChoiceField(
        label=gettext_lazy("Region"), queryset=Region.objects.all(), required=False
    )
    center = forms.ModelChoiceField(
        label=gettext_lazy("Center"),
        queryset=Center.objects.active().with_place(),
        required=False,
        widget=SearchSelect,
        help_text=gettext_lazy("Leave both empty for the whole country."),
    )

    def __init__(self, *args: Any, lines: int = FIRST_LINES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = range(1, min(max(lines, 1), MOST_LINES) + 1)
        for number in self.numbers:
            self.fields |= self._line_fields(number)

    @staticmethod
    def _line_fields(number: int) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {
            f"what_{number}": forms.ChoiceField(
                label=gettext_lazy("What happens"), choices=CHOICES, required=False
            ),
            f"day_{number}": DayField(label=gettext_lazy("Day"), required=False),
            f"other_{number}": DayField(
                label=gettext_lazy("Other day"),
                required=False,
                help_text=gettext_lazy("The day off instead; the last day of a closure; the confirmed date."),
            ),
        }
        for language, label in (
            ("kk", gettext_lazy("Reason in Kazakh")),
            ("ru", gettext_lazy("Reason in Russian")),
            ("en", gettext_lazy("Reason in English")),
        ):
            fields[f"name_{language}_{number}"] = forms.CharField(label=label, max_length=300, required=False)
        return fields

    def layout(self) -> Layout:
        """Order and scope first, then a box a line."""
        lines = [
            Fieldset(
                _("Day %(n)s of the order") % {"n": number},
                f"what_{number}",
                Row(
                    Column(f"day_{number}", css_class="col-md-6"),
                    Column(f"other_{number}", css_class="col-md-6"),
                ),
                Row(
                    *(
                        Column(f"name_{language}_{number}", css_class="col-md-4")
                        for language in ("kk", "ru", "en")
                    )
                ),
            )
            for number in self.numbers
        ]
        return Layout(
            Row(
                Column("order_number", css_class="col-md-6"),
                Column("order_date", css_class="col-md-6"),
            ),
            Row(Column("region", css_class="col-md-6"), Column("center", css_class="col-md-6")),
            *lines,
            "seen",
            "previewed",
            HTML(f'<input type="hidden" name="lines" value="{len(self.numbers)}">'),
        )

    def clean(self) -> dict[str, Any]:
        """A line says both what and when, or nothing at all."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for number in self.numbers:
            what, day = data.get(f"what_{number}"), data.get(f"day_{number}")
            if what and not day and f"day_{number}" not in self.errors:
                self.add_error(f"day_{number}", _("Give the day."))
            if not what and (day or number == 1):
                self.add_error(f"what_{number}", _("Say what happens on the day."))
        return data

    def order_lines(self) -> list[Line]:
        """The lines that were filled."""
        data = self.cleaned_data
        return [
            Line(
                what=What(data[f"what_{n}"]),
                day=data[f"day_{n}"],
                other=data[f"other_{n}"],
                names=Names(*(data[f"name_{language}_{n}"].strip() for language in ("kk", "ru", "en"))),
                number=n,
            )
            for n in self.numbers
            if data[f"what_{n}"]
        ]


class HoursForm(OrderForm):
    """When a Center opens and closes from a day on."""

    opens = hour_field(gettext_lazy("Opens at"))
    closes = hour_field(gettext_lazy("Closes at"))
    valid_from = DayField(label=gettext_lazy("From"))

    def layout(self) -> Layout:
        """The hours, then the order."""
        return Layout(
            Row(*(Column(name, css_class="col-md-4") for name in ("opens", "closes", "valid_from"))),
            Row(*(Column(name, css_class="col-md-6") for name in ("order_number", "order_date"))),
            "seen",
            "previewed",
        )


class TakeBackForm(OrderForm):
    """The order that takes back a change of hours which has not come."""
