"""Norms of state-service law that a return for rework names, as a list of the reference data (R192 11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from family_support.reference.catalogs import Catalog, Fact, Use, names_of, register, register_use
from family_support.reference.forms import NamedForm, text_in
from interagency.models import Review, ServiceNorm


class ServiceNormForm(NamedForm):
    """What a norm asks for, and where it stands in its act."""

    clause_kk = text_in("kk", _("Clause in Kazakh"), max_length=60)
    clause_ru = text_in("ru", _("Clause in Russian"), max_length=60)
    clause_en = text_in("en", _("Clause in English"), max_length=60)
    plain: tuple[str, ...] = (*NamedForm.plain, "clause_kk", "clause_ru", "clause_en")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clause_kk"].help_text = _("Where it stands in the act, for example «art. 5(2)(1)».")


class NewServiceNormForm(ServiceNormForm):
    """A norm that returns have not named before."""

    code = forms.RegexField(
        label=_("Code"),
        regex=r"^[A-Z0-9][A-Z0-9-]{2,19}$",
        help_text=_("Latin capitals, digits and hyphens, like 88V-RULES; it never changes."),
        error_messages={"invalid": _("Only Latin capitals, digits and hyphens, 3 to 20 of them.")},
    )


def _clauses(row: ServiceNorm) -> str:
    """The clause in its three languages, short enough for one line of the list."""
    return names_of(row, "clause").replace("\n", " / ")


def _returns(keys: Sequence[int]) -> dict[int, int]:
    rows = Review.objects.filter(service_norm__in=keys)
    return dict(rows.order_by().values_list("service_norm").annotate(n=Count("pk")))


SERVICE_NORMS = Catalog(
    slug="service-norms",
    title=_("Norms of state services"),
    intro=_(
        "Norms of state-service law whose breach is a ground to return a report for rework (R192 11). Returns keep the "
        "wording of their day."
    ),
    icon="gavel",
    model=ServiceNorm,
    key=("code",),
    content=ServiceNormForm.plain,
    facts=(
        Fact(_("What it is called"), names_of),
        Fact(_("Clause"), _clauses, listed=True),
    ),
    texts=("name", "clause"),
    form=ServiceNormForm,
    new_form=NewServiceNormForm,
    new_title=_("New norm"),
    name=lambda row: row.name,
)


def register_lists() -> None:
    """Called when the applications are ready."""
    register(SERVICE_NORMS)
    register_use("service-norms", Use(_("Returns for rework"), _returns))
