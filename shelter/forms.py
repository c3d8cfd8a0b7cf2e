"""Shapes of input about places, stays and notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Person
from family_support.directory.models import Agency
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin, ReasonForm, VersionMixin
from family_support.ui.templatetags.ui import day
from shelter.models import MinorNotice, Place, Shelter, Stay
from shelter.rules import ADDRESSEES, REFERRING, Basis


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return _called(obj)


class PeopleChoice(forms.ModelMultipleChoiceField):
    """Any of the family is understood; only those who fit by age are offered."""

    widget = widgets.CheckList

    def offer(self, family: Sequence[Person], fitting: Sequence[Person]) -> None:
        self.queryset = Person.objects.filter(pk__in=[person.pk for person in family])
        self.widget.choices = [(person.pk, _called(person)) for person in fitting]


class PlaceChoice(forms.ModelChoiceField):
    """A place in use, with its beds and whether it is taken now."""

    taken: Mapping[int, date] = {}

    def offer(self, center_id: int, taken: Mapping[int, date]) -> None:
        self.taken = taken
        self.queryset = Place.objects.of_center(center_id).active().select_related("shelter")

    def label_from_instance(self, obj: Any) -> str:
        text = _("{place} · beds: {beds}").format(place=obj, beds=obj.beds)
        until = self.taken.get(obj.pk)
        if until is None:
            return str(text)
        taken = _("taken until {day}").format(day=day(until))
        return f"{text} · {taken}"


class BodyChoice(forms.ModelChoiceField):
    """A body of the region, of the sectors asked for."""

    widget = widgets.SearchSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Agency.objects.none(), empty_label="—", required=False, **kwargs)

    def offer(self, region_id: int, sectors: Sequence[str]) -> None:
        rows = Agency.objects.active().filter(district__region_id=region_id, sectors__code__in=sectors)
        self.queryset = rows.distinct().order_by("name_ru")

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


def _called(person: Person) -> str:
    born = f", {day(person.birth_date)}" if person.birth_date else ""
    return f"{person.full_name}{born}"


class ReserveForm(KeyMixin, Form):
    """Keep a place for an adult of the family."""

    person = PersonChoice(
        label=_("Who will stay"),
        queryset=Person.objects.none(),
        empty_label=None,
        help_text=_("An adult; the children who come along are named at the check-in."),
    )
    place = PlaceChoice(label=pgettext_lazy("stay", "Place"), queryset=Place.objects.none(), empty_label="—")
    arrives_at = fields.MomentField(label=_("Expected arrival"))
    episode_note = fields.TextField(
        label=_("What happened anew"),
        help_text=_("Only for a person who has stayed here before: the head has to allow the new stay."),
        required=False,
        max_length=2000,
        rows=3,
    )

    def __init__(
        self,
        *args: Any,
        adults: Sequence[Person],
        center_id: int,
        taken: Mapping[int, date],
        again: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = Person.objects.filter(pk__in=[each.pk for each in adults])
        place: Any = self.fields["place"]
        place.offer(center_id, taken)
        if not again:
            self.fields["episode_note"].widget = forms.HiddenInput()


class CheckInForm(VersionMixin, Form):
    """The exact moment, exactly one basis with its scan, and who came along."""

    admitted_at = fields.MomentField(label=_("When the person came"))
    place = PlaceChoice(label=pgettext_lazy("stay", "Place"), queryset=Place.objects.none(), empty_label=None)
    basis = forms.ChoiceField(
        label=_("Basis of the stay"),
        help_text=_("Exactly one (R256 25)."),
        choices=Stay.Basis.choices,
        widget=widgets.RadioList,
        required=False,
    )
    referral_agency = BodyChoice(label=_("Body of social protection, health or internal affairs"))
    referral_number = forms.CharField(label=_("Number of the referral"), required=False, max_length=60)
    referral_on = fields.DayField(label=_("Date of the referral"), required=False)
    application_on = fields.DayField(label=_("Date of the application"), required=False)
    scan = forms.FileField(
        label=_("Scan of the referral or application"), required=False, widget=widgets.FileInput
    )
    minors = PeopleChoice(
        label=_("Children under 18 who came along"),
        queryset=Person.objects.none(),
        required=False,
        help_text=_("With a child both notices are due within 24 hours (R256 26)."),
    )
    adults = PeopleChoice(label=_("Adults who came along"), queryset=Person.objects.none(), required=False)

    def __init__(
        self,
        *args: Any,
        family: Sequence[Person],
        today: date,
        center_id: int,
        region_id: int,
        taken: Mapping[int, date],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, Any] = dict(self.fields)
        offered["place"].offer(center_id, taken)
        offered["referral_agency"].offer(region_id, REFERRING)
        unknown = [person for person in family if person.birth_date is None]
        minors = [person for person in family if person.is_minor(today)]
        grown = [person for person in family if person.birth_date and not person.is_minor(today)]
        offered["minors"].offer(family, [*minors, *unknown])
        offered["adults"].offer(family, [*grown, *unknown])
        self.nobody = {
            name for name, fits in (("minors", minors), ("adults", grown)) if not fits and not unknown
        }

    def layout(self) -> Layout:
        # With two bases given both parts have to be seen, to empty one.
        hide = "basis" not in self.errors
        people = [name for name in ("minors", "adults") if name not in self.nobody]
        return Layout(
            Row(Column("admitted_at", css_class="col-md-5"), Column("place", css_class="col-md-7")),
            "basis",
            Fieldset(
                _("Referral of a body"),
                "referral_agency",
                Row(
                    Column("referral_number", css_class="col-md-6"),
                    Column("referral_on", css_class="col-md-6"),
                ),
                css_class="only-if-referral" if hide else "",
            ),
            Fieldset(
                _("Personal application"),
                "application_on",
                css_class="only-if-application" if hide else "",
            ),
            "scan",
            *people,
            "version",
        )

    @property
    def given_basis(self) -> Basis:
        """What was filled in as the basis."""
        data = self.cleaned_data
        return Basis(
            chosen=data["basis"],
            agency=data["referral_agency"],
            number=data["referral_number"],
            referral_on=data["referral_on"],
            application_on=data["application_on"],
        )


class MinorForm(Form):
    """A child that comes to a stay later."""

    minor = PersonChoice(label=_("Which child came"), queryset=Person.objects.none(), empty_label=None)
    came_at = fields.MomentField(label=_("When the child came"))

    def __init__(self, *args: Any, family: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        minor: Any = self.fields["minor"]
        minor.queryset = Person.objects.filter(pk__in=[person.pk for person in family])


class ReasonOfForm(VersionMixin, ReasonForm):
    """A decision on the version seen, with its reason."""


class ExitPlanForm(VersionMixin, Form):
    exit_going = forms.ChoiceField(
        label=_("Where the person goes"), choices=Stay.Going.choices, widget=widgets.RadioList
    )
    exit_plan = fields.TextField(
        label=_("What is done until then, and by whom"),
        help_text=_("Housing, work or benefits, school of the children, safety. Kept encrypted."),
        rows=6,
    )


class CheckOutForm(VersionMixin, Form):
    checked_out_at = fields.MomentField(label=_("When the person left"))
    going = forms.ChoiceField(
        label=_("Where the person went"), choices=Stay.Going.choices, widget=widgets.RadioList
    )
    leaving = forms.ChoiceField(label=_("Reason"), choices=Stay.Leaving.choices, widget=widgets.RadioList)
    leaving_note = fields.TextField(
        label=_("Note"), help_text=_("Kept encrypted."), required=False, max_length=1000, rows=2
    )


class SendForm(VersionMixin, Form):
    """The mark that a notice was sent, with its proof."""

    agency = BodyChoice(label=_("Addressee"))
    way = forms.ChoiceField(
        label=_("How it was sent"), choices=MinorNotice.Way.choices, widget=widgets.RadioList
    )
    sent_at = fields.MomentField(label=_("When"))
    number = forms.CharField(label=_("Outgoing number"), required=False, max_length=60)
    proof = forms.FileField(
        label=_("Proof: receipt, postal slip or mark of delivery"), required=False, widget=widgets.FileInput
    )

    def __init__(self, *args: Any, kind: str, region_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Any = self.fields["agency"]
        agency.offer(region_id, ADDRESSEES[kind])

    def layout(self) -> Layout:
        return Layout(
            "agency",
            "way",
            Row(Column("sent_at", css_class="col-md-6"), Column("number", css_class="col-md-6")),
            "proof",
            "version",
        )


class ReceiptForm(VersionMixin, Form):
    """The body has the notice; its registration number when it told it."""

    received_on = fields.DayField(label=_("Received by the body on"))
    registration_number = forms.CharField(label=_("Their registration number"), required=False, max_length=60)


class RegistrationForm(VersionMixin, Form):
    registration_number = forms.CharField(label=_("Their registration number"), max_length=60)
    registered_on = fields.DayField(label=_("Registered on"))


class ShelterForm(VersionMixin, Form):
    """A house; its address is encrypted and never leaves the pages of the placed case's team."""

    name = forms.CharField(
        label=_("Name in the Center's use"),
        help_text=_("It must not tell where the house is: for example House 1."),
        max_length=60,
    )
    address = forms.CharField(
        label=_("Address"),
        help_text=_(
            "Encrypted. Only the team of a placed case sees it; it stands in no paper, list or letter."
        ),
        max_length=300,
    )
    phone = forms.CharField(
        label=_("Phone of the house"), required=False, max_length=40, widget=widgets.PhoneInput
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class PlaceForm(VersionMixin, Form):
    shelter = forms.ModelChoiceField(label=_("House"), queryset=Shelter.objects.none(), empty_label=None)
    name = forms.CharField(label=_("Room or bed"), max_length=60)
    beds = forms.IntegerField(label=_("Beds"), min_value=1, max_value=20, initial=2)
    note = forms.CharField(
        label=_("Note"), help_text=_("For example: ground floor, cot."), required=False, max_length=200
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args: Any, center_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shelter: Any = self.fields["shelter"]
        shelter.queryset = Shelter.objects.filter(center_id=center_id)
