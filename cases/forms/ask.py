"""The public form: three short steps, nothing more asked than is needed to come back to the person safely."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.actions.people import BY_PHONE
from cases.models import Intake, Person
from family_support.base.validators import check_name, check_text, normalise_phone
from family_support.directory.models import Center
from family_support.ui import fields, widgets
from family_support.ui.forms import Form

OFF = {"autocomplete": "off", "spellcheck": "false"}
CHANNELS = (
    (Person.Channel.PHONE, _("Call me")),
    (Person.Channel.MESSAGE, _("Only a message, without naming the Center")),
    (Person.Channel.IN_PERSON, _("Do not call: I will come myself")),
    (Person.Channel.TRUSTED, _("Through a person I trust")),
)


class ContactForm(Form):
    """First of all: how to come back to the person without harm."""

    safe_contact = forms.ChoiceField(
        label=_("How can we reach you safely?"), choices=CHANNELS, widget=widgets.RadioList
    )
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=40, widget=widgets.PhoneInput(attrs=OFF)
    )
    safe_contact_note = forms.CharField(
        label=_("When is it safe, or through whom?"),
        required=False,
        max_length=300,
        help_text=_("For example: on weekdays from 10 to 12; my sister Aigul, +7…"),
        widget=forms.TextInput(attrs=OFF),
    )

    def clean(self) -> dict[str, Any]:
        """The way chosen has what it needs."""
        data = super().clean() or {}
        way, phone = data.get("safe_contact"), (data.get("phone") or "").strip()
        if phone:
            try:
                normalise_phone(phone)
            except ValidationError as error:
                self.add_error("phone", error)
        elif way in BY_PHONE:
            self.add_error("phone", _("This way to reach you needs a phone number."))
        note = (data.get("safe_contact_note") or "").strip()
        if way == Person.Channel.TRUSTED and not note:
            self.add_error("safe_contact_note", _("Write who it is and how to find them."))
        return data


class StoryForm(Form):
    """What happened and to whom."""

    about = forms.ChoiceField(
        label=_("Whom is it about?"), choices=Intake.About.choices, widget=widgets.RadioList
    )
    first_name = forms.CharField(
        label=_("What may we call you?"),
        max_length=100,
        help_text=_("Any name will do."),
        widget=forms.TextInput(attrs=OFF),
    )
    said = fields.TextField(
        label=_("What happened, and what help is needed?"),
        help_text=_("In a few words, as you can."),
        max_length=3000,
        rows=5,
    )
    violence = fields.YesNoField(label=_("Does anybody at home beat, force or threaten?"))
    threat = fields.YesNoField(label=_("Is there danger to life or health right now?"))

    def clean_first_name(self) -> str:
        """A name of letters, as every name of a person here."""
        name: str = self.cleaned_data["first_name"]
        check_name(name)
        return name

    def clean_said(self) -> str:
        """A text the database can hold."""
        text: str = self.cleaned_data["said"]
        check_text(text)
        return text


class CenterField(forms.ModelChoiceField):
    """A Center by the district it serves, under its region."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Center.objects.active().with_place().order_by("district__region__kato", "code")
        super().__init__(queryset=rows, empty_label=_("Choose"), **kwargs)

    def grouped(self) -> list[Any]:
        """Choices under their regions: one query."""
        regions: dict[str, list[tuple[str, str]]] = {}
        for center in self.queryset:
            regions.setdefault(center.district.region.name, []).append((str(center.pk), center.district.name))
        return [("", self.empty_label), *regions.items()]


class PlaceForm(Form):
    """Where, and a last look. `website` is for programs that fill in everything."""

    center = CenterField(
        label=_("Where do you live, or are now?"),
        widget=widgets.SearchSelect,
        help_text=_("If your district is not in the list, choose the nearest one."),
    )
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={**OFF, "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        center: Any = self.fields["center"]
        center.widget.choices = center.grouped()

    def layout(self) -> Layout:
        return Layout("center", Div(HTML(""), "website", css_class="for-programs", aria_hidden="true"))

    def looks_like_a_program(self, seconds: float) -> bool:
        """Whether the hidden field was filled, or all three steps came faster than anybody types."""
        return bool(self.data.get("website")) or seconds < FASTEST


# Seconds that three steps take at least.
FASTEST = 3
STEPS: dict[str, type[Form]] = {"contact": ContactForm, "story": StoryForm, "place": PlaceForm}


class StatusForm(Form):
    """Number and code of a slip."""

    number = forms.CharField(label=_("Number on the slip"), max_length=40, widget=forms.TextInput(attrs=OFF))
    code = forms.CharField(label=_("Code on the slip"), max_length=20, widget=forms.TextInput(attrs=OFF))


class FileForm(StatusForm):
    """A file for the own request."""

    file = forms.FileField(
        label=_("File"), widget=widgets.FileInput(), help_text=_("PDF, PNG, JPEG, DOCX or XLSX, up to 15 MB.")
    )
