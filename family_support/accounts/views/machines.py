"""Programs that call the API: the system administrator gives and takes their access."""

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from family_support.accounts import machine_actions
from family_support.accounts.decorators import allowed
from family_support.accounts.forms import MachineForm, MachineReasonForm, MachineRotateForm
from family_support.accounts.machine_actions import SCOPES, Issued
from family_support.accounts.models import MachineClient
from family_support.accounts.roles import Role
from family_support.accounts.tables import MachineTable
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, SummaryRow
from family_support.ui.tables import page_of
from family_support.ui.templatetags.ui import moment

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _machine(request: Any, pk: int) -> MachineClient:
    return one(MachineClient.objects.visible_to(request.actor).select_related("client"), pk=pk)


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("External systems"), reverse("machine-list")), *more]


def _to(machine: MachineClient) -> Crumb:
    return Crumb(machine.name, reverse("machine-page", args=[machine.pk]))


@require_safe
@allowed(Role.SYSTEM_ADMIN)
def machine_list(request: Any) -> HttpResponse:
    """All programs, those that work first."""
    rows = MachineClient.objects.visible_to(request.actor).order_by(
        F("disabled_at").desc(nulls_first=True), "name"
    )
    table = page_of(request, MachineTable(rows))
    return render(request, "accounts/machine_list.html", {"table": table, "count": table.paginator.count})


@require_safe
@allowed(Role.SYSTEM_ADMIN)
def machine_page(request: Any, pk: int) -> HttpResponse:
    """One program: its client id, what it may send, since when its secret is out. Never the secret."""
    machine = _machine(request, pk)
    rows = [
        SummaryRow(_("Channel"), machine.get_door_display()),
        SummaryRow(_("Client ID"), machine.client_id),
        SummaryRow(_("Scope"), ", ".join(SCOPES[machine.door])),
        SummaryRow(_("Created"), moment(machine.created_at)),
        SummaryRow(_("Secret given out"), moment(machine.secret_at)),
    ]
    if not machine.works:
        rows.append(SummaryRow(_("Disabled"), moment(machine.disabled_at)))
        rows.append(SummaryRow(_("Reason"), machine.disabled_reason))
    context = {
        "machine": machine,
        "rows": rows,
        "reason_form": MachineReasonForm(initial={"version": machine.version}),
        "crumbs": _crumbs(Crumb(machine.name)),
    }
    return render(request, "accounts/machine_page.html", context)


def _secret_page(request: Any, issued: Issued) -> HttpResponse:
    """The one page that shows a secret: answered to the POST itself, stored and cached nowhere."""
    context = {
        "machine": issued.machine,
        "secret": issued.secret,
        "token_url": request.build_absolute_uri(reverse("api-token")),
        "crumbs": _crumbs(_to(issued.machine), Crumb(_("Secret"))),
    }
    return render(request, "accounts/machine_secret.html", context)


@read_or_post
@allowed(Role.SYSTEM_ADMIN)
def machine_create(request: Any) -> HttpResponse:
    """Give a program access; its secret is shown this once."""
    form = MachineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = run(
            form, machine_actions.create_machine, by=request.actor, now=clock.now(), **form.cleaned_data
        )
        if done and done.value is not None:
            if done.value.secret:
                return _secret_page(request, done.value)
            messages.info(request, _("The secret was shown already. If it is lost, give out a new one."))
            return redirect("machine-page", pk=done.value.machine.pk)
    context = {
        "form": form,
        "heading": _("New external system"),
        "button": _("Create"),
        "crumbs": _crumbs(Crumb(_("New external system"))),
        "cancel_url": reverse("machine-list"),
    }
    return respond(request, "ui/form_page.html", context)


@read_or_post
@allowed(Role.SYSTEM_ADMIN)
def machine_rotate(request: Any, pk: int) -> HttpResponse:
    """A new secret in place of the old one."""
    machine = _machine(request, pk)
    form = MachineRotateForm(request.POST or None, initial={"version": machine.version})
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            machine_actions.rotate_secret,
            machine=machine,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done and done.value is not None:
            return _secret_page(request, done.value)
    context = {
        "form": form,
        "heading": _("New secret"),
        "subtitle": machine.name,
        "button": _("Give out a new secret"),
        "danger": True,
        "consequences": [
            _("The old secret stops at once, and so do the tokens that are out."),
            _("The new secret is shown once: have those who run the system at hand."),
        ],
        "crumbs": _crumbs(_to(machine), Crumb(_("New secret"))),
        "cancel_url": reverse("machine-page", args=[machine.pk]),
    }
    return respond(request, "ui/confirm.html", context)


def _change(request: Any, pk: int, action: Any, text: str, **page: Any) -> HttpResponse:
    machine = _machine(request, pk)
    form = MachineReasonForm(request.POST or None, initial={"version": machine.version})
    if (
        request.method == "POST"
        and form.is_valid()
        and run(form, action, machine=machine, by=request.actor, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, text)
        return redirect("machine-page", pk=machine.pk)
    context = {
        "form": form,
        "subtitle": machine.name,
        "crumbs": _crumbs(_to(machine), Crumb(page["heading"])),
        "cancel_url": reverse("machine-page", args=[machine.pk]),
        **page,
    }
    return respond(request, "ui/confirm.html", context)


@read_or_post
@allowed(Role.SYSTEM_ADMIN)
def machine_disable(request: Any, pk: int) -> HttpResponse:
    """Close the door at once."""
    return _change(
        request,
        pk,
        machine_actions.disable_machine,
        _("The access is closed."),
        heading=_("Close the access"),
        button=_("Close the access"),
        danger=True,
        consequences=[
            _("The system gets no token any more, and those that are out end at once."),
            _("What it has sent stays in work at the Centers."),
        ],
    )


@read_or_post
@allowed(Role.SYSTEM_ADMIN)
def machine_enable(request: Any, pk: int) -> HttpResponse:
    """Open the door again."""
    return _change(
        request,
        pk,
        machine_actions.enable_machine,
        _("The access is open again."),
        heading=_("Open the access again"),
        button=_("Open the access"),
        consequences=[_("The system calls with the secret it had; give out a new one if that is lost.")],
    )
