"""Own sessions by device; an administrator ends those of an account; the security officer agrees to strong roles."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from family_support.accounts import actions, permissions, sign_in_actions
from family_support.accounts.decorators import allowed
from family_support.accounts.models import FactorReset, Membership, SignIn, User
from family_support.accounts.roles import EVERYBODY, Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from family_support.ui.forms import ReasonForm

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@allowed(*EVERYBODY)
def own_sessions(request: Any) -> HttpResponse:
    """Where the person is signed in."""
    now = clock.now()
    here = request.session.session_key
    rows = [
        {"session": row, "here": row.session_key == here}
        for row in SignIn.objects.visible_to(request.actor).open(now).order_by("-started_at", "-pk")
    ]
    rows.sort(key=lambda row: not row["here"])
    over = SignIn.objects.visible_to(request.actor).filter(ended_at__isnull=False).order_by("-ended_at")[:10]
    context = {
        "rows": rows,
        "others": sum(not row["here"] for row in rows),
        "over": over,
        "crumbs": [Crumb(_("Own settings"), reverse("own-settings")), Crumb(_("Own sessions"))],
    }
    return render(request, "accounts/own_sessions.html", context)


@require_POST
@allowed(*EVERYBODY)
def own_session_end(request: Any, pk: int) -> HttpResponse:
    """End one of them; the present one is a sign-out."""
    row = one(SignIn.objects.visible_to(request.actor), pk=pk, ended_at__isnull=True)
    if row.session_key == request.session.session_key:
        logout(request)
        return redirect("account_login")
    sign_in_actions.end_own(pk=pk, by=request.actor, now=clock.now())
    messages.success(request, _("The session is ended."))
    return redirect("own-sessions")


@require_POST
@allowed(*EVERYBODY)
def own_sessions_end(request: Any) -> HttpResponse:
    """End all of them but this one."""
    count = sign_in_actions.end_own_others(but=request.session.session_key, by=request.actor, now=clock.now())
    text = ngettext("%(count)d session is ended.", "%(count)d sessions are ended.", count)
    messages.success(request, text % {"count": count})
    return redirect("own-sessions")


@read_or_post
@allowed(Role.SYSTEM_ADMIN, Role.BODY_ADMIN)
def user_sessions_end(request: Any, pk: int) -> HttpResponse:
    """End every session of an account: a device was lost, somebody else may be using it."""
    user = one(User.objects.visible_to(request.actor), pk=pk)
    permissions.check_can_change_user(request.actor, user, list(user.memberships.all()))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            sign_in_actions.end_sessions_of,
            user=user,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done:
            count = done.value or 0
            text = ngettext("%(count)d session is ended.", "%(count)d sessions are ended.", count)
            messages.success(request, text % {"count": count})
            return redirect("user-page", pk=user.pk)
    back = reverse("user-page", args=[user.pk])
    context = {
        "form": form,
        "heading": _("End all sessions"),
        "subtitle": user.full_name,
        "button": _("End all sessions"),
        "danger": True,
        "crumbs": [Crumb(_("Users"), reverse("user-list")), Crumb(user.full_name, back)],
        "cancel_url": back,
    }
    return respond(request, "ui/confirm.html", context, form)


def _awaited(request: Any, pk: int) -> Membership:
    return one(Membership.objects.awaiting(request.actor).with_names(), pk=pk)


@require_safe
@allowed(Role.SECURITY_OFFICER)
def role_approvals(request: Any) -> HttpResponse:
    """Roles over accounts and the audit, and resets of a second factor, that wait for the security officer."""
    now = clock.now()
    rows = Membership.objects.awaiting(request.actor).with_names().select_related("given_by").order_by("pk")
    asked = FactorReset.objects.visible_to(request.actor).open().select_related("user", "asked_by")
    resets = [{"reset": row, "too_old": row.too_old(now)} for row in asked.order_by("pk")]
    return render(request, "accounts/role_approvals.html", {"rows": rows, "resets": resets})


@require_POST
@allowed(Role.SECURITY_OFFICER)
def role_approve(request: Any, pk: int) -> HttpResponse:
    """Agree."""
    row = _awaited(request, pk)
    actions.approve_membership(membership=row, by=request.actor, now=clock.now())
    messages.success(request, _("The role is approved and in force."))
    return redirect("role-approvals")


@read_or_post
@allowed(Role.SECURITY_OFFICER)
def role_decline(request: Any, pk: int) -> HttpResponse:
    """Refuse, with the reason."""
    row = _awaited(request, pk)
    form = ReasonForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.decline_membership,
            membership=row,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
    ):
        messages.success(request, _("The role is declined."))
        return redirect("role-approvals")
    context = {
        "form": form,
        "heading": _("Decline the role"),
        "subtitle": f"{row.user.full_name} · {row.get_role_display()}",
        "button": _("Decline the role"),
        "danger": True,
        "crumbs": [Crumb(_("Approval of access"), reverse("role-approvals"))],
        "cancel_url": reverse("role-approvals"),
    }
    return respond(request, "ui/confirm.html", context, form)
