"""A lost second factor: an administrator asks for the reset on the person's page, the security officer decides."""

import logging
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from family_support.accounts import factor_reset_actions, permissions
from family_support.accounts.decorators import allowed
from family_support.accounts.forms import FactorResetForm
from family_support.accounts.models import FactorReset, User
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from family_support.ui.forms import ReasonForm

logger = logging.getLogger(__name__)
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
@allowed(Role.SYSTEM_ADMIN, Role.BODY_ADMIN)
def user_factor_reset(request: Any, pk: int) -> HttpResponse:
    """Ask for the reset, with how the identity was checked."""
    user = one(User.objects.visible_to(request.actor), pk=pk)
    permissions.check_can_change_user(request.actor, user, list(user.memberships.all()))
    form = FactorResetForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            factor_reset_actions.ask_reset,
            user=user,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
    ):
        messages.success(request, _("The reset waits for the security officer."))
        return redirect("user-page", pk=user.pk)
    back = reverse("user-page", args=[user.pk])
    context = {
        "form": form,
        "heading": _("Reset the second factor"),
        "subtitle": user.full_name,
        "button": _("Ask for the reset"),
        "intro": _("Ask only when you have made sure who this is. A security officer has to agree."),
        "consequences": [
            _("Until the security officer agrees, nothing changes."),
            _("Then all second factors, recovery codes and the password stop working, and all sessions end."),
            _("A link for a new password goes to %(email)s; after it the person sets up a second factor.")
            % {"email": user.email},
        ],
        "danger": True,
        "crumbs": [Crumb(_("Users"), reverse("user-list")), Crumb(user.full_name, back)],
        "cancel_url": back,
    }
    return respond(request, "ui/confirm.html", context, form)


@require_POST
@allowed(Role.SYSTEM_ADMIN, Role.BODY_ADMIN)
def factor_withdraw(request: Any, pk: int) -> HttpResponse:
    """Take the own request back."""
    row = one(FactorReset.objects.withdrawable_by(request.actor), pk=pk)
    factor_reset_actions.withdraw_reset(reset=row, by=request.actor, now=clock.now())
    messages.success(request, _("The request for the reset is withdrawn."))
    return redirect("user-page", pk=row.user_id)


def _asked(request: Any, pk: int) -> FactorReset:
    """One of those that this officer may decide about, decided ones too: those answer 409."""
    return one(FactorReset.objects.visible_to(request.actor).select_related("user"), pk=pk)


def _send_link(request: Any, user: User) -> bool:
    """The mail of the page "Forgot the password?", by which new accounts get their first password too."""
    form = ResetPasswordForm({"email": user.email})
    try:
        with translation.override(user.language):
            if not form.is_valid():
                return False
            form.save(request)
    except OSError as error:
        logger.warning("reset_mail_not_sent", extra={"error": type(error).__name__})
        return False
    return True


@require_POST
@allowed(Role.SECURITY_OFFICER)
def factor_approve(request: Any, pk: int) -> HttpResponse:
    """Agree: everything the person signs in with ends, and a link for a new password is sent."""
    row = _asked(request, pk)
    factor_reset_actions.approve_reset(reset=row, by=request.actor, now=clock.now())
    if _send_link(request, row.user):
        messages.success(request, _("The second factor is reset. The link for a new password is on its way."))
    else:
        messages.warning(
            request,
            _(
                "The second factor is reset, but the mail could not be sent. The person gets the link with “Forgot the "
                "password?” on the sign-in page."
            ),
        )
    return redirect("role-approvals")


@read_or_post
@allowed(Role.SECURITY_OFFICER)
def factor_decline(request: Any, pk: int) -> HttpResponse:
    """Refuse, with the reason."""
    row = _asked(request, pk)
    form = ReasonForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            factor_reset_actions.decline_reset,
            reset=row,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
    ):
        messages.success(request, _("The reset is declined."))
        return redirect("role-approvals")
    context = {
        "form": form,
        "heading": _("Decline the reset"),
        "subtitle": row.user.full_name,
        "button": _("Decline the reset"),
        "danger": True,
        "crumbs": [Crumb(_("Approval of access"), reverse("role-approvals"))],
        "cancel_url": reverse("role-approvals"),
    }
    return respond(request, "ui/confirm.html", context, form)
