"""What the directory's pages take."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.base.validators import check_bin
from family_support.directory.models import Agency, Center, District, Region, Sector
from family_support.ui.forms import Form, KeyMixin
from family_support.ui.widgets import CheckList, PhoneInput, SearchSelect

HOURS = ["%H:%M"]


def hour_field(label: Any) -> forms.TimeField:
    """An hour of the day, HH:MM."""
    return forms.TimeField(
        label=label,
        input_formats=HOURS,
        widget=forms.TimeInput(format="%H:%M", attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("HH:MM"),
        error_messages={"invalid": _("Type the hour as HH:MM, for example 09:00.")},
    )


class SeenMixin(forms.Form):
    """The mark of the row that the form was opened with."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)


class DirectoryFilter(Form):
    """Narrow a list of the directory."""

    q = forms.CharField(label=_("Name of the organization"), required=False, max_length=100)
    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.all(), required=False, empty_label=_("All")
    )


class AgencyFilter(DirectoryFilter):
    """Bodies also by sector."""

    sector = forms.ModelChoiceField(
        label=_("Sector"), queryset=Sector.objects.all(), required=False, empty_label=_("All")
    )


class NamesForm(Form):
    """A name in three languages."""

    name_ru = forms.CharField(label=_("Name in Russian"), max_length=300)
    name_kk = forms.CharField(label=_("Name in Kazakh"), max_length=300)
    name_en = forms.CharField(label=_("Name in English"), max_length=300)


class PlaceForm(NamesForm):
    """Where an organization is and how it is reached."""

    district = forms.ModelChoiceField(
        label=_("District"), queryset=District.objects.active().select_related("region"), widget=SearchSelect
    )
    bin = forms.CharField(label=_("BIN"), max_length=12, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False, widget=PhoneInput)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    is_active = forms.BooleanField(label=_("The organization works"), required=False, initial=True)

    def clean_bin(self) -> str:
        """Twelve digits with a right checksum, or nothing."""
        value: str = self.cleaned_data["bin"]
        if value:
            check_bin(value)
        return value


class CenterForm(SeenMixin, PlaceForm):
    """Change a Center; its hours are changed from a day on, by its director's order."""


class NewCenterForm(KeyMixin, PlaceForm):
    """A new Center."""

    code = forms.RegexField(
        label=_("Code"),
        regex=r"^[A-Z0-9]{3,10}$",
        help_text=_("3–10 Latin capitals and digits. It stands in the numbers of cases and never changes."),
        error_messages={"invalid": _("Only Latin capitals and digits, 3 to 10 of them.")},
    )
    opens = hour_field(_("Opens at"))
    closes = hour_field(_("Closes at"))
    field_order = ("code",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fresh = Center()
        self.fields["opens"].initial, self.fields["closes"].initial = fresh.opens, fresh.closes


class _BodyForm(PlaceForm):
    head_email = forms.EmailField(
        label=_("E-mail of the head"), required=False, help_text=_("Digests of overdue measures go there.")
    )
    sectors = forms.ModelMultipleChoiceField(
        label=_("Sectors"),
        queryset=Sector.objects.all(),
        widget=CheckList,
        help_text=_("They decide which fields of a person the body may see."),
    )


class AgencyForm(SeenMixin, _BodyForm):
    """Change a body."""


class NewAgencyForm(KeyMixin, _BodyForm):
    """A new body."""


def initial_of(row: Center | Agency, names: list[str]) -> dict[str, Any]:
    """The row's values for the fields of a form that the row has."""
    values = {name: getattr(row, name) for name in names if hasattr(row, name) and name != "sectors"}
    if isinstance(row, Agency):
        values["sectors"] = list(row.sectors.values_list("pk", flat=True))
    return values
