"""One way from a form to an action and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.db import OperationalError
from django.forms.formsets import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from family_support.base.database_errors import crossed
from family_support.base.errors import AppError, Conflict, Invalid
from family_support.ui.forms import HelperMixin

T = TypeVar("T")
Typed = list[tuple[str, str]]

# What is sent with a form but never typed by a person, or must never be shown again.
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "version", "key", "next", "then", "action"})
SECRET = ("password", "code", "credential")
CODE = re.compile(r"[a-z_]+|[A-Z_]+|\d{1,6}|[0-9a-f-]{36}")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """True when the action was carried out; ``value`` is what it returned."""

    done: bool
    value: T | None = None

    def __bool__(self) -> bool:
        return self.done


def run(form: forms.BaseForm | None, action: Callable[..., T], /, **kwargs: Any) -> Outcome[T]:
    """Carry out an action for a valid form.

    ``Invalid`` becomes messages on the form (those of unknown fields stand above it) and the outcome is false.
    Anything else rises: a ``Conflict`` takes along what was typed, for the 409 page.
    """
    try:
        return Outcome(True, action(**kwargs))
    except Invalid as error:
        if form is None:
            raise
        add_errors(form, error)
        return Outcome(False)
    except Conflict as error:
        _keep_typed(error, form)
        raise
    except OperationalError as error:
        conflict = crossed(error)
        if conflict is None:
            raise
        _keep_typed(conflict, form)
        raise conflict from error


def _keep_typed(error: AppError, form: forms.BaseForm | None) -> None:
    if form is not None:
        vars(error)["typed"] = typed_of(form)


def add_errors(form: forms.BaseForm, error: AppError) -> None:
    """Put the messages of an error beside their fields."""
    if not error.fields:
        form.add_error(None, str(error.detail))
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, str(text))
    if isinstance(form, HelperMixin):
        form.ask_for_files()


def typed_of(form: forms.BaseForm) -> Typed:
    """(label, text) of each visible field a person filled in."""
    rows: Typed = []
    for bound in form:
        if bound.is_hidden or any(word in bound.name.lower() for word in SECRET):
            continue
        value = bound.value()
        text = _choice_text(bound, value) if value not in (None, "", []) else ""
        if text:
            rows.append((str(bound.label or bound.name), text))
    return rows


def _choice_text(bound: forms.BoundField, value: Any) -> str:
    """The chosen words rather than their codes."""
    choices = getattr(bound.field, "choices", None)
    if choices is None:
        return str(value) if not isinstance(bound.field, forms.FileField) else ""
    wanted = {str(item) for item in (value if isinstance(value, list | tuple) else [value])}
    return ", ".join(str(text) for code, text in _flat(choices) if str(code) in wanted)


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for code, text in choices:
        if isinstance(text, list | tuple):
            yield from text
        else:
            yield code, text


def typed_in(request: HttpRequest) -> Typed:
    """("Field 1", text) of what a POST carried, in its order, when no form is at hand to give labels.

    Codes of choices and numbers of rows are left out: nobody typed them.
    """
    try:
        data = request.POST
    except Exception:  # a body that cannot be read holds nothing to give back
        return []
    rows: Typed = []
    for name in data:
        if name in NOT_TYPED or any(word in name.lower() for word in SECRET) or name.endswith("_FORMS"):
            continue
        text = "\n".join(value for value in data.getlist(name) if value.strip())
        if text and not CODE.fullmatch(text):
            rows.append((_("Field %(number)d") % {"number": len(rows) + 1}, text))
    return rows


def respond(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *forms_shown: forms.BaseForm | BaseFormSet[Any],
) -> HttpResponse:
    """The page with its forms: 400 when one of them was sent and refused, else 200."""
    shown = forms_shown or tuple(
        value for value in context.values() if isinstance(value, forms.BaseForm | BaseFormSet)
    )
    refused = any(form.is_bound and not form.is_valid() for form in shown)
    return render(request, template, context, status=400 if refused else 200)
