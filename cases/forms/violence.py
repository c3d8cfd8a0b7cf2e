"""Shapes of input about signs of domestic violence."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import ViolenceSupport
from family_support.directory.models import Agency
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin, VersionMixin


class ViolenceForm(KeyMixin, Form):
    signs = fields.TextField(
        label=_("Which signs there are"),
        help_text=_(
            "Facts: what was seen or told, when, whether children were there. Nothing is asked twice."
        ),
        rows=5,
    )


class IdentificationForm(VersionMixin, Form):
    """What the special-social-services organization established."""

    identified = fields.YesNoField(label=_("Was domestic violence identified?"))
    result_on = fields.DayField(label=_("Date of the result"))
    note = fields.TextField(label=_("What was established"), rows=4, max_length=2000)
    upload = forms.FileField(label=_("Scan of the conclusion"), required=False, widget=widgets.FileInput)


class SupportForm(Form):
    """One of the five kinds of support that was given."""

    kind = forms.ChoiceField(label=_("Kind of support"), choices=ViolenceSupport.Kind.choices)
    given_on = fields.DayField(label=_("Date"))
    agency = forms.ModelChoiceField(
        label=_("Who gave it"),
        queryset=Agency.objects.none(),
        required=False,
        widget=widgets.SearchSelect,
        empty_label=_("The Center itself"),
    )
    note = forms.CharField(label=_("What exactly"), required=False, max_length=500)

    def __init__(self, *args: Any, region_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Any = self.fields["agency"]
        agency.queryset = Agency.objects.active().filter(district__region_id=region_id).order_by("name_ru")
        agency.label_from_instance = lambda row: row.name

    def layout(self) -> Layout:
        return Layout(
            "kind",
            Row(Column("given_on", css_class="col-md-4"), Column("agency", css_class="col-md-8")),
            "note",
        )
