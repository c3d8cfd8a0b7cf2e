"""Consent and what was done at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import CaseMember, Consent, Consultation, Person
from family_support.directory.models import Agency
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin, VersionMixin

DECISIONS = (("given", _("The person agrees and has signed")), ("refused", _("The person refuses")))


class ConsentForm(KeyMixin, Form):
    """The decision of one person of the family, as on the signed paper."""

    person = forms.ModelChoiceField(label=_("Who decides"), queryset=Person.objects.none(), empty_label=None)
    decision = forms.ChoiceField(label=_("Decision"), choices=DECISIONS, widget=widgets.RadioList)
    signed_on = fields.DayField(label=_("Date of signature"), required=False)
    valid_until = fields.DayField(label=_("Valid until"), required=False)
    data = forms.MultipleChoiceField(  # type: ignore[assignment]  # the law's word hides the form's
        label=_("List of data"), choices=Consent.Data.choices, widget=widgets.CheckList, required=False
    )
    third_parties = forms.BooleanField(
        label=_("Data may be passed to the bodies that carry out the plan"),
        help_text=_("Without it nothing can be handed off to other bodies."),
        required=False,
    )
    cross_border = forms.BooleanField(label=_("Data may be passed across the border"), required=False)
    publication = forms.BooleanField(label=_("Data may be published in open sources"), required=False)
    scan = forms.FileField(label=_("Scan of the signed consent"), required=False, widget=widgets.FileInput)
    reason = fields.TextField(
        label=_("What the person said"),
        help_text=_("For a refusal."),
        required=False,
        max_length=1000,
        rows=2,
    )

    def __init__(self, *args: Any, members: Sequence[CaseMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = Person.objects.filter(pk__in=[member.person_id for member in members])
        person.label_from_instance = lambda row: row.full_name

    def layout(self) -> Layout:
        return Layout(
            "person",
            "decision",
            Fieldset(
                _("The person agrees"),
                Row(Column("signed_on", css_class="col-md-6"), Column("valid_until", css_class="col-md-6")),
                "data",
                "third_parties",
                "cross_border",
                "publication",
                "scan",
                css_class="only-if-given",
            ),
            Fieldset(_("The person refuses"), "reason", css_class="only-if-refused"),
            "key",
        )


class WithdrawalForm(VersionMixin, Form):
    reason = fields.TextField(label=_("What the person said"), max_length=1000, rows=3)


class SettlementForm(VersionMixin, Form):
    stopped = fields.YesNoField(
        label=_("Does processing stop?"),
        help_text=_(
            "Yes: the bodies lose access to their parts of the plan. No: only where a law demands the processing."
        ),
    )
    settlement = fields.TextField(
        label=_("How the withdrawal was settled"),
        help_text=_("What processing was stopped and when, or which law forbids to stop it (94-V art. 8)."),
        max_length=2000,
        rows=4,
    )


class ConsultationForm(KeyMixin, Form):
    """Consultation, redirection, or neither: the parts of the kind chosen are needed."""

    kind = forms.ChoiceField(
        label=_("What was done"), choices=Consultation.Kind.choices, widget=widgets.RadioList
    )
    held_at = fields.MomentField(label=_("When"))
    topic = forms.ChoiceField(
        label=_("Topic"), choices=[("", "—"), *Consultation.Topic.choices], required=False
    )
    summary = fields.TextField(label=_("What was advised"), required=False, rows=5)
    agency = forms.ModelChoiceField(
        label=_("Redirected to"),
        queryset=Agency.objects.none(),
        required=False,
        widget=widgets.SearchSelect,
        empty_label="—",
    )
    special_services = forms.BooleanField(
        label=_("For identification of the need for special social services (R256 24)"), required=False
    )
    reason = fields.TextField(label=_("Reason"), required=False, max_length=2000, rows=3)

    def __init__(self, *args: Any, region_id: int | None, violence: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Any = self.fields["agency"]
        agency.queryset = Agency.objects.active().filter(district__region_id=region_id).order_by("name_ru")
        agency.label_from_instance = lambda row: row.name
        if not violence:
            del self.fields["special_services"]

    def layout(self) -> Layout:
        services = ["special_services"] if "special_services" in self.fields else []
        return Layout(
            "kind",
            "held_at",
            Fieldset(_("Consultation"), "topic", "summary", css_class="only-if-consultation"),
            Fieldset(_("Redirection"), "agency", *services, css_class="only-if-redirection"),
            Fieldset(_("Redirection, or why neither is needed"), "reason", css_class="not-if-consultation"),
            "key",
        )
