"""A new intake: five channels on one page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import HTML, Column, Div, Fieldset, Layout, Row
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.actions.receiving import FORMS, wrong_parts
from cases.actions.sources import Source, wrong_source
from cases.forms.people import EMPTY, PersonFields, person_rows
from cases.forms.steps import WorkerField
from cases.models import Case, Intake, IntakeTransfer
from family_support.accounts.models import Membership
from family_support.base import clock
from family_support.directory.models import Agency, Center
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin, VersionMixin

# The public form and machines have doors of their own: people at the Center register what came otherwise.
OWN_DOORS = (Intake.Form.PUBLIC, Intake.Form.INBOX)
BY_HAND = [choice for choice in Intake.Form.choices if choice[0] not in OWN_DOORS]
# How each channel comes in when nothing else is said: offered first once the channel is chosen.
USUAL = {
    Intake.Channel.SELF: Intake.Form.DESK,
    Intake.Channel.CONTACT_CENTER: Intake.Form.PHONE,
    Intake.Channel.STATE_SYSTEM: Intake.Form.SYSTEM,
    Intake.Channel.BODY: Intake.Form.LETTER,
    Intake.Channel.MEDIA: Intake.Form.LINK,
}
WATCHED = ("iin", "last_name", "first_name", "phone")


def _fitting() -> str:
    """Channel -> forms it comes in, the usual one first: what the script narrows the list by."""
    by_channel = {
        channel.value: [usual.value, *sorted(form for form in FORMS[channel] if form != usual)]
        for channel, usual in USUAL.items()
    }
    return json.dumps(by_channel)


def _duplicates(found: str) -> str:
    """Where likely duplicates appear while the person is typed in; `found` are those of what was typed before."""
    return format_html(
        '<div id="duplicates" aria-live="polite" hx-post="{}" hx-trigger="{}" hx-include="closest form" '
        'hx-target="this" hx-params="csrfmiddlewaretoken,iin,last_name,first_name,phone,attach_to">{}</div>',
        reverse("intake-duplicates"),
        ", ".join(f"change from:#id_{name}" for name in WATCHED),
        found,
    )


class CaseChoice(forms.ModelChoiceField):
    """An open case that the actor sees listed: the radio buttons stand in the list of likely duplicates."""

    default_error_messages = {"invalid_choice": _("This case is not open to you, or is closed.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Case.objects.none(), required=False, **kwargs)


class SourceFields(forms.Form):
    """What only letters and publications have."""

    letter_number = forms.CharField(
        label=_("Number of the letter"),
        required=False,
        max_length=100,
        help_text=_("The sender's own number; a person's letter may have none."),
    )
    letter_date = fields.DayField(label=_("Date of the letter"), required=False)
    link = forms.CharField(
        label=_("Address of the publication"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text=_("http:// or https://; the product never opens it itself."),
    )
    seen_on = fields.DayField(label=_("Day when it was seen"), required=False)
    upload = forms.FileField(
        label=_("Scan of the letter, or screenshot"),
        required=False,
        widget=widgets.FileInput(),
        help_text=_("A letter needs its scan. A screenshot has to be a picture: PNG or JPEG."),
    )

    def source(self) -> Source:
        """What the form holds, for the actions."""
        data = self.cleaned_data
        return Source(
            letter_number=data.get("letter_number") or "",
            letter_date=data.get("letter_date"),
            link=data.get("link") or "",
            seen_on=data.get("seen_on"),
            upload=data.get("upload"),
        )


class IntakeForm(KeyMixin, SourceFields, PersonFields, Form):
    """Everything of an intake. Which parts a channel needs is said beside them and checked by the action."""

    # Drawn by the list of duplicates, not by the form.
    attach_to = CaseChoice(label=_("In which case"), widget=forms.TextInput)

    channel = forms.ChoiceField(label=_("Channel"), choices=Intake.Channel.choices, widget=widgets.RadioList)
    form = forms.ChoiceField(
        label=_("How it came in"),
        choices=[EMPTY, *BY_HAND],
        widget=forms.Select({"data-by": "channel", "data-fits": _fitting()}),
    )
    received_at = fields.MomentField(label=_("Received"))
    sender_agency = forms.ModelChoiceField(
        label=_("Sending body"),
        queryset=Agency.objects.none(),
        required=False,
        widget=widgets.SearchSelect,
        empty_label="—",
    )
    sender_name = forms.CharField(
        label=_("Who sent it"),
        required=False,
        max_length=200,
        help_text=_("Operator, journalist, neighbour, organization; a link for media."),
    )
    said = fields.TextField(
        label=_("What was said"), help_text=_("Only facts, as they were told."), max_length=10000, rows=5
    )
    threat = fields.YesNoField(label=_("Is life or health threatened now?"))
    violence = fields.YesNoField(label=_("Are there signs of domestic violence?"))
    minor_at_risk = fields.YesNoField(label=_("Is a minor at risk?"))
    lead = WorkerField(label=_("Responsible worker"), required=False)

    def __init__(
        self,
        *args: Any,
        workers: Sequence[Membership],
        region_id: int | None,
        cases: QuerySet[Case],
        duplicates: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.duplicates = duplicates
        self.fields["attach_to"].queryset = cases  # type: ignore[attr-defined]
        agency: Any = self.fields["sender_agency"]
        agency.queryset = Agency.objects.active().filter(district__region_id=region_id).order_by("name_ru")
        agency.label_from_instance = lambda row: row.name
        self.fields["lead"].offer(workers)  # type: ignore[attr-defined]

    def layout(self) -> Layout:
        return Layout(
            Fieldset(
                _("Where it came from"),
                "channel",
                Row(Column("form", css_class="col-md-6"), Column("received_at", css_class="col-md-6")),
                Div(
                    Row(
                        Column("sender_agency", css_class="col-md-6"),
                        Column("sender_name", css_class="col-md-6"),
                    ),
                    css_class="only-from-others",
                ),
                Div(
                    Row(
                        Column("letter_number", css_class="col-md-6"),
                        Column("letter_date", css_class="col-md-6"),
                    ),
                    css_class="only-letter",
                ),
                Div(
                    Row(Column("link", css_class="col-md-8"), Column("seen_on", css_class="col-md-4")),
                    css_class="only-link",
                ),
                Div("upload", css_class="only-paper"),
            ),
            Fieldset(
                _("Whom it concerns"),
                HTML(_duplicates(self.duplicates)),
                *person_rows(),
            ),
            Fieldset(
                _("What happened"),
                "said",
                Row(
                    Column("threat", css_class="col-md-4"),
                    Column("violence", css_class="col-md-4"),
                    Column("minor_at_risk", css_class="col-md-4"),
                ),
            ),
            Fieldset(_("Who takes it on"), Row(Column("lead", css_class="col-md-6"))),
            "key",
        )

    def clean(self) -> dict[str, Any]:
        """What the channel needs is told together with the rest, not after it."""
        data = super().clean()
        wrong = wrong_parts(
            data.get("channel", ""),
            data.get("form", ""),
            data.get("received_at") or clock.now(),
            data.get("said", ""),
            self.person_data(),
            data.get("sender_name", ""),
            data.get("sender_agency"),
            clock.now(),
        ) | wrong_source(
            self.source(),
            data.get("channel", ""),
            data.get("form", ""),
            data.get("sender_name", ""),
            data.get("sender_agency"),
            clock.now(),
        )
        for name, text in wrong.items():
            if name not in self.errors:
                self.add_error(name, str(text))
        return data


class RefusalForm(VersionMixin, Form):
    """Why an intake is no request."""

    kind = forms.ChoiceField(
        label=_("Why it is refused"), choices=Intake.Refusal.choices, widget=widgets.RadioList
    )

    reason = fields.TextField(label=_("Reason"), max_length=1000, rows=3)


class RegisterForm(VersionMixin, Form):
    """Register what was only received."""

    attach_to = forms.TypedChoiceField(
        label=_("In which case"),
        required=False,
        widget=widgets.RadioList,
        coerce=int,
        empty_value=None,
        help_text=_("An intake with the same IIN joins the open case by itself."),
    )
    lead = WorkerField(
        label=_("Responsible worker"),
        required=False,
        help_text=_("Of a new case; a known one keeps its own."),
    )

    def __init__(
        self, *args: Any, workers: Sequence[Membership], found: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].offer(workers)  # type: ignore[attr-defined]
        if found:
            choices = [("", _("A new case")), *found]
            self.fields["attach_to"].choices = choices  # type: ignore[attr-defined]
            self.fields["attach_to"].initial = ""
        else:
            del self.fields["attach_to"]


class TransferForm(VersionMixin, Form):
    """To which Center, on what ground and why."""

    to_center = forms.ModelChoiceField(
        label=_("Center that is asked"),
        queryset=Center.objects.none(),
        widget=widgets.SearchSelect,
        empty_label="—",
    )
    ground = forms.ChoiceField(
        label=_("Ground of the transfer"), choices=IntakeTransfer.Ground.choices, widget=widgets.RadioList
    )
    reason = fields.TextField(
        label=_("Reason"),
        max_length=1000,
        rows=3,
        help_text=_("The other Center reads it before it accepts, unless the case is restricted."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        center: Any = self.fields["to_center"]
        center.queryset = Center.objects.active().select_related("district__region").order_by("code")
        center.label_from_instance = lambda row: f"{row.name} · {row.district.name}"


class DeclineTransferForm(VersionMixin, Form):
    """Why the asked Center does not take it."""

    reason = fields.TextField(label=_("Reason"), max_length=1000, rows=3)


class SubmissionForm(KeyMixin, PersonFields, Form):
    """What an officer sends from the inbox: whom it concerns, what is known, whether it is urgent."""

    said = fields.TextField(
        label=_("What happened"),
        help_text=_("Only facts: who, when, what was seen."),
        max_length=10000,
        rows=5,
    )
    threat = fields.YesNoField(label=_("Is life or health threatened now?"))
    violence = fields.YesNoField(label=_("Are there signs of domestic violence?"))
    minor_at_risk = fields.YesNoField(label=_("Is a minor at risk?"))
    upload = forms.FileField(
        label=_("Letter or other document"),
        required=False,
        widget=widgets.FileInput(),
        help_text=_("If there is one: PDF, PNG, JPEG, DOCX or XLSX."),
    )

    def layout(self) -> Layout:
        return Layout(
            Fieldset(
                _("What happened"),
                "said",
                Row(
                    Column("threat", css_class="col-md-4"),
                    Column("violence", css_class="col-md-4"),
                    Column("minor_at_risk", css_class="col-md-4"),
                ),
            ),
            Fieldset(_("Whom it concerns"), *person_rows()),
            "upload",
            "key",
        )


class DuplicatesForm(forms.Form):
    """What is known so far while the intake is typed."""

    iin = forms.CharField(required=False, max_length=20)
    last_name = forms.CharField(required=False, max_length=100)
    first_name = forms.CharField(required=False, max_length=100)
    phone = forms.CharField(required=False, max_length=40)
    attach_to = forms.CharField(required=False, max_length=20)
