"""Input of the pages of quarters, events and notes."""

import re
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.directory.models import Agency, Region
from family_support.ui.fields import MomentField, TextField
from family_support.ui.forms import Form, KeyMixin, VersionMixin
from family_support.ui.widgets import FileInput, SearchSelect
from monitoring.models import AnalyticNote, OutreachEvent, QuarterlyReport
from monitoring.quarters import Quarter


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


class DismissalForm(Form):
    """Why a figure beyond its threshold is not a shortcoming."""

    reason = TextField(label=_("Why it is not a shortcoming"), max_length=1000, rows=4)


class AnnexForm(VersionMixin, Form):
    """A corrections annex with an explanation."""

    note = TextField(
        label=_("Explanation"),
        required=False,
        max_length=2000,
        rows=4,
        help_text=_("Why entries came late or were changed. No names of families."),
    )


class EventForm(KeyMixin, Form):
    """A training or an outreach event."""

    kind = forms.ChoiceField(label=_("Kind"), choices=OutreachEvent.Kind.choices)
    audience = forms.ChoiceField(label=_("Audience"), choices=OutreachEvent.Audience.choices)
    topic = forms.CharField(label=_("Topic"), max_length=300)
    place = forms.CharField(label=_("Place"), max_length=300)
    starts_at = MomentField(label=_("When"))
    partners = forms.CharField(label=_("Partners"), max_length=300, required=False)


class EventChangeForm(VersionMixin, EventForm):
    """The same, of an event that is planned."""


class HoldForm(VersionMixin, Form):
    """How an event went."""

    participants = forms.IntegerField(label=_("Participants"), min_value=0, max_value=100_000)
    result = TextField(label=_("What came of it"), required=False, max_length=2000, rows=4)
    materials = forms.FileField(
        label=_("Materials"),
        required=False,
        widget=FileInput(),
        help_text=_("Presentation, programme or questions. No photographs of people, no lists of families."),
    )


class MaterialsForm(Form):
    """One more file of an event."""

    materials = forms.FileField(label=_("Materials"), widget=FileInput())


class CancelForm(VersionMixin, Form):
    """Why an event does not take place."""

    reason = TextField(label=_("Reason"), max_length=1000, rows=3)


class NoteForm(Form):
    """An analytic note on a quarter."""

    kind = forms.ChoiceField(label=_("Kind"), choices=AnalyticNote.Kind.choices)
    period = forms.ChoiceField(label=_("Period"))
    title = forms.CharField(label=_("Title"), max_length=200)
    text = TextField(
        label=_("Text"),
        max_length=20_000,
        rows=16,
        help_text=_("What the figures show and what follows from them. No names of families."),
    )
    upload = forms.FileField(label=_("Attachment"), required=False, widget=FileInput())

    def __init__(self, *args: Any, until: Quarter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        period = cast(forms.ChoiceField, self.fields["period"])
        choices, quarter = [], until
        for _number in range(PERIODS):
            choices.append((key_of(quarter), name_of(quarter)))
            quarter = quarter.previous
        period.choices = choices
        period.initial = choices[0][0]

    def clean_period(self) -> Quarter:
        quarter = quarter_of_key(self.cleaned_data["period"])
        assert quarter is not None  # one of the choices  # noqa: S101
        return quarter


class NoteChangeForm(VersionMixin, NoteForm):
    """The same, of a draft."""


# Quarters that a note can be on: the running one and those before.
PERIODS = 9


class EventFilter(Form):
    """Which events are listed."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *OutreachEvent.State.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *OutreachEvent.Kind.choices]
    )


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


class PeriodForm(Form):
    """Which quarter the ministry looks at."""

    period = forms.ChoiceField(label=_("Quarter"), required=False)

    def __init__(self, *args: Any, periods: list[Quarter], last: Quarter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last = periods[0] if periods else last
        shown = periods or [last]
        period = cast(forms.ChoiceField, self.fields["period"])
        period.choices = [(key_of(each), name_of(each)) for each in shown]
        period.initial = key_of(self.last)

    def chosen(self) -> Quarter:
        """The quarter asked for; without a readable one the last."""
        return quarter_of_key(self.data.get("period", "")) or self.last


class CompareForm(Form):
    """Which figure is compared, of whom, up to when."""

    figure = forms.ChoiceField(label=_("Figure"), required=False)
    region = forms.ModelChoiceField(
        label=_("Centers of the region"),
        queryset=Region.objects.all(),
        required=False,
        empty_label=_("Regions of the country"),
    )
    period = forms.ChoiceField(label=_("Up to the quarter"), required=False)

    def __init__(
        self, *args: Any, periods: list[Quarter], last: Quarter, figures: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.last = periods[0] if periods else last
        period = cast(forms.ChoiceField, self.fields["period"])
        period.choices = [(key_of(each), name_of(each)) for each in periods or [last]]
        figure = cast(forms.ChoiceField, self.fields["figure"])
        figure.choices = figures
        self.first = next((key for _title, options in figures for key, _name in options), "")
        self.initial = {"figure": self.first, "period": key_of(self.last)}

    def chosen(self) -> tuple[str, str, Region | None, Quarter] | None:
        """Indicator, row, region and quarter; None while there is nothing to compare or the choice is not one."""
        if self.is_bound and not self.is_valid():
            return None
        given = self.cleaned_data if self.is_bound else {}
        code, _colon, row = (given.get("figure") or self.first).partition(":")
        quarter = quarter_of_key(given.get("period") or "") or self.last
        return (code, row, given.get("region"), quarter) if code else None


def key_of(quarter: Quarter) -> str:
    return f"{quarter.year}-{quarter.number}"


def name_of(quarter: Quarter) -> str:
    return str(_("Quarter {number}, {year}")).format(number=quarter.number, year=quarter.year)


def quarter_of_key(key: str) -> Quarter | None:
    """The quarter of «2026-3»; None for anything else."""
    found = re.fullmatch(r"(20[0-9]{2})-([1-4])", key)
    return Quarter(int(found[1]), int(found[2])) if found else None
