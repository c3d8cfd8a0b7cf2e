"""Accounts and memberships: the system administrator all, a body's administrator the own body's."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from family_support.accounts import actions, permissions, queries
from family_support.accounts.decorators import allowed
from family_support.accounts.forms import (
    ActingForm,
    EndMembershipForm,
    MembershipForm,
    NewUserForm,
    UserFilter,
    UserForm,
    UserSearch,
)
from family_support.accounts.models import FactorReset, Membership, SignIn, User
from family_support.accounts.roles import Role
from family_support.accounts.tables import UserTable
from family_support.base import clock
from family_support.base.idempotency import run_once
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb
from family_support.ui.forms import ReasonForm
from family_support.ui.tables import page_of

ADMINS = (Role.SYSTEM_ADMIN, Role.BODY_ADMIN)
# Whoever has more hits than this makes the search more precise.
FOUND = 50
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _user(request: Any, pk: int) -> User:
    return one(User.objects.visible_to(request.actor), pk=pk)


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Users"), reverse("user-list")), *more]


def _to_user(user: User) -> Crumb:
    return Crumb(user.full_name, reverse("user-page", args=[user.pk]))


@require_safe
@allowed(*ADMINS)
def user_list(request: Any) -> HttpResponse:
    """Accounts by role and state."""
    today = clock.today()
    form = UserFilter(request.GET or None, actor=request.actor)
    users = queries.users_for_list(request.actor, today)
    if form.is_valid():
        if form.cleaned_data["role"]:
            users = queries.with_role(users, form.cleaned_data["role"], today)
        if form.cleaned_data["state"]:
            users = users.filter(is_active=form.cleaned_data["state"] == "open")
    table = page_of(request, UserTable(users))
    context = {"form": form, "search": UserSearch(), "table": table, "count": table.paginator.count}
    return render(request, "accounts/user_list.html", context)


@require_POST
@allowed(*ADMINS)
def user_search(request: Any) -> HttpResponse:
    """Accounts by name or e-mail, the first so many."""
    form = UserSearch(request.POST)
    users = queries.users_for_list(request.actor, clock.today())
    found = users.matching(form.cleaned_data["q"])[:FOUND] if form.is_valid() else users.none()  # type: ignore[attr-defined]
    context = {
        "form": form,
        "table": UserTable(found, orderable=False),
        "count": len(found),
        "limit": FOUND,
        "crumbs": _crumbs(Crumb(_("Search"))),
    }
    return respond(request, "accounts/user_search.html", context, form)


@require_safe
@allowed(*ADMINS)
def user_page(request: Any, pk: int) -> HttpResponse:
    """One account with its memberships."""
    user = _user(request, pk)
    today = clock.today()
    everything = list(Membership.objects.filter(user=user))
    rows = [
        {
            "membership": row,
            "in_force": row.starts_on <= today and (row.ends_on is None or row.ends_on >= today),
            "may_end": permissions.can_end(request.actor, row)
            and (row.ends_on is None or row.ends_on >= today),
        }
        for row in queries.memberships_of(user, request.actor)
    ]
    context = {
        "person": user,
        "rows": rows,
        "may_change": permissions.can_change_user(request.actor, user, everything),
        "sessions": SignIn.objects.filter(user=user).open(clock.now()).count(),
        "reset": FactorReset.objects.visible_to(request.actor).filter(user=user).order_by("-pk").first(),
        "reason_form": ReasonForm(),
        "crumbs": _crumbs(Crumb(user.full_name)),
    }
    return render(request, "accounts/user_page.html", context)


@read_or_post
@allowed(*ADMINS)
def user_create(request: Any) -> HttpResponse:
    """A new account with its first membership."""
    now = clock.now()
    form = NewUserForm(request.POST or None, actor=request.actor, today=clock.local_date(now))
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key = data.pop("key")
        done = run(
            form,
            run_once,
            key=key,
            by=request.actor,
            action="user-create",
            body=data,
            run=lambda: actions.create_user(**data, by=request.actor, now=now),
        )
        if done and done.value:
            messages.success(
                request,
                _(
                    "The account is open. The person sets a password with “Forgot the password?” on the sign-in page."
                ),
            )
            return redirect("user-page", pk=done.value.pk)
    context = {
        "form": form,
        "heading": _("New user"),
        "button": _("Create"),
        "crumbs": _crumbs(),
        "cancel_url": reverse("user-list"),
    }
    return respond(request, "ui/form_page.html", context)


@read_or_post
@allowed(*ADMINS)
def user_edit(request: Any, pk: int) -> HttpResponse:
    """Correct an account."""
    user = _user(request, pk)
    permissions.check_can_change_user(request.actor, user, list(user.memberships.all()))
    names = ("last_name", "first_name", "patronymic", "email", "language", "version")
    form = UserForm(request.POST or None, initial={name: getattr(user, name) for name in names})
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "iin": form.cleaned_data["iin"] or None}
        if run(form, actions.change_user, user=user, by=request.actor, now=clock.now(), **data):
            messages.success(request, _("The account is changed."))
            return redirect("user-page", pk=user.pk)
    context = {
        "form": form,
        "heading": user.full_name,
        "button": _("Save"),
        "crumbs": _crumbs(_to_user(user)),
        "cancel_url": reverse("user-page", args=[user.pk]),
    }
    return respond(request, "ui/form_page.html", context)


def _change_state(request: Any, pk: int, action: Any, text: str) -> HttpResponse:
    user = _user(request, pk)
    form = ReasonForm(request.POST)
    if form.is_valid() and run(
        form, action, user=user, reason=form.cleaned_data["reason"], by=request.actor, now=clock.now()
    ):
        messages.success(request, text)
        return redirect("user-page", pk=user.pk)
    context = {
        "form": form,
        "heading": user.full_name,
        "button": _("Confirm"),
        "crumbs": _crumbs(_to_user(user)),
        "cancel_url": reverse("user-page", args=[user.pk]),
        "danger": action is actions.deactivate_user,
    }
    return respond(request, "ui/confirm.html", context)


@require_POST
@allowed(*ADMINS)
def user_deactivate(request: Any, pk: int) -> HttpResponse:
    """Close an account at once."""
    return _change_state(request, pk, actions.deactivate_user, _("The account is closed."))


@require_POST
@allowed(*ADMINS)
def user_reactivate(request: Any, pk: int) -> HttpResponse:
    """Open a closed account again."""
    return _change_state(request, pk, actions.reactivate_user, _("The account is open again."))


@read_or_post
@allowed(*ADMINS)
def membership_add(request: Any, pk: int) -> HttpResponse:
    """One more role of an account."""
    user = _user(request, pk)
    now = clock.now()
    form = MembershipForm(request.POST or None, actor=request.actor, today=clock.local_date(now))
    if (
        request.method == "POST"
        and form.is_valid()
        and run(form, actions.add_membership, user=user, by=request.actor, now=now, **form.cleaned_data)
    ):
        messages.success(request, _("The role is given."))
        return redirect("user-page", pk=user.pk)
    context = {
        "form": form,
        "heading": _("Give a role"),
        "subtitle": user.full_name,
        "button": _("Give the role"),
        "crumbs": _crumbs(_to_user(user)),
        "cancel_url": reverse("user-page", args=[user.pk]),
    }
    return respond(request, "ui/form_page.html", context)


@read_or_post
@allowed(*ADMINS)
def membership_end(request: Any, pk: int) -> HttpResponse:
    """The last day of a role."""
    row = one(Membership.objects.visible_to(request.actor).with_names(), pk=pk)
    permissions.check_can_end(request.actor, row)
    now = clock.now()
    form = EndMembershipForm(request.POST or None, initial={"ends_on": clock.local_date(now)})
    if (
        request.method == "POST"
        and form.is_valid()
        and run(form, actions.end_membership, membership=row, by=request.actor, now=now, **form.cleaned_data)
    ):
        last_day = f"{form.cleaned_data['ends_on']:%d.%m.%Y}"
        messages.success(request, _("The role ends on %(day)s.") % {"day": last_day})
        return redirect("user-page", pk=row.user_id)
    context = {
        "form": form,
        "heading": _("End the role"),
        "subtitle": " · ".join(str(part) for part in (row, row.organization) if part),
        "button": _("End the role"),
        "danger": True,
        "crumbs": _crumbs(_to_user(row.user)),
        "cancel_url": reverse("user-page", args=[row.user_id]),
    }
    return respond(request, "ui/confirm.html", context)


@read_or_post
@allowed(Role.DIRECTOR)
def acting_director(request: Any) -> HttpResponse:
    """Name who stands in for the director, and see who did."""
    now = clock.now()
    today = clock.local_date(now)
    center_id = request.actor.center_id
    form = ActingForm(request.POST or None, center_id=center_id, today=today)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(form, actions.name_acting_director, by=request.actor, now=now, **form.cleaned_data)
    ):
        messages.success(request, _("The acting director is named."))
        return redirect("acting-director")
    rows = [{"acting": row, "open": row.ends_on >= today} for row in queries.acting_of_center(center_id)]
    context = {
        "form": form,
        "rows": rows,
        "heading": _("Acting director"),
        "button": pgettext("action", "Name"),
    }
    return respond(request, "accounts/acting_director.html", context, form)


@require_POST
@allowed(Role.DIRECTOR)
def acting_director_end(request: Any, pk: int) -> HttpResponse:
    """Take the stand-in back."""
    row = one(queries.acting_of_center(request.actor.center_id), pk=pk)
    actions.end_acting(acting_director=row, by=request.actor, now=clock.now())
    messages.success(request, _("The stand-in has ended."))
    return redirect("acting-director")
