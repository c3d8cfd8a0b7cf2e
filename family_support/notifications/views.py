"""The list of notices, its counter in the frame, and marking as read."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import EVERYBODY
from family_support.base import clock
from family_support.base.errors import Missing
from family_support.notifications import actions, queries
from family_support.notifications.permissions import DECIDERS
from family_support.ui.actions import respond
from family_support.ui.components import Tab
from family_support.ui.forms import EmptyForm
from family_support.ui.idle import leave_idle
from family_support.ui.tables import per_page

# A machine has no inbox.
READERS = EVERYBODY


SHOWN = ("all", "unread", "urgent")


@require_safe
@allowed(*READERS)
def notice_list(request: HttpRequest) -> HttpResponse:
    """One's own notices by day, newest first; `?show=` unread or urgent ones only."""
    actor = request.actor
    shown = _shown(request.GET.get("show"))
    rows = queries.of_actor(actor)
    unread, urgent = rows.unread(), rows.urgent()
    page = Paginator({"all": rows, "unread": unread, "urgent": urgent}[shown], per_page(request)).get_page(
        request.GET.get("page")
    )
    number = queries.unread_count(actor)
    context = {
        "page": page,
        "days": queries.by_day(queries.lines(page.object_list, actor), clock.today()),
        "shown": shown,
        "tabs": _tabs(shown, number),
        "unread": number,
    }
    return render(request, "notifications/list.html", context)


def _shown(wanted: str | None) -> str:
    return wanted if wanted in SHOWN else "all"


def _tabs(shown: str, unread: int) -> list[Tab]:
    address = reverse("notices")
    labels = {"all": _("All"), "unread": _("Unread"), "urgent": _("Urgent")}
    return [
        Tab(
            labels[code],
            address if code == "all" else f"{address}?show={code}",
            current=code == shown,
            count=unread if code == "unread" else None,
        )
        for code in SHOWN
    ]


@require_safe
@allowed(*READERS)
def notice_counter(request: HttpRequest) -> HttpResponse:
    """The bell with its number, asked for by the page itself from time to time: no activity of a person."""
    leave_idle(request)
    return render(request, "ui/notices_link.html")


@require_POST
@allowed(*READERS)
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice as read and go where it leads; without a place of its own, back to the list."""
    actor = request.actor
    notice = actions.mark_read(notice_id=pk, by=actor, now=clock.now())
    (line,) = queries.lines([notice], actor)
    stay = request.POST.get("stay") == "1"
    return HttpResponseRedirect(_back(request) if stay or not line.url else line.url)


@require_POST
@allowed(*READERS)
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark all of one's notices as read."""
    actions.mark_all_read(by=request.actor, now=clock.now())
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The list as it was left: the same filter, the same page."""
    kept = {}
    if (shown := _shown(request.POST.get("show"))) != "all":
        kept["show"] = shown
    page = request.POST.get("page", "")
    if page.isascii() and page.isdecimal() and len(page) < 6 and page != "1":
        kept["page"] = page
    return reverse("notices") + (f"?{urlencode(kept)}" if kept else "")


@require_safe
@allowed(*DECIDERS)
def parked_mail(request: HttpRequest) -> HttpResponse:
    """Mail that a day of tries did not get out: to whom by role and organization, and the class of the error."""
    page = Paginator(queries.parked_mail(request.actor), per_page(request)).get_page(request.GET.get("page"))
    context = {"page": page, "lines": queries.parked_lines(page.object_list)}
    return render(request, "notifications/parked.html", context)


@require_POST
@allowed(*DECIDERS)
def parked_mail_retry(request: HttpRequest) -> HttpResponse:
    """Send one parked mail, or all of them, again."""
    number = actions.retry_parked(by=request.actor, now=clock.now(), mail_id=_mail_id(request))
    text = ngettext("%(number)s mail is sent again.", "%(number)s mails are sent again.", number)
    messages.success(request, text % {"number": number})
    return redirect("parked-mail")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(*DECIDERS)
def parked_mail_give_up(request: HttpRequest) -> HttpResponse:
    """Give one parked mail up, or, after a page that says what follows, all of them."""
    number = queries.parked_mail(request.actor).count()
    form = EmptyForm(request.POST if request.method == "POST" else None)
    mail_id = _mail_id(request)
    if request.method == "POST" and (mail_id is not None or form.is_valid()):
        done = actions.give_up_parked(by=request.actor, now=clock.now(), mail_id=mail_id)
        text = ngettext("%(number)s mail was given up.", "%(number)s mails were given up.", done)
        messages.success(request, text % {"number": done})
        return redirect("parked-mail")
    context = {
        "form": form,
        "heading": _("Give all parked mail up"),
        "button": _("Give up"),
        "danger": True,
        "cancel_url": reverse("parked-mail"),
        "consequences": [
            ngettext("%(number)s mail is not sent.", "%(number)s mails are not sent.", number)
            % {"number": number},
            _("The notices themselves stay unread in the product."),
            _("This decision is recorded with your name."),
        ],
    }
    return respond(request, "ui/confirm.html", context)


def _mail_id(request: HttpRequest) -> int | None:
    """The mail that was chosen; None for all of them. Errors: Missing for what is no key."""
    wanted = request.POST.get("mail")
    if wanted is None:
        return None
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) <= 18):
        raise Missing
    return int(wanted)
