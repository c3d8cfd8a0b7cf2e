"""What the pages of the reference data take: content first, then the day and the act it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.reference.actions import Act
from family_support.reference.rules import MISSING, act_parts
from family_support.ui.fields import DayField
from family_support.ui.forms import Form, ReasonForm
from family_support.ui.widgets import LongText

USUAL_WIDTHS: dict[int, tuple[int, ...]] = {1: (4,), 2: (8, 4), 3: (6, 2, 4)}


def text_in(language: str, label: Any, *, long: bool = False, max_length: int = 300) -> forms.CharField:
    """One text in one language; a missing one is told by name."""
    return forms.CharField(
        label=label,
        max_length=max_length,
        widget=LongText(rows=3) if long else forms.TextInput,
        error_messages={"required": MISSING[language]},
    )


class ActForm(Form):
    """The act of a change, its number and date; `seen` marks the rows that the form was opened with."""

    act_number = forms.CharField(
        label=_("Number of the act"),
        max_length=60,
        error_messages={"required": _("Give the number of the act.")},
    )
    act_date = DayField(
        label=_("Date of the act"), error_messages={"required": _("Give the date of the act.")}
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    first_row: tuple[str, ...] = ()
    # Fields that stand side by side above the act, and how wide where not as usual.
    pairs: tuple[tuple[str, ...], ...] = ()
    widths: Mapping[str, tuple[int, ...]] = {}

    def layout(self) -> Layout:
        """Content above; the day and the act it stands on in one row below."""
        beside = {name for pair in self.pairs for name in pair}
        last = (*self.first_row, "act_number", "act_date")
        above: list[Any] = []
        for name in self.fields:
            pair = next((pair for pair in self.pairs if pair[0] == name), None)
            if pair is not None:
                widths = self.widths.get(name) or USUAL_WIDTHS[len(pair)]
                columns = zip(pair, widths, strict=False)
                above.append(Row(*(Column(each, css_class=f"col-md-{width}") for each, width in columns)))
            elif name not in beside and name not in last:
                above.append(name)
        return Layout(*above, Row(*(Column(name, css_class="col-md-4") for name in last)))

    @property
    def act(self) -> Act:
        """The act that was given."""
        return Act(self.cleaned_data["act_number"], self.cleaned_data["act_date"])


class RowForm(ActForm):
    """Base of the forms of a row. A catalog's form adds its fields and says what they mean in `content`."""

    valid_from = DayField(label=_("In force from"))
    # Fields of the form that are columns of the row as they are.
    plain: tuple[str, ...] = ()
    first_row = ("valid_from",)

    def __init__(self, *args: Any, row: Any = None, correcting: bool = False, **kwargs: Any) -> None:
        shown = {**(self.initial_of(row) if row is not None else {}), **(kwargs.get("initial") or {})}
        if correcting:
            number, day = act_parts(row.act)
            shown |= {"valid_from": row.valid_from, "act_number": number, "act_date": day}
        kwargs["initial"] = shown
        super().__init__(*args, **kwargs)
        self.row = row
        self.order_fields(["code"])
        self.arrange(row)

    def arrange(self, row: Any) -> None:
        """Fit choices to the row, if any."""

    def initial_of(self, row: Any) -> Mapping[str, Any]:
        """The row as values of the form's own fields."""
        return {name: getattr(row, name) for name in self.plain}

    def content(self) -> dict[str, Any]:
        """What was typed as columns of the row."""
        return {name: self.cleaned_data[name] for name in self.plain}

    def key(self) -> dict[str, Any]:
        """The key of a new row."""
        return {"code": self.cleaned_data["code"]}


class NamedForm(RowForm):
    """A row with a name in three languages."""

    name_kk = text_in("kk", _("Name in Kazakh"))
    name_ru = text_in("ru", _("Name in Russian"))
    name_en = text_in("en", _("Name in English"))
    plain: tuple[str, ...] = ("name_kk", "name_ru", "name_en")


class EndForm(ActForm):
    """The last day of a row."""

    last_day = DayField(label=_("Last day in force"))
    first_row = ("last_day",)


class CancelForm(ReasonForm):
    """Why a change that has not come is taken back."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)


class DayForm(Form):
    """The day of which the list is shown."""

    on = DayField(label=_("In force on"), required=False)
