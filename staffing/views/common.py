"""What several pages of staffing need."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from family_support.accounts.roles import UNIT_HEADS, Role
from family_support.base.actor import Actor
from family_support.base.rows import one
from family_support.directory.models import Center
from family_support.ui.components import Crumb, Tab
from staffing.models import KEEPERS, READERS

# Roles of the pages, as `allowed` takes them.
CENTER_READERS = sorted(READERS)
CENTER_KEEPERS = sorted(KEEPERS)
LOAD_READERS = sorted(UNIT_HEADS | {Role.DIRECTOR})
LANGUAGES = ("kk", "ru", "en")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def own_center(actor: Actor) -> Center:
    """The actor's Center. Errors: Missing."""
    return one(Center.objects.with_place(), pk=actor.center_id)


def wanted_language(request: HttpRequest) -> str:
    """The language asked for, or that of the page."""
    wanted = request.GET.get("language", "")
    return wanted if wanted in LANGUAGES else (get_language() or "ru")[:2]


def file_answer(content: bytes, name: str, content_type: str, *, download: bool) -> HttpResponse:
    """A file made on the spot; its name names no person."""
    answer = HttpResponse(content, content_type=content_type)
    kind = "attachment" if download else "inline"
    answer["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def crumbs(*more: Crumb) -> list[Crumb]:
    """The way back to the Center's staffing."""
    return [Crumb(_("Staffing"), reverse("staffing")), *more]


def tabs(actor: Actor, current: str) -> list[Tab]:
    """Staffing and, for those who have it, the load."""
    if actor.role not in LOAD_READERS and not actor.is_director:
        return []
    names = (("staffing", _("Positions and norms")), ("staffing-load", _("Load of workers")))
    return [Tab(label, reverse(name), current == name) for name, label in names]
