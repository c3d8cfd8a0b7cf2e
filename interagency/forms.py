"""Input of the pages for tasks, reports and reviews."""

from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.ui.fields import DayField, TextField
from family_support.ui.forms import Form, VersionMixin
from family_support.ui.widgets import FileInput, RadioList
from interagency.models import Review, TaskReport


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
        help_text=_("Only for a return for rework, like the two fields below."),
    )
    norm = forms.CharField(
        label=_("Norm breached"),
        required=False,
        max_length=300,
        help_text=_("Act and clause, for a breach of state-service law."),
    )
    new_due_on = DayField(label=_("New date"), required=False)


class ReasonOnlyForm(Form):
    """A step that needs a reason."""

    reason = TextField(label=_("Reason"), max_length=1000, rows=3)


class WithdrawForm(VersionMixin, ReasonOnlyForm):
    """Taking a task back."""
