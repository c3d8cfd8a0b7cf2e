"""The mobile group: its order, its members, its mandate."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.clock import local_date
from family_support.base.idempotency import run_once
from family_support.base.rows import one
from family_support.deadlines.models import Deadline
from family_support.directory.models import Sector
from family_support.documents.models import Attachment
from family_support.ui.actions import respond, run
from family_support.ui.components import Check, Crumb
from family_support.ui.forms import ConfirmForm
from mobile_groups import actions, queries
from mobile_groups.actions import MemberData
from mobile_groups.actions.groups import MANDATE, has_order_scan, subject_of
from mobile_groups.badges import group_badge
from mobile_groups.forms import GroupChangeForm, GroupForm, MemberChangeForm, MemberForm, OrderForm
from mobile_groups.models import GroupMember, MobileGroup
from mobile_groups.permissions import GROUP_READERS, can_edit_group
from mobile_groups.rules import OBLIGATORY
from mobile_groups.views.loading import group_of


def _title(group: MobileGroup) -> str:
    return _("Mobile group of {year}").format(year=group.year)


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Mobile group"), reverse("group-list")), *more]


def _below(group: MobileGroup, heading: str) -> list[Crumb]:
    return _crumbs(Crumb(_title(group), reverse("group", args=(group.pk,))), Crumb(heading))


@require_safe
@allowed(*GROUP_READERS)
def group_list(request: HttpRequest) -> HttpResponse:
    """Groups of the district by year."""
    actor, now = request.actor, clock.now()
    rows = queries.groups_of(actor)
    today = local_date(now)
    context = {
        "groups": [(row, group_badge(row)) for row in rows],
        "in_force": next(
            (row for row in rows if row.state == MobileGroup.State.IN_FORCE and row.year == today.year), None
        ),
        "may_create": actor.role == Role.COORDINATOR,
        "year": today.year,
    }
    return render(request, "mobile_groups/group_list.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Role.COORDINATOR)
def group_new(request: HttpRequest) -> HttpResponse:
    """A draft from the akim's order; `?copy=` takes the members of an earlier group along."""
    now = clock.now()
    copy = _copied(request)
    form = GroupForm(request.POST or None, today=local_date(now))
    if request.method == "POST" and form.is_valid():
        done = run(form, actions.create_group, copy=copy, by=request.actor, now=now, **form.cleaned_data)
        if done and done.value:
            messages.success(request, _("The draft is there: name its members, then put it in force."))
            return redirect("group", done.value.pk)
    context = {
        "form": form,
        "heading": _("A new order"),
        "intro": _("The members of the earlier group are taken over; change them in the draft.")
        if copy
        else "",
        "button": _("Begin the draft"),
        "cancel_url": reverse("group-list"),
        "crumbs": _crumbs(Crumb(_("A new order"))),
    }
    return respond(request, "ui/form_page.html", context, form)


def _copied(request: HttpRequest) -> MobileGroup | None:
    wanted = request.GET.get("copy", "")
    return group_of(request, int(wanted)) if wanted.isdecimal() and len(wanted) < 19 else None


@require_safe
@allowed(*GROUP_READERS)
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """The order, the mandate, the members in the order of calling, and what is still missing."""
    found = group_of(request, pk)
    composition = queries.composition_of(found)
    edits = can_edit_group(request.actor, found)
    terms = Deadline.objects.open().of_subject(*subject_of(found)).filter(code=MANDATE)
    context = {
        "group": found,
        "title": _title(found),
        "badge": group_badge(found),
        "members": composition.members,
        "checks": _checks(found, composition.missing),
        "edits": edits,
        "shows_phones": request.actor.role in (Role.COORDINATOR, Role.DIRECTOR, Role.GROUP_MEMBER),
        "may_renew": request.actor.role == Role.COORDINATOR and found.state != MobileGroup.State.DRAFT,
        "scans": Attachment.objects.visible_to(request.actor).of_subject(*subject_of(found)).order_by("pk"),
        "deadline": terms.for_display().first(),
        "explains": request.actor.role in (Role.COORDINATOR, Role.DIRECTOR),
        "now": clock.now(),
        "crumbs": _crumbs(Crumb(_title(found))),
    }
    return render(request, "mobile_groups/group.html", context)


def _checks(found: MobileGroup, missing: list[str]) -> list[Check]:
    """What an order and a group must hold (R256 21)."""
    names = {row.code: row.name for row in Sector.objects.filter(code__in=OBLIGATORY)}
    lines = [
        Check(
            _("Akim's order: number and date"), "done" if found.order_number and found.order_date else "todo"
        )
    ]
    lines.append(Check(_("Scan of the akim's order"), "done" if has_order_scan(found) else "todo"))
    for code in OBLIGATORY:
        label = _("Member from: {sector}").format(sector=names.get(code, code).lower())
        lines.append(Check(label, "todo" if code in missing else "done"))
    return lines


