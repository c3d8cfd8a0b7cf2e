"""A new intake: five channels on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import HTML, Column, Div, Fieldset, Layout, Row
from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.actions.intakes import wrong_parts
from cases.forms.people import EMPTY, PersonFields, person_rows
from cases.forms.steps import WorkerField
from cases.models import Intake
from family_support.accounts.models import Membership
from family_support.base import clock
from family_support.directory.models import Agency
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin, VersionMixin

# The public form and machines have doors of their own: people at the Center register what came otherwise.
BY_HAND = [choice for choice in Intake.Form.choices if choice[0] != Intake.Form.PUBLIC]


def _duplicates() -> str:
    """Where likely duplicates appear while the person is typed in."""
    watched = ", ".join(f"change from:#id_{name}" for name in ("iin", "last_name", "first_name", "phone"))
    return format_html(
        '<div id="duplicates" aria-live="polite" hx-post="{}" hx-trigger="{}" hx-include="closest form" '
        'hx-params="csrfmiddlewaretoken,iin,last_name,first_name,phone"></div>',
        reverse("intake-duplicates"),
        watched,
    )


class IntakeForm(KeyMixin, PersonFields, Form):
    """Everything of an intake. Which parts a channel needs is said beside them and checked by the action."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Intake.Channel.choices, widget=widgets.RadioList)
    form = forms.ChoiceField(label=_("How it came in"), choices=[EMPTY, *BY_HAND])
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
        self, *args: Any, workers: Sequence[Membership], region_id: int | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
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
            ),
            Fieldset(
                _("Whom it concerns"),
                HTML(_duplicates()),
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
        )
        for name, text in wrong.items():
            if name not in self.errors:
                self.add_error(name, str(text))
        return data


class RefusalForm(VersionMixin, Form):
    """Why an intake is no request."""

    reason = fields.TextField(label=_("Reason"), max_length=1000, rows=3)


class RegisterForm(VersionMixin, Form):
    """Register what was only received."""

    lead = WorkerField(label=_("Responsible worker"), required=False)

    def __init__(self, *args: Any, workers: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].offer(workers)  # type: ignore[attr-defined]


class DuplicatesForm(forms.Form):
    """What is known so far while the intake is typed."""

    iin = forms.CharField(required=False, max_length=20)
    last_name = forms.CharField(required=False, max_length=100)
    first_name = forms.CharField(required=False, max_length=100)
    phone = forms.CharField(required=False, max_length=40)
