"""Counts "not found" answers of records: who tries addresses one after another is looking for somebody."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from family_support.base import clock
from family_support.oversight.watch import note_miss

NOT_FOUND = 404


class MissMiddleware:
    """One counter in the cache, for signed-in people and addresses of records only; nothing for other answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == NOT_FOUND and request.resolver_match and request.resolver_match.kwargs:
            actor = request.actor
            if (
                actor is not None
                and actor.membership_id is not None
                and not request.headers.get("Authorization")
            ):
                note_miss(actor.membership_id, clock.now())
        return response
