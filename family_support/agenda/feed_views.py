"""The link of one's calendar: given out, told once, taken back; and the file behind it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from family_support.access.decorators import allowed, public
from family_support.accounts.limits import within_limit
from family_support.agenda import actions
from family_support.agenda.feed import calendar_of, feed_behind
from family_support.agenda.models import CalendarFeed
from family_support.agenda.scope import READERS
from family_support.base import clock
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, SummaryRow
from family_support.ui.forms import EmptyForm
from family_support.ui.templatetags.ui import moment

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Due dates"), reverse("agenda")), *more]


@require_safe
@allowed(*sorted(READERS))
def feed_page(request: HttpRequest) -> HttpResponse:
    """Whether there is a link, since when, and when it was last read."""
    link = CalendarFeed.objects.visible_to(request.actor).in_force().first()
    rows = []
    if link is not None:
        read = moment(link.read_at) if link.read_at else _("not yet")
        rows = [SummaryRow(_("Link given out"), moment(link.created_at)), SummaryRow(_("Last read"), read)]
    context = {"link": link, "rows": rows, "crumbs": _crumbs(Crumb(_("Calendar on the phone")))}
    return render(request, "agenda/feed.html", context)


@read_or_post
@allowed(*sorted(READERS))
def feed_new(request: HttpRequest) -> HttpResponse:
    """A new link, on the one page that shows it: answered to the POST itself, stored and cached nowhere."""
    form = EmptyForm(request.POST if request.method == "POST" else None)
    there = CalendarFeed.objects.visible_to(request.actor).in_force().exists()
    if request.method == "POST" and form.is_valid():
        done = run(form, actions.give_link, by=request.actor, now=clock.now())
        if done and done.value:
            address = f"{settings.BASE_URL}{reverse('calendar-ics', args=(done.value,))}"
            context = {"address": address, "crumbs": _to_feed(_("The link"))}
            return render(request, "agenda/feed_link.html", context)
    consequences = [
        _("Whoever has the link sees when your terms end: give it to nobody, only to your own calendar."),
        _("It holds no names; of restricted cases not even a number."),
        _("The link is shown once."),
    ]
    if there:
        consequences.insert(0, _("The link given out before stops at once."))
    heading = _("A new link in place of the old one") if there else _("A link for your calendar")
    page: dict[str, object] = {
        "form": form,
        "heading": heading,
        "button": _("Show the link"),
        "danger": there,
        "consequences": consequences,
        "crumbs": _to_feed(heading),
        "cancel_url": reverse("calendar-feed"),
    }
    return respond(request, "ui/confirm.html", page, form)


@read_or_post
@allowed(*sorted(READERS))
def feed_end(request: HttpRequest) -> HttpResponse:
    """Take the link back."""
    form = EmptyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.take_back_link(by=request.actor, now=clock.now())
        messages.success(request, _("The link has stopped: nobody reads your calendar by it any more."))
        return redirect("calendar-feed")
    context = {
        "form": form,
        "heading": _("Take the link back"),
        "button": _("Take the link back"),
        "danger": True,
        "consequences": [
            _("Calendars that have the link get nothing new from now on; remove it there too."),
            _("You can have a new link at any time."),
        ],
        "crumbs": _to_feed(_("Take the link back")),
        "cancel_url": reverse("calendar-feed"),
    }
    return respond(request, "ui/confirm.html", context, form)


def _to_feed(last: str) -> list[Crumb]:
    return _crumbs(Crumb(_("Calendar on the phone"), reverse("calendar-feed")), Crumb(last))


@public
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a link. Unknown, taken back and ended links are answered alike, byte for byte."""
    if not within_limit(request, "calendar_feed"):
        return _plain(429)
    now = clock.now()
    link = feed_behind(token)
    if link is None:
        return _plain(404)
    with translation.override(link.membership.user.language):
        content = calendar_of(link, now)
    if content is None:
        return _plain(404)
    actions.note_reading(feed=link, now=now)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="calendar.ics"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _plain(status: int) -> HttpResponse:
    """A refusal without a page: no script, no form, nothing that tells one reason from another."""
    answer = HttpResponse(b"", content_type="text/plain; charset=utf-8", status=status)
    if status == 429:
        answer["Retry-After"] = "600"
    return answer
