"""Shapes of input of the case's own steps: opening, risk, threat, closing, team."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from family_support.accounts.models import Membership
from family_support.ui import fields, widgets
from family_support.ui.forms import Form, KeyMixin, VersionMixin


class OpeningForm(Form):
    """Why somebody outside the team opens a case."""

    reason = fields.TextField(
        label=_("Why you open this case"),
        help_text=_("At least 10 characters. The reason is recorded; the team sees who opened the case."),
        max_length=1000,
        rows=3,
    )


class RiskForm(VersionMixin, Form):
    """Level of risk with its reason, and what everyone who meets the family must know."""

    risk = forms.ChoiceField(label=_("Risk"), choices=Case.Risk.choices, widget=widgets.RadioList)
    reason = fields.TextField(label=_("Reason of the risk level"), max_length=2000, rows=3)
    instruction = forms.CharField(
        label=_("Safety instruction"),
        help_text=_("Shown in the red banner, for example: visit only together with the police."),
        required=False,
        max_length=300,
    )


class ThreatForm(KeyMixin, Form):
    note = fields.TextField(
        label=_("What threatens whom"),
        help_text=_("Facts: who, whom, when, whether children are there. It stays in the case."),
        rows=4,
    )
    brief = fields.TextField(
        label=_("What the mobile group is told"),
        help_text=_(
            "What threatens, in a sentence: no names and no addresses. It can be written later, too."
        ),
        max_length=500,
        rows=2,
        required=False,
    )


class ClosingForm(VersionMixin, Form):
    """The reason is one of those the actor may choose in this stage."""

    closing = forms.ChoiceField(label=_("Why the case is closed"), widget=widgets.RadioList)
    note = fields.TextField(
        label=_("Reason and evidence"),
        help_text=_("For endings without a completed plan: the facts on which you decide (R256 19)."),
        required=False,
        rows=4,
    )

    def __init__(self, *args: Any, closings: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closing"].choices = [pair for pair in Case.Closing.choices if pair[0] in closings]  # type: ignore[attr-defined]


class WorkerField(forms.ChoiceField):
    """One of the Center's workers; the value is the membership, or None."""

    widget = widgets.SearchSelect

    def offer(self, workers: Iterable[Membership]) -> None:
        """Take these for the choices."""
        self.known = {str(person.pk): person for person in workers}
        self.choices = [("", "—"), *((key, _who(person)) for key, person in self.known.items())]

    def clean(self, value: Any) -> Membership | None:
        """The membership itself."""
        return self.known.get(super().clean(value))


def _who(person: Membership) -> str:
    return f"{person.user.full_name}, {person.get_role_display()}"


class WorkerForm(KeyMixin, Form):
    """Choose a worker: as lead, or as a member."""

    membership = WorkerField(label=_("Worker"))

    def __init__(self, *args: Any, workers: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].offer(workers)  # type: ignore[attr-defined]


class GrantForm(WorkerForm):
    """A named grant on a restricted case."""

    reason = fields.TextField(label=_("Why this person needs it"), rows=2, max_length=1000)
    ends_at = fields.MomentField(label=_("Until"), required=False)


class BarForm(Form):
    """The alleged abuser or a relative: their account sees nothing of the case."""

    iin = forms.CharField(
        label=_("IIN"), widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    relation = forms.CharField(label=_("Who this is to the family"), max_length=100)


class ReassignForm(Form):
    """All open cases of one worker to another."""

    leaving = forms.ModelChoiceField(
        label=_("Whose cases"), queryset=Membership.objects.none(), empty_label="—"
    )
    to = forms.ModelChoiceField(label=_("New lead"), queryset=Membership.objects.none(), empty_label="—")
    reason = fields.TextField(label=_("Reason"), max_length=1000, rows=2)

    def __init__(
        self, *args: Any, holders: Sequence[int], workers: Sequence[Membership], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        for name, keys in (("leaving", holders), ("to", [worker.pk for worker in workers])):
            rows = Membership.objects.filter(pk__in=keys).select_related("user")
            chosen[name].queryset = rows.order_by("user__last_name", "user__first_name", "pk")
            chosen[name].label_from_instance = lambda row: f"{row.user.full_name}, {row.get_role_display()}"