@require_http_methods(["GET", "POST"])
@allowed(Role.COORDINATOR)
def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft's order."""
    found, now = group_of(request, pk), clock.now()
    initial = {
        "version": found.version,
        "year": found.year,
        "order_number": found.order_number,
        "order_date": found.order_date,
        "issued_by": found.issued_by,
    }
    form = GroupChangeForm(request.POST or None, today=local_date(now), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("version")
        if run(
            form,
            actions.change_group,
            group=found,
            expected_version=version,
            by=request.actor,
            now=now,
            **data,
        ):
            messages.success(request, _("Saved."))
            return redirect("group", pk)
    return _form(request, found, form, _("Akim's order"), _("Save"))


@require_http_methods(["GET", "POST"])
@allowed(Role.COORDINATOR)
def group_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan of the akim's order, attached to the draft."""
    found = group_of(request, pk)
    form = OrderForm(request.POST or None, request.FILES or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.attach_order,
            group=found,
            upload=form.cleaned_data["scan"],
            by=request.actor,
            now=clock.now(),
        )
    ):
        messages.success(request, _("The scan is attached."))
        return redirect("group", pk)
    return _form(request, found, form, _("Scan of the akim's order"), _("Attach"), multipart=True)


@require_http_methods(["GET", "POST"])
@allowed(Role.COORDINATOR)
def member_new(request: HttpRequest, pk: int) -> HttpResponse:
    """One more member of the draft."""
    found, now = group_of(request, pk), clock.now()
    form = _member_form(request, found, {})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key = data.pop("key")

        def add() -> GroupMember:
            return actions.put_member(group=found, data=MemberData(**data), by=request.actor, now=now)

        if run(form, run_once, key=key, by=request.actor, action="group-member", body=data, run=add):
            messages.success(request, _("The member is added."))
            return redirect("group", pk)
    return _form(request, found, form, _("Add a member"), _("Add"))


@require_http_methods(["GET", "POST"])
@allowed(Role.COORDINATOR)
def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a member of the draft."""
    member, now = _member(request, pk), clock.now()
    names = ("membership", "sector", "agency", "name", "post", "phone")
    initial = {name: getattr(member, name) for name in names} | {"version": member.version}
    form = _member_form(request, member.group, initial, MemberChangeForm)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("key")
        version = data.pop("version")
        if run(
            form,
            actions.put_member,
            group=member.group,
            member=member,
            expected_version=version,
            data=MemberData(**data),
            by=request.actor,
            now=now,
        ):
            messages.success(request, _("Saved."))
            return redirect("group", member.group_id)
    return _form(request, member.group, form, _("Change the member"), _("Save"))


def _member_form(
    request: HttpRequest, found: MobileGroup, initial: dict[str, Any], form: type[MemberForm] = MemberForm
) -> MemberForm:
    return form(request.POST or None, district_id=found.district_id, today=clock.today(), initial=initial)


def _member(request: HttpRequest, pk: int) -> GroupMember:
    groups = MobileGroup.objects.visible_to(request.actor).values("pk")
    return one(GroupMember.objects.select_related("group"), group__in=groups, pk=pk)


@require_POST
@allowed(Role.COORDINATOR)
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a member out of the draft."""
    member = _member(request, pk)
    group_pk = member.group_id
    seen = request.POST.get("version", "")
    actions.remove_member(member=member, expected_version=seen, by=request.actor, now=clock.now())
    messages.success(request, _("The member is taken out."))
    return redirect("group", group_pk)


@require_POST
@allowed(Role.COORDINATOR)
def member_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a member earlier."""
    member = _member(request, pk)
    seen = request.POST.get("version", "")
    actions.call_earlier(member=member, expected_version=seen, by=request.actor, now=clock.now())
    return redirect("group", member.group_id)


@require_http_methods(["GET", "POST"])
@allowed(Role.COORDINATOR)
def group_in_force(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the group in force."""
    found = group_of(request, pk)
    follows = [
        _("The mandate runs to 31.12.{year} and never rolls over (R256 21).").format(year=found.year),
        _("Every member with an account is told; alarms of the district call this group."),
    ]
    if found.replaces is not None:
        follows.append(_("The group of the same year that is in force now is replaced."))
    form = ConfirmForm(request.POST or None, initial={"version": found.version})
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.put_group_in_force,
            group=found,
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
        )
    ):
        messages.success(request, _("The group is in force."))
        return redirect("group", pk)
    return _form(request, found, form, _("Put the group in force"), _("Put in force"), consequences=follows)


@require_http_methods(["GET", "POST"])
@allowed(Role.COORDINATOR)
def group_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = group_of(request, pk)
    form = ConfirmForm(request.POST or None, initial={"version": found.version})
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.discard_group,
            group=found,
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
        )
    ):
        messages.success(request, _("The draft is thrown away."))
        return redirect("group-list")
    return _form(
        request,
        found,
        form,
        _("Throw the draft away"),
        _("Throw away"),
        consequences=[_("The order and the members entered in this draft are gone.")],
        danger=True,
    )


def _form(
    request: HttpRequest, found: MobileGroup, form: Any, heading: str, button: str, **context: Any
) -> HttpResponse:
    return respond(
        request,
        "ui/form_page.html",
        {
            "form": form,
            "heading": heading,
            "subtitle": f"{_title(found)} · {found.district.name}",
            "button": button,
            "cancel_url": reverse("group", args=(found.pk,)),
            "crumbs": _below(found, heading),
            **context,
        },
        form,
    )
