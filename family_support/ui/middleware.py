"""Headers of every page, and pages for refusals."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from family_support.base.errors import AppError
from family_support.ui import views
from family_support.ui.idle import leave_idle

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "camera",
        "display-capture",
        "geolocation",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    )
)


TOO_MANY = 429
# Of the limits of public pages, in seconds: when to come again where nobody counted more exactly.
WINDOW = 600
# Sent by parts of a page that keep themselves fresh (frontend/js/fresh.js).
BACKGROUND = "X-Background"


class PageMiddleware:
    """Nothing personal stays in caches; an ``AppError`` of a view becomes its page; typed text survives."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method in ("GET", "HEAD") and BACKGROUND in request.headers:
            leave_idle(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if response.status_code == TOO_MANY:
            response.headers.setdefault("Retry-After", str(WINDOW))
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """A form sent after the session has ended: sign-in again, but the typed text is shown first."""
        if (
            request.method != "POST"
            or request.user.is_authenticated
            or not getattr(view, "login_required", True)
        ):
            return None
        if views.wants_json(request):
            return None
        return views.session_ended(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of an expected refusal; other exceptions go on."""
        return views.refusal(request, error) if isinstance(error, AppError) else None
