"""Norms of state-service law that a return for rework names, as a list of the reference data (R192 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Invalid
from family_support.reference.catalogs import Catalog, Fact, Use, names_of, register, register_use
from family_support.reference.forms import NamedForm
from interagency.models import Review, ServiceNorm


class ServiceNormForm(NamedForm):
    """What a norm asks for, and where it stands in its act."""

    clause = forms.CharField(
        label=_("Clause"),
        max_length=60,
        help_text=_("Where it stands in the act, for example «art. 5(2)(1)»."),
    )
    plain: tuple[str, ...] = (*NamedForm.plain, "clause")


class NewServiceNormForm(ServiceNormForm):
    """A norm that returns have not named before."""

    code = forms.RegexField(
        label=_("Code"),
        regex=r"^[A-Z0-9][A-Z0-9-]{2,19}$",
        help_text=_("Latin capitals, digits and hyphens, like 88V-RULES; it never changes."),
        error_messages={"invalid": _("Only Latin capitals, digits and hyphens, 3 to 20 of them.")},
    )


def check_norm(row: Any, content: Mapping[str, Any]) -> None:
    """Raise Invalid for a norm without its clause: a return has to name it."""
    if not str(content.get("clause") or "").strip():
        raise Invalid("clause_missing", fields={"clause": _("Write where the norm stands in the act.")})


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
        Fact(_("Clause"), lambda row: row.clause, listed=True),
    ),
    texts=("name",),
    form=ServiceNormForm,
    new_form=NewServiceNormForm,
    new_title=_("New norm"),
    name=lambda row: row.name,
    check=check_norm,
)


def register_lists() -> None:
    """Called when the applications are ready."""
    register(SERVICE_NORMS)
    register_use("service-norms", Use(_("Returns for rework"), _returns))
