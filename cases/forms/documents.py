"""A file for a case."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.documents.models import Attachment
from family_support.ui import widgets
from family_support.ui.forms import Form, KeyMixin


class DocumentForm(KeyMixin, Form):
    kind = forms.ChoiceField(label=_("Kind of document"), choices=Attachment.Kind.choices)
    file = forms.FileField(
        label=_("File"),
        widget=widgets.FileInput,
        help_text=_("PDF or picture, up to 15 MB; pictures lose their metadata."),
    )
