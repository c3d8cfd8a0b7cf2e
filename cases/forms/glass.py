"""What has to be said before a restricted case is opened in an emergency."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.access.models import CaseOpening
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin


class EmergencyForm(KeyMixin, Form):
    """The case by its number or by a person's IIN, the ground, what happened, and a code of the second factor."""

    find = forms.CharField(
        label=_("Case No. or IIN"),
        help_text=_("The number of the case, or the whole IIN of somebody of the family."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    code = forms.ChoiceField(label=_("Ground"), choices=CaseOpening.Glass.choices, widget=widgets.RadioList)
    reason = fields.TextField(
        label=_("What happened"),
        help_text=_("At least 30 characters: what happened, who asks, whom of the team you tried to reach."),
        max_length=1000,
        rows=4,
    )
    second_factor = forms.CharField(
        label=_("Code of your second factor"),
        help_text=_("The six digits that your authenticator app shows now."),
        max_length=8,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, takes_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not takes_code:
            # A security key was touched on its own page a moment ago.
            del self.fields["second_factor"]
