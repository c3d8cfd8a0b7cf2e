"""Shapes of the security officer's decisions."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.oversight.models import GlassReview, LookAlert
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
