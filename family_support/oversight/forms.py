"""Shapes of the security officer's decisions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.accounts.models import User
from family_support.audit.opt_out import OPT_OUT
from family_support.audit.words import models_by_table, table_name
from family_support.oversight.models import GlassReview, LookAlert, Trail, UnsignedChanges
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin


class ReviewForm(KeyMixin, Form):
    decision = forms.ChoiceField(
        label=_("Was the emergency access justified?"),
        choices=GlassReview.Decision.choices,
        widget=widgets.RadioList,
    )
    note = fields.TextField(
        label=_("What you found"),
        help_text=_("Whom you asked and what they said; nothing of the case itself."),
        max_length=1000,
        rows=3,
    )


class AlertForm(KeyMixin, Form):
    decision = forms.ChoiceField(
        label=_("What it was"), choices=LookAlert.Decision.choices, widget=widgets.RadioList
    )
    note = fields.TextField(
        label=_("What you found"),
        help_text=_("Whom you asked and what they said; nothing of the case itself."),
        max_length=1000,
        rows=3,
    )


class UnsignedForm(KeyMixin, Form):
    decision = forms.ChoiceField(
        label=_("What it was"), choices=UnsignedChanges.Decision.choices, widget=widgets.RadioList
    )
    note = fields.TextField(
        label=_("What you found"),
        help_text=_("Whom you asked and what they said; nothing of the case itself."),
        max_length=1000,
        rows=3,
    )


PERIOD = timedelta(days=30)
LONGEST = 366


class TrailForm(Form):
    """What the history is searched for; sent by POST, because an account is named by its e-mail."""

    email = forms.EmailField(label=_("Account (e-mail)"), required=False)
    request_id = forms.RegexField(
        r"^[0-9A-Za-z_.-]+$", label=_("Request number"), max_length=64, required=False
    )
    table = forms.ChoiceField(label=pgettext_lazy("history", "Record"), required=False)
    operation = forms.ChoiceField(
        label=_("Kind of change"), required=False, choices=[("", _("All")), *Trail.OPERATIONS.items()]
    )
    since = fields.DayField(label=pgettext_lazy("period", "From"))
    until = fields.DayField(label=pgettext_lazy("period", "Until"))
    unsigned = forms.BooleanField(label=_("Only changes without an author"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].choices = [("", _("All")), *_tables()]  # type: ignore[attr-defined]

    def layout(self) -> Layout:
        return Layout(
            Row(Column("email", css_class="col-md-6"), Column("request_id", css_class="col-md-6")),
            Row(Column("table", css_class="col-md-6"), Column("operation", css_class="col-md-6")),
            Row(Column("since", css_class="col-md-6"), Column("until", css_class="col-md-6")),
            "unsigned",
        )

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        self.account = (
            User.objects.filter(email=email).values_list("pk", flat=True).first() if email else None
        )
        if email and self.account is None:
            raise forms.ValidationError(_("There is no account with this e-mail."))
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and not 0 <= (until - since).days <= LONGEST:
            self.add_error("until", _("Choose a period of a year at most, its first day first."))
        return data


def _tables() -> list[tuple[str, str]]:
    """Every table whose changes are kept, by what its records are called."""
    names = [
        (table, table_name(table))
        for table, model in models_by_table().items()
        if (settings.BASE_DIR / model.__module__.split(".")[0]).is_dir() and model._meta.label not in OPT_OUT
    ]
    return sorted(names, key=lambda pair: pair[1])
