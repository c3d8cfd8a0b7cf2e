"""A person as forms ask for them: minimal, or with the full profile once consent is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import HTML, Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions import PersonData
from cases.actions.people import PROFILE_FIELDS, cleaned
from cases.models import CaseMember, Person
from family_support.base import clock
from family_support.base.errors import Invalid
from family_support.directory.models import District
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin, VersionMixin

EMPTY = ("", "—")
MINIMAL = (
    "last_name",
    "first_name",
    "patronymic",
    "birth_date",
    "sex",
    "iin",
    "no_iin_reason",
    "phone",
    "safe_contact",
    "safe_contact_note",
    "district",
)


class DistrictField(forms.ModelChoiceField):
    """A district by its name and region in the active language: some names stand in two regions."""

    def __init__(self, **kwargs: Any) -> None:
        rows = District.objects.active().select_related("region").order_by("region_id", "name_ru")
        super().__init__(
            queryset=rows, widget=widgets.SearchSelect, required=False, empty_label="—", **kwargs
        )

    def label_from_instance(self, obj: District) -> str:
        return f"{obj.name} · {obj.region.name}"


class PersonFields(forms.Form):
    """The minimal data of a person (94-V art. 8: a signal is lawful without consent)."""

    iin = forms.CharField(
        label=_("IIN"),
        required=False,
        widget=widgets.IinInput(birth="birth_date", sex="sex"),
        help_text=_("12 digits, as in the identity document"),
    )
    no_iin_reason = forms.ChoiceField(
        label=_("Why there is no IIN"), required=False, choices=[EMPTY, *Person.NoIin.choices]
    )
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=100)
    first_name = forms.CharField(label=_("First name"), required=False, max_length=100)
    patronymic = forms.CharField(label=_("Patronymic"), required=False, max_length=100)
    birth_date = fields.DayField(label=_("Birth date"), required=False)
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=[EMPTY, *Person.Sex.choices])
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40, widget=widgets.PhoneInput)
    safe_contact = forms.ChoiceField(
        label=_("Safe way to reach"), required=False, choices=[EMPTY, *Person.Channel.choices]
    )
    safe_contact_note = forms.CharField(
        label=_("Safe contact: when and how"),
        required=False,
        max_length=300,
        help_text=_("For example: after 18:00 only"),
    )
    district = DistrictField(label=_("District where the person lives"))

    def clean(self) -> dict[str, Any]:
        """What is wrong with the person is told together with the rest of the form."""
        data = super().clean() or {}
        person = self.person_data()
        if not person.is_empty:
            try:
                cleaned(person, today=clock.today())
            except Invalid as error:
                for name, texts in error.fields.items():
                    if name not in self.errors and name in self.fields:
                        self.add_error(name, [str(text) for text in texts])
        return data

    def person_data(self) -> PersonData:
        """What the form holds, for the actions."""
        data = self.cleaned_data
        given: dict[str, Any] = {
            name: data.get(name) or "" for name in (*MINIMAL, *PROFILE_FIELDS) if name in self.fields
        }
        return PersonData(**{**given, "birth_date": data.get("birth_date"), "district": data.get("district")})


def person_rows() -> list[Row]:
    """The arrangement of the minimal fields."""
    return [
        Row(Column("iin", css_class="col-md-4"), Column("no_iin_reason", css_class="col-md-8")),
        Row(
            Column("last_name", css_class="col-md-4"),
            Column("first_name", css_class="col-md-4"),
            Column("patronymic", css_class="col-md-4"),
        ),
        Row(
            Column("birth_date", css_class="col-md-4"),
            Column("sex", css_class="col-md-4"),
            Column("phone", css_class="col-md-4"),
        ),
        Row(Column("safe_contact", css_class="col-md-4"), Column("safe_contact_note", css_class="col-md-8")),
        Row(Column("district", css_class="col-md-6")),
    ]


class MemberForm(KeyMixin, VersionMixin, PersonFields, Form):
    """A member of the family. The profile fields are there only with consent."""

    relation = forms.ChoiceField(
        label=_("Relation to the applicant"), choices=[EMPTY, *CaseMember.Relation.choices]
    )
    lives_together = forms.BooleanField(label=_("Lives with the family"), required=False, initial=True)
    legal_representative = forms.ModelChoiceField(
        label=_("Legal representative"), queryset=Person.objects.none(), required=False, empty_label="—"
    )
    address = forms.CharField(label=_("Address"), required=False, max_length=300)
    place_of_study = forms.CharField(
        label=_("School or place of study, class"), required=False, max_length=200
    )
    education = forms.CharField(label=_("Education"), required=False, max_length=200)
    work = forms.CharField(label=_("Work"), required=False, max_length=200)
    health_note = fields.TextField(
        label=_("Health: what help needs to know"), required=False, max_length=2000, rows=3
    )
    reason = forms.CharField(
        label=_("Reason of the change"),
        required=False,
        max_length=300,
        help_text=_("Kept in the history of the case."),
    )

    def __init__(
        self,
        *args: Any,
        members: Sequence[CaseMember],
        consented: bool,
        changing: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        people = [member.person_id for member in members]
        representative: Any = self.fields["legal_representative"]
        representative.queryset = Person.objects.filter(pk__in=people)
        representative.label_from_instance = lambda person: person.full_name
        self.consented = consented
        if not consented:
            for name in PROFILE_FIELDS:
                del self.fields[name]
        if not changing:
            del self.fields["reason"], self.fields["version"]
        else:
            del self.fields["key"]

    def layout(self) -> Layout:
        rows: list[Any] = [
            Row(
                Column("relation", css_class="col-md-4"),
                Column("legal_representative", css_class="col-md-4"),
                Column("lives_together", css_class="col-md-4 align-self-center"),
            ),
            *person_rows(),
        ]
        if self.consented:
            rows += [
                "address",
                Row(
                    Column("place_of_study", css_class="col-md-6"), Column("education", css_class="col-md-6")
                ),
                "work",
                "health_note",
            ]
        else:
            note = _("Address, study, work and health are filled in once consent is recorded (R256 13).")
            rows.append(HTML(f'<p class="text-secondary">{note}</p>'))
        rows += [name for name in ("reason", "version", "key") if name in self.fields]
        return Layout(*rows)


def initial_of(member: CaseMember) -> dict[str, Any]:
    """What the form starts with for a member already there."""
    person = member.person
    names = (*MINIMAL, *PROFILE_FIELDS)
    return {
        **{name: getattr(person, name) for name in names},
        "relation": member.relation,
        "lives_together": member.lives_together,
        "legal_representative": member.legal_representative_id,
        "version": person.version,
    }
