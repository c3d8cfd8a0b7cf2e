"""Forms of data protection."""

from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.protection.models import DataRequest
from family_support.ui.fields import TextField
from family_support.ui.forms import Form, KeyMixin, VersionMixin


class DataRequestForm(KeyMixin, Form):
    """How the person showed who they are."""

    shown = forms.ChoiceField(
        label=_("Identity was shown by"),
        choices=DataRequest.Shown.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the person showed who they are.")},
    )


class HoldForm(Form):
    """Why a case is kept."""

    reason = TextField(
        label=_("Why the case has to be kept"),
        max_length=2000,
        help_text=_("A court, an inquiry, a complaint: number and date of the paper."),
        error_messages={"required": _("Write why the case has to be kept.")},
    )


class ConfirmErasureForm(VersionMixin, Form):
    """The director has looked through the list."""

    sure = forms.BooleanField(
        label=_("I have looked through the list; what is erased cannot be brought back"),
        error_messages={"required": _("Confirm that you have looked through the list.")},
    )

    def clean(self) -> dict[str, object]:
        data = dict(super().clean() or {})
        data.pop("sure", None)
        return data
