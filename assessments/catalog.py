"""The grounds of a hard life situation as a list of the reference data (Social Code art. 133)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Count, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import AssessmentGround, Ground
from family_support.base.clock import local_date
from family_support.base.errors import Invalid
from family_support.reference.catalogs import Catalog, Fact, Use, names_of, register, register_use
from family_support.reference.forms import NamedForm, text_in
from family_support.ui.fields import TextField

LANGUAGES = ("kk", "ru", "en")


def forms_text(row: Any) -> str:
    """The forms that must be named, a line each: code and three names."""
    return "\n".join(
        " | ".join([each["code"], *(each.get(language, "") for language in LANGUAGES)]) for each in row.forms
    )


class GroundForm(NamedForm):
    """A ground with the words that help the assessor."""

    number = forms.IntegerField(label=gettext_lazy("Number in the article"), min_value=1, max_value=99)
    help_kk = text_in("kk", gettext_lazy("What to look at, in Kazakh"), long=True, max_length=2000)
    help_ru = text_in("ru", gettext_lazy("What to look at, in Russian"), long=True, max_length=2000)
    help_en = text_in("en", gettext_lazy("What to look at, in English"), long=True, max_length=2000)
    forms_lines = TextField(
        label=gettext_lazy("Forms that must be named"),
        required=False,
        help_text=gettext_lazy("A line each: code | Kazakh | Russian | English"),
    )
    plain: tuple[str, ...] = (*NamedForm.plain, "number", "help_kk", "help_ru", "help_en")

    def initial_of(self, row: Any) -> dict[str, Any]:
        return {**super().initial_of(row), "forms_lines": forms_text(row)}

    def clean_forms_lines(self) -> list[dict[str, str]]:
        """Lines of four parts as rows. Errors: ValidationError naming the line."""
        found = []
        for number, line in enumerate(self.cleaned_data["forms_lines"].splitlines(), start=1):
            parts = [part.strip() for part in line.split("|")]
            if len(parts) != 1 + len(LANGUAGES) or not all(parts):
                raise forms.ValidationError(
                    _("Line %(n)s: code and three names, divided by |.") % {"n": number}
                )
            found.append(dict(zip(("code", *LANGUAGES), parts, strict=True)))
        return found

    def content(self) -> dict[str, Any]:
        return {**super().content(), "forms": self.cleaned_data["forms_lines"]}


class NewGroundForm(GroundForm):
    """A ground that a change of the Code brought."""

    code = forms.RegexField(
        label=gettext_lazy("Code"),
        regex=r"^[a-z][a-z_]{2,39}$",
        help_text=gettext_lazy("3–40 small Latin letters and underscores; it never changes."),
        error_messages={
            "invalid": gettext_lazy("Only small Latin letters and underscores, 3 to 40 of them.")
        },
    )


def check_ground(row: Any, content: Mapping[str, Any]) -> None:
    """Raise Invalid for a form named twice."""
    codes = [each["code"] for each in content["forms"]]
    if len(set(codes)) != len(codes):
        raise Invalid("form_twice", fields={"forms_lines": _("Each code may stand once.")})


def _assessments(keys: Sequence[int]) -> dict[int, int]:
    return dict(
        AssessmentGround.objects.filter(ground__in=keys).values_list("ground").annotate(n=Count("pk"))
    )


def latest_conclusion(keys: Sequence[int]) -> date | None:
    """The local day of the latest assessment concluded on one of these rows."""
    rows = AssessmentGround.objects.filter(ground__in=keys)
    found = rows.aggregate(latest=Max("assessment__concluded_at"))["latest"]
    return local_date(found) if found else None


GROUNDS = Catalog(
    slug="grounds",
    title=gettext_lazy("Grounds of a hard life situation"),
    intro=gettext_lazy(
        "Grounds of the Social Code, art. 133(1), that an assessment may stand on. Concluded ones keep the wording of "
        "their day."
    ),
    icon="gavel",
    model=Ground,
    key=("code",),
    content=(*GroundForm.plain, "forms"),
    facts=(
        Fact(gettext_lazy("Number in the article"), lambda row: str(row.number), listed=True),
        Fact(gettext_lazy("What it is called"), names_of),
        Fact(gettext_lazy("What to look at"), lambda row: names_of(row, "help")),
        Fact(gettext_lazy("Forms that must be named"), forms_text),
    ),
    texts=("name", "help"),
    form=GroundForm,
    new_form=NewGroundForm,
    new_title=gettext_lazy("New ground"),
    order=("number", "valid_from"),
    latest=latest_conclusion,
    check=check_ground,
)


def register_lists() -> None:
    """Called when the applications are ready."""
    register(GROUNDS)
    register_use("grounds", Use(gettext_lazy("Assessments"), _assessments))
