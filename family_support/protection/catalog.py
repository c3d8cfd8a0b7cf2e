"""Terms of keeping as a list of the reference data: the ministry's editor enters what a lawyer has confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from family_support.base.errors import Invalid
from family_support.protection.models import DisposalItem, RetentionRule
from family_support.reference.catalogs import Catalog, Fact, Use, register, register_use
from family_support.reference.forms import RowForm

MOST_YEARS = 100


class RetentionForm(RowForm):
    """For how many years, and whether a lawyer has confirmed it."""

    years = forms.IntegerField(label=gettext_lazy("Years after closing"), required=False)
    confirmed = forms.BooleanField(
        label=gettext_lazy("A lawyer has confirmed this term"),
        required=False,
        help_text=gettext_lazy("Nothing is erased by a term that is not confirmed."),
    )
    plain: tuple[str, ...] = ("years", "confirmed")


def check_rule(row: Any, content: Mapping[str, Any]) -> None:
    """Raise Invalid for a term that is missing or out of range."""
    years = content.get("years")
    if years is None or not 1 <= years <= MOST_YEARS:
        message = _("A whole number from 1 to %(most)s.") % {"most": MOST_YEARS}
        raise Invalid("years", fields={"years": message})


def _listed(keys: Sequence[int]) -> dict[int, int]:
    rows = DisposalItem.objects.filter(rule__in=keys)
    return dict(rows.order_by().values_list("rule").annotate(n=Count("pk")))


RETENTION = Catalog(
    slug="retention",
    title=gettext_lazy("Terms of keeping"),
    intro=gettext_lazy(
        "For how many years after closing the data of a case are kept (94-V art. 12). What is over is proposed to the "
        "director of the Center; nothing is erased by a term that no lawyer has confirmed."
    ),
    icon="archive",
    model=RetentionRule,
    key=("kind",),
    content=RetentionForm.plain,
    facts=(
        Fact(gettext_lazy("Years after closing"), lambda row: str(row.years), listed=True),
        Fact(
            gettext_lazy("confirmed by a lawyer"),
            lambda row: _("Yes") if row.confirmed else _("No"),
            listed=True,
        ),
    ),
    form=RetentionForm,
    may_end=False,
    order=("kind", "valid_from"),
    name=lambda row: str(row.get_kind_display()),
    code=lambda row: str(row.kind),
    check=check_rule,
)


def register_lists() -> None:
    """Called when the applications are ready."""
    register(RETENTION)
    register_use("retention", Use(gettext_lazy("Cases on lists for erasure"), _listed))
