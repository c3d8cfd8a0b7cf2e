"""What a person does with the own session: home, switch of membership, language, theme, demo sign-in."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from family_support.accounts import actions, demo, session
from family_support.accounts.adapters import remember_preferences
from family_support.accounts.decorators import allowed, public
from family_support.accounts.forms import SettingsForm
from family_support.accounts.models import LANGUAGES, Membership, User
from family_support.accounts.roles import EVERYBODY, Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.errors import Missing
from family_support.ui import theme as themes
from family_support.ui import views as ui_views
from family_support.ui.actions import respond, run
from family_support.ui.context import account_mark
from family_support.ui.middleware import BACKGROUND

# The first of them that the role may open is where its day begins.
START_PAGES = (
    "my-day",
    "task-inbox",
    "body-tasks",
    "alarm-list",
    "ministry",
    "quarter-list",
    "user-list",
    "glass-reviews",
    "reference",
    "directory",
)


def start_page(actor: Actor) -> str:
    """The address of the page that the actor's day begins on."""
    return next(filter(None, (address_for(actor, name) for name in START_PAGES)), reverse("own-settings"))


def address_for(actor: Actor, name: str) -> str:
    """The address of a page if its role opens it, else an empty text."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return ""
    roles = getattr(resolve(address).func, "allowed_roles", None) or frozenset()
    return address if actor.role in roles or (actor.acting and Role.DIRECTOR in roles) else ""


@require_safe
@allowed(*EVERYBODY)
def home(request: Any) -> HttpResponse:
    """To the first page of the role."""
    return redirect(start_page(request.actor))


@require_POST
@allowed(*EVERYBODY)
def switch_membership(request: Any) -> HttpResponse:
    """Go on in another of one's own roles: a switch, never a union."""
    wanted = request.POST.get("membership", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Missing()
    now = clock.now()
    membership = actions.switch_membership(membership_id=int(wanted), user=request.user, now=now)
    request.session[session.MEMBERSHIP] = membership.pk
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(*EVERYBODY)
def own_settings(request: Any) -> HttpResponse:
    """Own language, theme and mail about notices."""
    user = request.user
    shown = {name: getattr(user, name) for name in SettingsForm.base_fields}
    form = SettingsForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.change_own_settings,
            user=user,
            by=request.actor,
            now=clock.now(),
            **form.cleaned_data,
        )
        if done and done.value:
            response = redirect("own-settings")
            remember_preferences(response, done.value)
            messages.success(request, _("Your settings are saved."))
            return response
    context = {
        "form": form,
        "heading": _("Own settings"),
        "button": _("Save"),
        "cancel_url": reverse("home"),
        "calendar_url": address_for(request.actor, "calendar-feed"),
    }
    return respond(request, "accounts/own_settings.html", context)


def _keep(request: Any, **preference: str) -> None:
    if request.user.is_authenticated and request.actor is not None:
        actions.change_own_settings(user=request.user, by=request.actor, now=clock.now(), **preference)


@public
@require_POST
def set_language(request: Any) -> HttpResponse:
    """The language button of every page: a cookie, and the account's preference of a signed-in person."""
    language = request.POST.get("language", "")
    if language in dict(LANGUAGES):
        _keep(request, language=language)
    return django_set_language(request)


@public
@require_POST
def set_theme(request: Any) -> HttpResponse:
    """The theme button of every page: a cookie, and the account's preference of a signed-in person."""
    theme = request.POST.get("theme", "")
    if theme in themes.THEMES:
        _keep(request, theme=theme)
    return ui_views.set_theme(request)


@require_safe
@allowed(*EVERYBODY)
def alive(request: Any) -> HttpResponse:
    """Prolong the session: the script asks for it when the person presses "Continue". Asked in the background it
    only tells how long the session lasts. The token lets forms of a page outlive a new sign-in in another tab.
    """
    now = clock.now()
    response = HttpResponse(status=204)
    idle = session.idle_left(request, now) if BACKGROUND in request.headers else settings.SESSION_COOKIE_AGE
    response["X-Session-Idle"] = str(idle)
    response["X-Session-Left"] = str(session.seconds_left(request, now))
    response["X-Account"] = account_mark(request)
    response["X-CSRFToken"] = get_token(request)
    return response


def demo_allowed(request: HttpRequest) -> bool:
    """One-click sign-in exists only in demo mode, and only for a client on this machine that no proxy speaks for."""
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    return settings.DEMO_MODE and not forwarded and request.META.get("REMOTE_ADDR") in demo.LOOPBACK


@public
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo account by its membership. Anywhere but in demo mode on loopback: 404."""
    wanted = request.POST.get("membership", "")
    if not demo_allowed(request):
        raise Missing()
    membership: Membership | None = None
    if wanted.isdecimal() and len(wanted) <= 18:
        membership = demo.memberships(clock.today()).filter(pk=int(wanted)).first()
    if membership is None:
        messages.error(request, _("There is no such demo account."))
        return HttpResponseRedirect(reverse("account_login"))
    return _enter(request, membership)


def _enter(request: HttpRequest, membership: Membership) -> HttpResponse:
    if request.user.is_authenticated:
        logout(request)
    user: User = membership.user
    get_adapter().login(request, user)
    request.session[session.MEMBERSHIP] = membership.pk
    request.session[session.DEMO] = user.pk
    response = redirect("home")
    # The language and colours chosen on the sign-in page stay: a demo goes on in the language it was begun in.
    return response
