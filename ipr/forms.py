"""Shapes of input of the plan's pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseMember, Person
from family_support.accounts.models import Membership
from family_support.accounts.roles import WORKERS
from family_support.directory.models import Agency, StateService
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin, VersionMixin
from ipr.actions.content import MeasureData
from ipr.models import FamilyMeasure, Measure, MeasureTemplate, Participant, Plan
from ipr.rules import BY_DECISION

CENTER = "center"
NO_SERVICE = "none"
BY_CATALOG = ""


def _people(case: Case) -> Any:
    return Person.objects.filter(places__case=case).order_by("birth_date", "pk")


def _named(case: Case) -> Any:
    relations = {
        member.person_id: member.get_relation_display() for member in CaseMember.objects.filter(case=case)
    }

    def label(person: Person) -> str:
        born = f", {person.birth_date:%d.%m.%Y}" if person.birth_date else ""
        return f"{person.full_name or '—'}{born} ({relations.get(person.pk, '')})"

    return label


def _paper(*, required: bool = True) -> forms.FileField:
    return forms.FileField(
        label=_("Paper that confirms it"),
        help_text=_("PDF, JPEG or PNG, up to 15 MB"),
        widget=widgets.FileInput,
        required=required,
    )


class HeadForm(VersionMixin, Form):
    starts_on = fields.DayField(label=_("From"), required=False)
    ends_on = fields.DayField(label=_("Until"), required=False, help_text=_("At most one year (R256 15)"))
    goal = fields.TextField(label=_("Goal of the plan"), required=False, max_length=2000, rows=2)

    def layout(self) -> Layout:
        return Layout(
            Row(Column("starts_on", css_class="col-md-4"), Column("ends_on", css_class="col-md-4")),
            "goal",
            "version",
        )


class MeasureForm(KeyMixin, VersionMixin, Form):
    """A measure of a body or of the Center itself. The kind of support comes with the catalog's row."""

    template = forms.ChoiceField(label=_("Measure of the catalog"), widget=widgets.SearchSelect)
    text = fields.TextField(
        label=_("What is done"),
        max_length=2000,
        rows=3,
        help_text=_("For this family: what exactly, how often, where."),
    )
    goal = forms.CharField(label=_("Goal"), max_length=300)
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=Measure.Purpose.choices, initial=Measure.Purpose.SUPPORT
    )
    person = forms.ModelChoiceField(label=_("Whom it concerns"), queryset=Person.objects.none())
    executor = forms.ChoiceField(label=_("Executor"), widget=widgets.SearchSelect)
    service = forms.ChoiceField(label=_("State service"), required=False, widget=widgets.SearchSelect)
    starts_on = fields.DayField(label=_("From"))
    due_on = fields.DayField(label=_("Due date"))

    def __init__(self, *args: Any, case: Case, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        chosen["person"].queryset = _people(case)
        chosen["person"].label_from_instance = _named(case)
        self.templates = {
            str(row.pk): row
            for row in MeasureTemplate.objects.in_force(today).select_related("sector", "service")
        }
        chosen["template"].choices = [
            ("", "—"),
            *_grouped(self.templates.values(), lambda row: f"{row.code} {row.name}"),
        ]
        district = case.district_id or case.center.district_id
        bodies = Agency.objects.active().filter(district_id__in={district, case.center.district_id})
        self.agencies = {str(row.pk): row for row in bodies.prefetch_related("sectors").distinct()}
        chosen["executor"].choices = [
            ("", "—"),
            (CENTER, _("The Center itself")),
            *((key, _body(row)) for key, row in self.agencies.items()),
        ]
        services = (
            StateService.objects.in_force(today).select_related("sector").order_by("sector__order", "name_ru")
        )
        self.services = {str(row.pk): row for row in services}
        chosen["service"].choices = [
            (BY_CATALOG, _("as the catalog says")),
            (NO_SERVICE, _("none")),
            *_grouped(self.services.values(), lambda row: row.name),
        ]

    def layout(self) -> Layout:
        return Layout(
            "template",
            "text",
            "goal",
            Row(Column("purpose", css_class="col-md-6"), Column("person", css_class="col-md-6")),
            "executor",
            "service",
            Row(Column("starts_on", css_class="col-md-6"), Column("due_on", css_class="col-md-6")),
            "key",
            "version",
        )

    def _of_catalog(self, template: MeasureTemplate) -> StateService | None:
        """The catalog's service as it reads today: the ministry may have changed its row since."""
        code = template.service.code if template.service else None
        return next((row for row in self.services.values() if row.code == code), None)

    def data_for_action(self) -> MeasureData:
        """What was chosen; the state service is the catalog's unless another or none was chosen."""
        data = self.cleaned_data
        template = self.templates[data["template"]]
        service = self.services.get(data["service"]) if data["service"] else self._of_catalog(template)
        return MeasureData(
            template=template,
            text=data["text"],
            goal=data["goal"],
            purpose=data["purpose"],
            person=data["person"],
            agency=self.agencies.get(data["executor"]),
            by_center=data["executor"] == CENTER,
            service=service,
            starts_on=data["starts_on"],
            due_on=data["due_on"],
        )

    @staticmethod
    def initial_of(measure: Measure) -> dict[str, Any]:
        """The form's values of a measure."""
        return {
            "template": str(measure.template_id),
            "text": measure.text,
            "goal": measure.goal,
            "purpose": measure.purpose,
            "person": measure.person_id,
            "executor": CENTER if measure.by_center else str(measure.agency_id),
            "service": str(measure.service_id) if measure.service_id else NO_SERVICE,
            "starts_on": measure.starts_on,
            "due_on": measure.due_on,
        }

    # The action speaks of the agency; the form's field holds a body or the Center.
    error_fields = {"agency": "executor"}


def _grouped(rows: Any, label: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        groups.setdefault(row.sector.name, []).append((str(row.pk), label(row)))
    return list(groups.items())


def _body(agency: Agency) -> str:
    sectors = ", ".join(sector.name for sector in agency.sectors.all())
    return f"{agency.name} ({sectors})" if sectors else agency.name


class FamilyMeasureForm(KeyMixin, VersionMixin, Form):
    text = fields.TextField(label=_("What the family does"), max_length=2000, rows=3)
    person = forms.ModelChoiceField(label=_("Who does it"), queryset=Person.objects.none())
    starts_on = fields.DayField(label=_("From"))
    due_on = fields.DayField(label=_("Due date"))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = _people(case)
        person.label_from_instance = _named(case)


class ParticipantForm(KeyMixin, Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    specialty = forms.ChoiceField(label=_("Specialty"), choices=[("", "—"), *Participant.Specialty.choices])
    organization = forms.CharField(label=_("Organization"), max_length=300, required=False)
    took_part_on = fields.DayField(label=_("Took part on"))


class SignatureForm(KeyMixin, Form):
    """Recorded from paper: who signed, when, and the scan. Both stand on one page: each has its own labels."""

    signed_on = fields.DayField(label=_("Date of signature"))
    scan = forms.FileField(
        label=_("Scan of the signed paper"),
        help_text=_("PDF, JPEG or PNG, up to 15 MB"),
        widget=widgets.FileInput,
    )


class CenterSignatureForm(SignatureForm):
    membership = forms.ModelChoiceField(
        label=_("Who signed for the Center"), queryset=Membership.objects.none()
    )
    field_order = ("membership", "signed_on", "scan")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].label = _("Date of the Center's signature")
        self.fields["scan"].label = _("Scan with the Center's signature")
        membership: Any = self.fields["membership"]
        team = Membership.objects.filter(
            team_places__case=case, team_places__ends_at__isnull=True, role__in=sorted(WORKERS)
        )
        membership.queryset = team.select_related("user")
        membership.label_from_instance = lambda row: f"{row.user.full_name}, {row.get_role_display()}"


class FamilySignatureForm(SignatureForm):
    person = forms.ModelChoiceField(label=_("Who signed for the family"), queryset=Person.objects.none())
    field_order = ("person", "signed_on", "scan")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].label = _("Date of the family's signature")
        self.fields["scan"].label = _("Scan with the family's signature")
        person: Any = self.fields["person"]
        person.queryset = _people(case)
        person.label_from_instance = _named(case)


class DecisionForm(KeyMixin, VersionMixin, Form):
    """Only a yes, on the page that shows what is decided on."""


class ReturnForm(KeyMixin, VersionMixin, Form):
    reason = fields.TextField(
        label=_("Reason"), max_length=2000, help_text=_("What has to be changed, so that it can be approved.")
    )


class LeaveForm(KeyMixin, VersionMixin, Form):
    reason = fields.TextField(label=_("Reason"), max_length=1000, rows=3)


class MarkForm(KeyMixin, VersionMixin, Form):
    mark = forms.ChoiceField(
        label=_("How it went"),
        choices=[
            choice for choice in FamilyMeasure.State.choices if choice[0] != FamilyMeasure.State.PLANNED
        ],
        widget=widgets.RadioList,
    )
    evidence = fields.TextField(label=_("What confirms it"), max_length=2000, rows=3)
    file = _paper(required=False)


class CompleteForm(KeyMixin, VersionMixin, Form):
    completed_on = fields.DayField(label=_("Date of completion"))
    note = fields.TextField(label=_("Result for the family"), required=False, max_length=2000, rows=3)


def _ground() -> forms.ChoiceField:
    """The grounds that the head decides on; everything done is the completion mark."""
    choices = [(code, Plan.Termination(code).label) for code in BY_DECISION]
    return forms.ChoiceField(label=_("Ground (R256 19)"), choices=choices, widget=widgets.RadioList)


class ProposeEndForm(KeyMixin, VersionMixin, Form):
    """The caseworker's reasons for the head's decision."""

    ground = _ground()
    evidence = fields.TextField(
        label=_("Reasons and evidence"),
        max_length=4000,
        help_text=_("What happened, when, what was tried, which papers confirm it."),
    )
    file = _paper()


class TerminateForm(KeyMixin, VersionMixin, Form):
    """The head's decision, on a proposal or without one."""

    ground = _ground()
    evidence = fields.TextField(label=_("Reasons and evidence"), max_length=4000)
    file = _paper(required=False)
    number = forms.CharField(label=_("Number of the decision"), max_length=40)
    decided_on = fields.DayField(label=_("Date of the decision"))
    text = fields.TextField(label=_("Text of the decision"), max_length=4000, rows=3)
    ended_on = fields.DayField(label=_("Last day of the plan"))

    def layout(self) -> Layout:
        return Layout(
            "ground",
            "evidence",
            "file",
            Row(Column("number", css_class="col-md-6"), Column("decided_on", css_class="col-md-6")),
            "text",
            Row(Column("ended_on", css_class="col-md-6")),
            "key",
            "version",
        )


class RefuseEndForm(KeyMixin, Form):
    reason = fields.TextField(label=_("Reason"), max_length=2000, rows=3)


class NextPlanForm(KeyMixin, Form):
    """Whether what is not done yet goes on in the next plan."""

    carry_over = fields.YesNoField(label=_("Go on with the measures that are not done yet?"))
