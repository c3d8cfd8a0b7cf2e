"""Pages for refusals and failures, and the two switches of the frame."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import loader
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from family_support.base.errors import AppError, Missing, TooMany
from family_support.ui import theme as themes
from family_support.ui.actions import Typed, typed_in

# Conflicts because somebody else was there first; all others say why a step is not open yet or any more.
CHANGED = frozenset({"conflict", "stale_version", "crossed", "state_forbids", "already_done"})
TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def wants_json(request: HttpRequest) -> bool:
    """Whether the client is a program: the API, or one that accepts JSON and no page."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accept and "text/html" not in accept)


def _own(request: HttpRequest, address: str) -> str:
    """The address if it leads to this site, else an empty string."""
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(address, host, require_https=request.is_secure())
    return address if safe else ""


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return "/"


def error_page(
    request: HttpRequest,
    status: int,
    title: str,
    text: str,
    *,
    code: str = "",
    typed: Typed | None = None,
    links: Sequence[tuple[str, str]] = (),
    fields: dict[str, list[str]] | None = None,
) -> HttpResponse:
    """A page of its own, without the frame: no session, token, address or time in it."""
    if wants_json(request):
        return JsonResponse({"code": code, "detail": text, "fields": fields or {}}, status=status)
    context = {
        "status": status,
        "title": title,
        "text": text,
        "typed": typed or [],
        "links": links,
        "theme": themes.theme(request),
        "messages_of_fields": [line for lines in (fields or {}).values() for line in lines],
    }
    return HttpResponse(loader.render_to_string("error.html", context), status=status)


def _home() -> tuple[str, str]:
    return _("To the start page"), _address("home")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same bytes for what does not exist and for what is out of scope."""
    error = Missing()
    text = _("There is no such page, or it is not open to you.")
    return error_page(request, 404, _("Not found"), text, code=error.code, links=[_home()])


def refusal(request: HttpRequest, error: AppError) -> HttpResponse:
    """The page of an expected refusal that no form could show."""
    if error.status == HTTPStatus.NOT_FOUND:
        return not_found(request)
    titles = {
        400: _("The request cannot be carried out"),
        403: _("Your role does not open this"),
        409: _("The record has changed") if error.code in CHANGED else _("This cannot be done now"),
        413: _("Too much at once"),
        422: _("This form was already sent"),
        429: _("Too many attempts"),
    }
    links = [_home()]
    back = _own(request, request.headers.get("Referer", "")) if request.method == "POST" else ""
    if back:
        links.insert(0, (_("Open the record again"), back))
    typed = vars(error).get("typed") or (typed_in(request) if request.method == "POST" else [])
    response = error_page(
        request,
        error.status,
        titles.get(error.status, titles[400]),
        str(error.detail),
        code=error.code,
        typed=typed if error.status != HTTPStatus.FORBIDDEN else [],
        links=links,
        fields=error.as_dict()["fields"],
    )
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when the request was too big."""
    if isinstance(exception, TOO_BIG):
        text = _("The form or its files are larger than allowed.")
        return error_page(request, 413, _("Too much at once"), text, code="too_large", links=[_home()])
    text = _("The request could not be read.")
    return error_page(
        request, 400, _("The request cannot be carried out"), text, code="invalid", links=[_home()]
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the whole function is closed to the role."""
    text = _("Your role does not allow this.")
    return error_page(
        request, 403, _("Your role does not open this"), text, code="forbidden", links=[_home()]
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose token is stale; what was typed is shown for copying."""
    typed = typed_in(request)
    text = (
        _("The form had been open for too long. Open it again; what you typed is below.")
        if typed
        else _("The form had been open for too long, nothing was saved. Open it again.")
    )
    links = [(_("Open the form again"), request.path), _home()]
    return error_page(request, 403, _("The form is out of date"), text, code="csrf", typed=typed, links=links)


def session_ended(request: HttpRequest) -> HttpResponse:
    """401 of a form sent after the session has ended; what was typed is shown for copying."""
    typed = typed_in(request)
    text = (
        _("Nothing was saved. Copy what you typed, sign in and send the form again.")
        if typed
        else _("Nothing was saved. Sign in and send the form again.")
    )
    links = [(_("Sign in"), f"{_address('account_login')}?next={_own(request, request.path) or '/'}")]
    return error_page(
        request,
        401,
        _("The session has ended"),
        text,
        code="session_ended",
        typed=typed,
        links=links,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500 without a word about the reason."""
    text = _("The failure has been recorded. Try again in a few minutes.")
    return error_page(request, 500, _("Something went wrong"), text, code="error", links=[_home()])


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme and go back to the page."""
    response = HttpResponseRedirect(_own(request, request.POST.get("next", "")) or "/")
    chosen: Any = request.POST.get("theme", "")
    if chosen in themes.THEMES:
        themes.remember(response, chosen)
    return response
