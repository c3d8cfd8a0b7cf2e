"""Input of the pages for groups, alarms, response plans and visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.directory.models import Agency, Sector
from family_support.ui.fields import DayField, MomentField, TextField
from family_support.ui.forms import Form, KeyMixin, VersionMixin
from family_support.ui.widgets import CheckList, FileInput, PhoneInput, RadioList, SearchSelect
from mobile_groups.models import Alarm, GroupMember, ResponseMeasure, Visit
from mobile_groups.rules import COORDINATING, OBLIGATORY


class GroupForm(Form):
    """The akim's order (R256 21)."""

    year = forms.TypedChoiceField(label=_("Year of the mandate"), coerce=int)
    order_number = forms.CharField(label=_("Number of the akim's order"), max_length=50, required=False)
    order_date = DayField(label=_("Date of the akim's order"), required=False)
    issued_by = forms.CharField(
        label=_("Who issued the order"),
        max_length=200,
        required=False,
        help_text=_("The akim of the district; in a city without districts, the akim of the city."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = (today.year - 1, today.year, today.year + 1)
        # Last year is offered so that an order for it is refused with its reason, not as an unknown choice.
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]
        self.fields["year"].initial = today.year

    def layout(self) -> Layout:
        return Layout(
            Row(
                Column("year", css_class="col-md-4"),
                Column("order_number", css_class="col-md-4"),
                Column("order_date", css_class="col-md-4"),
            ),
            "issued_by",
            *(["version"] if "version" in self.fields else []),
        )


class GroupChangeForm(VersionMixin, GroupForm):
    """The same for a draft that is there."""


class OrderForm(Form):
    """The akim's order as a file."""

    scan = forms.FileField(
        label=_("Scan of the akim's order"),
        widget=FileInput(),
        required=False,
        help_text=_("PDF, JPEG or PNG, up to 15 MB."),
    )


class _Account(forms.ModelChoiceField):
    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.user.full_name} · {obj.agency.name if obj.agency else ''}"


