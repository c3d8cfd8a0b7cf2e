"""Input of the pages for tasks, reports and reviews."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.base.errors import Invalid
from family_support.ui.fields import DayField, TextField
from family_support.ui.forms import Form, VersionMixin
from family_support.ui.widgets import FileInput, RadioList
from interagency.models import Review, ServiceNorm, Task, TaskReport
from interagency.rules import check_reason


class DeclineForm(VersionMixin, Form):
    """Why the task is not the body's competence."""

    reason = TextField(label=_("Why this is not your body's competence"), max_length=1000, rows=3)


class ReportForm(VersionMixin, Form):
    """Information on execution (R192 11)."""

    result = forms.ChoiceField(label=_("Result"), choices=TaskReport.Result.choices, widget=RadioList)
    text = TextField(label=_("What was done"), max_length=4000, rows=5)
    provided_on = DayField(label=_("Date on which the support was provided"), required=False)
    service_refused = forms.BooleanField(label=_("The state service was refused"), required=False)
    lowered_risks = TextField(
        label=_("Lowered social and behavioral risks"),
        required=False,
        max_length=2000,
        rows=3,
        help_text=_("If there is something to tell, within the law on personal data."),
    )
    file = forms.FileField(
        label=_("File that confirms it"),
        required=False,
        widget=FileInput(),
        help_text=_("PDF, JPEG or PNG, up to 15 MB."),
    )


class ReviewForm(VersionMixin, Form):
    """The Center's mark on a report, or its return for rework."""

    mark = forms.ChoiceField(label=_("Status mark"), choices=Review.Mark.choices, widget=RadioList)
    reason = TextField(label=_("Reason or remark"), required=False, max_length=2000, rows=3)
    ground = forms.ChoiceField(
        label=_("Ground of return"),
        required=False,
        choices=[("", "—"), *Review.ReturnGround.choices],
    )
    service_norm = forms.ModelChoiceField(
        label=_("Norm breached"),
        queryset=ServiceNorm.objects.none(),
        required=False,
        empty_label="—",
        help_text=_("For a breach of state-service law (R192 11)."),
    )
    norm = forms.CharField(label=_("How it was breached"), required=False, max_length=300)
    new_due_on = DayField(label=_("New date"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["service_norm"]
        chosen.queryset = ServiceNorm.objects.in_force(today)

    def layout(self) -> Layout:
        """What belongs to a return is asked only when it is one."""
        return_only = Fieldset(
            _("Return for rework"),
            "ground",
            "service_norm",
            "norm",
            "new_due_on",
            css_class="only-if-returned",
        )
        return Layout("version", "mark", "reason", return_only)


class ReasonOnlyForm(Form):
    """A step that needs a reason."""

    reason = TextField(label=_("Reason"), max_length=1000, rows=3)


class WithdrawForm(VersionMixin, ReasonOnlyForm):
    """Taking a task back."""


class SettleForm(VersionMixin, Form):
    """How the Center settles a decline."""

    RESEND, AMEND, DROP = "resend", "amend", "drop"
    how = forms.ChoiceField(
        label=_("How it is settled"),
        choices=[
            (RESEND, _("The task is the body's: send it again with an answer")),
            (AMEND, _("Another executor: amend the plan")),
            (DROP, _("The measure is not carried out by a body: withdraw the task")),
        ],
        widget=RadioList,
    )
    note = TextField(
        label=_("Answer to the body, or the reason"),
        max_length=1000,
        rows=3,
        required=False,
        help_text=_("The body reads the answer when the task is sent again. Not needed for an amendment."),
    )
    due_on = DayField(label=_("Date for the report"), required=False)

    def clean(self) -> dict[str, Any]:
        """An answer to the body and a withdrawal need words, as the actions ask."""
        data = super().clean() or {}
        if data.get("how") in (self.RESEND, self.DROP):
            try:
                check_reason(data.get("note", ""), "note")
            except Invalid as error:
                self.add_error("note", str(error.fields["note"][0]))
        return data


class OfficerField(forms.ModelChoiceField):
    """An officer of the body, or nobody in particular."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Membership.objects.none(), required=False, **kwargs)

    def offer(self, officers: Sequence[Membership]) -> None:
        """Set who may be chosen."""
        rows = Membership.objects.filter(pk__in=[officer.pk for officer in officers])
        self.queryset = rows.select_related("user").order_by("user__last_name", "user__first_name", "pk")

    def label_from_instance(self, obj: Membership) -> str:
        return obj.user.full_name


class AssignForm(Form):
    """Chosen tasks to one officer. The check boxes stand in the table."""

    tasks = forms.MultipleChoiceField(
        label=_("Tasks"), required=False, error_messages={"invalid_choice": _("Choose a task of this list.")}
    )
    officer = OfficerField(label=_("Give the chosen tasks to"), empty_label=_("nobody in particular"))

    def __init__(
        self, *args: Any, officers: Sequence[Membership], tasks: Sequence[Task], **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", "assign_%s")
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["officer"].offer(officers)
        fields["tasks"].choices = [(str(task.pk), str(task.pk)) for task in tasks]

    def layout(self) -> Layout:
        return Layout("officer")


class HandOverForm(Form):
    """All tasks of one officer to another."""

    holder = OfficerField(label=_("All tasks of"), empty_label="—")
    to = OfficerField(label=_("Give them to"), empty_label=_("nobody in particular"))

    def __init__(
        self, *args: Any, holders: Sequence[Membership], officers: Sequence[Membership], **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", "over_%s")
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["holder"].offer(holders)
        fields["holder"].required = True
        fields["to"].offer(officers)
