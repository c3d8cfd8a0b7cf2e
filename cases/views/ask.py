"""Asking for help without an account: three steps on one address, a slip, and the state by the slip."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases import actions, slips
from cases.asking import Answers, begin, seal, unseal
from cases.forms.ask import STEPS, FileForm, StatusForm
from cases.models import Intake
from family_support.access.decorators import public
from family_support.accounts.limits import within_limit
from family_support.base import clock
from family_support.base.errors import Conflict
from family_support.directory.models import Center
from family_support.ui.actions import run
from family_support.ui.components import SummaryRow
from family_support.ui.forms import Form

ORDER = tuple(STEPS)


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """One step, the next, the one before, another language; at the end the slip."""
    now = clock.now()
    if request.method != "POST":
        return _page(request, begin(now), ORDER[0])
    answers = unseal(request.POST.get("state", ""))
    step = request.POST.get("step", "")
    if answers is None or step not in STEPS or not _complete(answers, step):
        return _page(request, begin(now), ORDER[0], status=400, too_old=True)
    if request.POST.get("language", "") in dict(settings.LANGUAGES):
        return _in_language(request, answers, step)
    if "back" in request.POST:
        answers.steps[step] = _typed(request, step)
        return _page(request, answers, ORDER[max(ORDER.index(step) - 1, 0)])
    form = STEPS[step](request.POST)
    if not form.is_valid():
        return _page(request, answers, step, form, status=400)
    answers.steps[step] = _typed(request, step)
    if step != ORDER[-1]:
        return _page(request, answers, ORDER[ORDER.index(step) + 1])
    return _send(request, answers, form, now)


def _complete(answers: Answers, step: str) -> bool:
    """Whether every step before this one was answered: the order is not the browser's to choose."""
    return all(before in answers.steps for before in ORDER[: ORDER.index(step)])


def _typed(request: HttpRequest, step: str) -> dict[str, str]:
    """What stands in the step's fields, right or wrong: nothing typed is lost."""
    return {name: request.POST.get(name, "")[:4000] for name in STEPS[step].base_fields if name != "website"}


def _in_language(request: HttpRequest, answers: Answers, step: str) -> HttpResponse:
    """The same step with the same words in it, in another language, which the browser's window remembers."""
    language = request.POST["language"]
    translation.activate(language)
    request.LANGUAGE_CODE = language
    answers.steps[step] = _typed(request, step)
    response = _page(request, answers, step)
    response.headers["Content-Language"] = language
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=bool(settings.LANGUAGE_COOKIE_SECURE),
        samesite="Lax",
    )
    return response


def _send(request: HttpRequest, answers: Answers, form: Form, now: datetime) -> HttpResponse:
    """Hand the request over, unless there were too many or a program wrote it."""
    if form.looks_like_a_program(now.timestamp() - answers.began):  # type: ignore[attr-defined]
        form.add_error(None, _("Look through your answers once more, then send."))
        return _page(request, answers, ORDER[-1], form, status=400)
    if not within_limit(request, "ask"):
        return limited(request)
    given = answers.all()
    center: Center = form.cleaned_data["center"]
    done = run(
        form,
        actions.ask_for_help,
        center=center,
        first_name=given["first_name"],
        said=given["said"],
        about=given["about"],
        safe_contact=given["safe_contact"],
        phone=given["phone"],
        safe_contact_note=given["safe_contact_note"],
        threat=given["threat"] == "yes",
        violence=given["violence"] == "yes",
        key=answers.key,
        now=now,
    )
    if not done or done.value is None:
        return _page(request, answers, ORDER[-1], form, status=400)
    return _slip(request, done.value)


def _page(
    request: HttpRequest,
    answers: Answers,
    step: str,
    form: Form | None = None,
    *,
    status: int = 200,
    too_old: bool = False,
) -> HttpResponse:
    context = {
        "form": form or STEPS[step](initial=answers.steps.get(step, {})),
        "step": step,
        "number": ORDER.index(step) + 1,
        "steps": len(ORDER),
        "state": seal(answers),
        "rows": _rows(answers) if step == ORDER[-1] else [],
        "danger": answers.all().get("threat") == "yes",
        "too_old": too_old,
    }
    return render(request, "cases/ask.html", context, status=status)


def _rows(answers: Answers) -> list[SummaryRow]:
    """A last look at what was answered, in words."""
    rows: list[SummaryRow] = []
    for step in ORDER[:-1]:
        form = STEPS[step](answers.steps[step])
        form.is_valid()
        for bound in form:
            value = answers.steps[step].get(bound.name, "")
            words: dict[str, Any] = dict(getattr(bound.field, "choices", ()))
            if value:
                rows.append(SummaryRow(bound.label, words.get(value, value)))
    return rows


def _slip(request: HttpRequest, intake: Intake) -> HttpResponse:
    context = {
        "intake": intake,
        "number": slips.grouped(intake.reference),
        "at_once": intake.threat or intake.violence,
        "center": intake.center,
    }
    return render(request, "cases/ask_done.html", context)


def limited(request: HttpRequest) -> HttpResponse:
    """429, with the numbers that always answer."""
    return render(request, "cases/ask_limited.html", status=429)


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask_status(request: HttpRequest) -> HttpResponse:
    """The neutral state by number and code; a wrong code and no such slip get the same answer."""
    form = StatusForm(request.POST if request.method == "POST" else None)
    found: Intake | None = None
    status = 200
    if request.method == "POST":
        if not within_limit(request, "ask_status"):
            return limited(request)
        if form.is_valid():
            found = slips.find(form.cleaned_data["number"], form.cleaned_data["code"])
            if found is None:
                form.add_error(None, _("There is no slip with this number and code."))
        status = 200 if found else 400
    context = {"form": form, "intake": found, "told": slips.told(found).badge if found else None}
    return render(request, "cases/ask_status.html", context, status=status)


@public
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask_file(request: HttpRequest) -> HttpResponse:
    """Add a file to the own request, by number and code. Back comes that it was received, and nothing of what is kept;
    a wrong code and no such slip get the same answer."""
    form = FileForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    received = False
    if request.method == "POST":
        # Both counters: codes are not guessed here faster than on the page of the state.
        if not (within_limit(request, "ask_file") and within_limit(request, "ask_status")):
            return limited(request)
        if form.is_valid():
            received = _add_file(form)
    status = 200 if received or request.method != "POST" else 400
    return render(request, "cases/ask_file.html", {"form": form, "received": received}, status=status)


def _add_file(form: FileForm) -> bool:
    """Whether the file was taken; otherwise the form says why not."""
    found = slips.find(form.cleaned_data["number"], form.cleaned_data["code"])
    if found is None:
        form.add_error(None, _("There is no slip with this number and code."))
        return False
    try:
        done = run(
            form, actions.add_to_request, intake=found, upload=form.cleaned_data["file"], now=clock.now()
        )
    except Conflict as error:
        form.add_error(None, str(error.detail))
        return False
    return bool(done)
