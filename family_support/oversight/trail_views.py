"""The history without content, searched by the security officer; and whether it is kept well."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from family_support.access.decorators import allowed
from family_support.accounts.models import User
from family_support.base import clock
from family_support.oversight import trail
from family_support.oversight.forms import PERIOD, TrailForm
from family_support.oversight.views import REVIEWERS, tabs
from family_support.ui.actions import respond

KEPT = ("request_id", "table", "operation")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(*REVIEWERS)
def audit_search(request: HttpRequest) -> HttpResponse:
    """What is searched for comes by POST and goes on as an address without anything personal: an account's number."""
    now = clock.now()
    today = clock.local_date(now)
    if request.method == "POST":
        form = TrailForm(request.POST)
        if form.is_valid():
            return redirect(f"{reverse('audit-search')}?{_address(form)}")
        return respond(request, "oversight/trail.html", _context(request, form, [], None), form)
    account = User.objects.filter(pk=_number(request.GET.get("account"))).first()
    form = TrailForm(
        {
            "since": today - PERIOD,
            "until": today,
            **{
                name: request.GET[name]
                for name in (*KEPT, "since", "until", "unsigned")
                if name in request.GET
            },
            "email": account.email if account else "",
        }
    )
    lines: list[trail.TrailLine] = []
    more = None
    if form.is_valid() and (account is not None or "account" not in request.GET):
        data = form.cleaned_data
        wanted = trail.Wanted(
            since=data["since"],
            until=data["until"],
            account=account.pk if account else None,
            unsigned=data["unsigned"],
            **{name: data[name] for name in KEPT},
        )
        lines, more = trail.search(request.actor, wanted, _number(request.GET.get("before")))
    return respond(request, "oversight/trail.html", _context(request, form, lines, more), form)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def _address(form: TrailForm) -> str:
    data = form.cleaned_data
    chosen = {name: data[name] for name in KEPT if data[name]}
    if form.account:
        chosen["account"] = form.account
    if data["unsigned"]:
        chosen["unsigned"] = "1"
    return urlencode({**chosen, "since": data["since"].isoformat(), "until": data["until"].isoformat()})


def _context(
    request: HttpRequest, form: TrailForm, lines: list[trail.TrailLine], more: int | None
) -> dict[str, object]:
    following = ""
    if more is not None:
        kept = {name: value for name, value in request.GET.items() if name != "before"}
        following = f"?{urlencode({**kept, 'before': more})}"
    return {
        "tabs": tabs(request, "trail"),
        "form": form,
        "lines": lines,
        "following": following,
        "health": trail.health(clock.now()),
        "searched": request.method != "POST",
    }
