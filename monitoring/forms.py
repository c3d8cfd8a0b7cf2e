"""Input of the quarter's pages."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.directory.models import Agency, Region
from family_support.ui.fields import TextField
from family_support.ui.forms import Form, VersionMixin
from family_support.ui.widgets import SearchSelect
from monitoring.models import QuarterlyReport


class ConclusionForm(VersionMixin, Form):
    """The conclusion on the effectiveness of bodies and organizations."""

    conclusion = TextField(
        label=_("Conclusion on the effectiveness of bodies and organizations"),
        required=False,
        max_length=6000,
        rows=8,
        help_text=_(
            "Joint work, change of social status, social factors, prevention of offences. No names of families."
        ),
    )
    no_shortcomings = forms.BooleanField(label=_("No shortcomings were found"), required=False)


class ShortcomingForm(Form):
    """What is wanting, in whose work, and how to remedy it."""

    agency = forms.ModelChoiceField(
        label=_("Body"),
        queryset=Agency.objects.none(),
        required=False,
        widget=SearchSelect,
        empty_label=_("Several bodies"),
    )
    text = TextField(label=_("Shortcoming"), max_length=2000, rows=3)
    proposal = TextField(label=_("Proposal to remedy it"), max_length=2000, rows=3)

    def __init__(self, *args: Any, district_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = cast(forms.ModelChoiceField, self.fields["agency"])
        agency.queryset = Agency.objects.active().in_district(district_id).order_by("name_ru")


class StepForm(VersionMixin, Form):
    """A step that needs only the version it was seen at."""


class MinistryFilter(Form):
    """Which reports the ministry looks at."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, required=False)
    quarter = forms.TypedChoiceField(
        label=_("Quarter"),
        coerce=int,
        required=False,
        choices=[("", _("All"))] + [(n, str(n)) for n in range(1, 5)],
    )
    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.all(), required=False, empty_label=_("All")
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All"))]
        + [(code, label) for code, label in QuarterlyReport.State.choices if code in ("sent", "received")],
    )

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = cast(forms.ChoiceField, self.fields["year"])
        year.choices = [("", _("All"))] + [(each, str(each)) for each in years]