class MemberForm(KeyMixin, Form):
    """A member with an account, or by name."""

    membership = _Account(
        label=_("Person with an account"),
        queryset=Membership.objects.none(),
        required=False,
        widget=SearchSelect,
        help_text=_("Gets the alarm in the system at once. Without an account fill in the fields below."),
    )
    sector = forms.ModelChoiceField(label=_("Sector"), queryset=Sector.objects.none())
    agency = forms.ModelChoiceField(
        label=_("Body"), queryset=Agency.objects.none(), required=False, widget=SearchSelect
    )
    name = forms.CharField(label=_("Full name"), max_length=200, required=False)
    post = forms.CharField(label=_("Post"), max_length=200)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False, widget=PhoneInput)

    def __init__(self, *args: Any, district_id: int | None, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = Membership.objects.active(today).filter(
            role=Role.GROUP_MEMBER, agency__district_id=district_id
        )
        _choices(self, "membership", accounts.with_names().order_by("user__last_name", "pk"))
        _choices(self, "agency", Agency.objects.active().filter(district_id=district_id).order_by("name_ru"))
        codes = (*OBLIGATORY, COORDINATING)
        obligatory = Sector.objects.filter(code__in=codes).order_by("order")
        _choices(self, "sector", obligatory | Sector.objects.statutory())

    def layout(self) -> Layout:
        return Layout(
            Row(Column("sector", css_class="col-md-6"), Column("post", css_class="col-md-6")),
            "membership",
            Row(Column("name", css_class="col-md-6"), Column("phone", css_class="col-md-6")),
            "agency",
        )


class MemberChangeForm(VersionMixin, MemberForm):
    """The same for somebody who is in the draft."""

    def layout(self) -> Layout:
        return Layout(*super().layout().fields, "version")


def _choices(form: forms.Form, name: str, rows: QuerySet) -> None:
    form.fields[name].queryset = rows  # type: ignore[attr-defined]


class BriefForm(VersionMixin, Form):
    """What the group is told."""

    brief = TextField(
        label=_("What the mobile group is told"),
        max_length=500,
        rows=3,
        required=False,
        help_text=_(
            "What threatens, in a sentence or two: no names, no addresses, never where the person hides."
        ),
    )


class EngageForm(VersionMixin, Form):
    """Only where no group is in force there is something to write."""

    instead = TextField(
        label=_("Whom you engaged instead"),
        required=False,
        max_length=1000,
        rows=3,
        help_text=_("Police, ambulance, guardianship: whom, when, what was agreed."),
    )

    def __init__(self, *args: Any, has_group: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_group:
            del self.fields["instead"]


class CloseForm(VersionMixin, Form):
    """How it ended."""

    outcome = forms.ChoiceField(label=_("How it ended"), choices=Alarm.Outcome.choices, widget=RadioList)
    note = TextField(label=_("What was reached, and who watches over it now"), max_length=2000, rows=4)


class PlanForm(KeyMixin, Form):
    """A response plan's beginning."""

    goal = TextField(label=_("What the response has to reach"), max_length=1000, rows=3)


class MeasureForm(Form):
    """A measure with the body that answers for it (R256 22)."""

    text = TextField(label=pgettext_lazy("response", "Measure"), max_length=2000, rows=3)
    agency = forms.ModelChoiceField(
        label=_("Responsible body or organization"), queryset=Agency.objects.none(), widget=SearchSelect
    )
    due_on = DayField(label=_("Due date"))

    def __init__(self, *args: Any, region_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Agency.objects.active().filter(district__region_id=region_id).select_related("district")
        _choices(self, "agency", rows.order_by("district__name_ru", "name_ru"))

    def layout(self) -> Layout:
        return Layout(
            "text",
            Row(Column("agency", css_class="col-md-8"), Column("due_on", css_class="col-md-4")),
            *(name for name in ("key", "version") if name in self.fields),
        )


class MeasureChangeForm(VersionMixin, MeasureForm):
    """The same for one that is there."""


class NewMeasureForm(KeyMixin, MeasureForm):
    """One more measure: pressed twice it is one all the same."""


class MarkForm(VersionMixin, Form):
    """How far a measure was carried out."""

    mark = forms.ChoiceField(
        label=pgettext_lazy("response", "Mark"), choices=ResponseMeasure.Mark.choices, widget=RadioList
    )
    note = TextField(label=_("What was done, or why not"), max_length=2000, rows=3)


class ReasonVersionForm(VersionMixin, Form):
    """A step that needs a reason."""

    reason = TextField(label=_("Reason"), max_length=1000, rows=3)


class VisitForm(KeyMixin, Form):
    """A visit to come."""

    planned_for = MomentField(label=_("When the group leaves"))
    purpose = TextField(label=_("What the visit is for"), max_length=1000, rows=2)
    place = TextField(
        label=_("Where to"),
        max_length=300,
        rows=2,
        required=False,
        help_text=_("Street and house, or where to meet. Never the address of the shelter."),
    )


class DepartForm(VersionMixin, Form):
    """The group leaves."""

    departed_at = MomentField(label=_("When the group left"))


class _Members(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: GroupMember) -> str:
        return f"{obj.name} · {obj.post} · {obj.sector.name}"


class _Workers(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.user.full_name} · {obj.get_role_display()}"


class ProtocolForm(VersionMixin, Form):
    """Both times, who was there, what was found and done."""

    arrived_at = MomentField(label=_("When the group arrived"))
    returned_at = MomentField(label=_("When the group came back"))
    members = _Members(
        label=_("Members of the group who were there"),
        queryset=GroupMember.objects.none(),
        widget=CheckList,
        required=False,
    )
    workers = _Workers(
        label=_("Workers of the Center who were there"),
        queryset=Membership.objects.none(),
        widget=CheckList,
        required=False,
    )
    result = forms.ChoiceField(label=_("Result"), choices=Visit.Result.choices, widget=RadioList)
    protocol = TextField(label=_("What the group saw and did"), max_length=6000, rows=8)

    def __init__(self, *args: Any, group_id: int, workers: Sequence[Membership] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = GroupMember.objects.filter(group_id=group_id).select_related("sector", "agency")
        _choices(self, "members", members)
        if workers:
            there = Membership.objects.filter(pk__in=[each.pk for each in workers])
            _choices(self, "workers", there.select_related("user"))
        else:
            del self.fields["workers"]

    def layout(self) -> Layout:
        return Layout(
            Row(Column("arrived_at", css_class="col-md-6"), Column("returned_at", css_class="col-md-6")),
            "members",
            *(["workers"] if "workers" in self.fields else []),
            "result",
            "protocol",
            "version",
        )


class PaperForm(Form):
    """The scan that stands for the signatures on paper."""

    scan = forms.FileField(
        label=_("Scan of the signed protocol"),
        widget=FileInput(),
        help_text=_("PDF, JPEG or PNG, up to 15 MB."),
    )
