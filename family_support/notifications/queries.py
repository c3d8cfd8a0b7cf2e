"""Reading notices for the list and the counter of the frame."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from family_support.access.subjects import CaseLine, case_lines, names, subject_url
from family_support.base.actor import Actor
from family_support.notifications.models import Notice, NoticeQuerySet
from family_support.notifications.registry import kinds

COUNTED_TO = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A notice ready to be shown in the reader's language."""

    notice: Notice
    text: str
    icon: str
    tone: str
    case: CaseLine | None
    url: str


def of_actor(actor: Actor) -> NoticeQuerySet:
    """The actor's own notices, newest first."""
    return Notice.objects.visible_to(actor).order_by("-created_at", "-pk")


def unread_count(actor: Actor) -> int:
    """Unread notices of the actor, counted to a hundred: more is shown as 99+."""
    if actor.membership_id is None:
        return 0
    return Notice.objects.visible_to(actor).unread()[:COUNTED_TO].count()


def lines(notices: Iterable[Notice], actor: Actor) -> list[Line]:
    """Texts, case numbers and links of notices: one query for the cases and one a kind of name."""
    rows = list(notices)
    known = kinds()
    cases = case_lines([row.case_id for row in rows if row.case_id], actor)
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.kind in known:
            for param, kind in known[row.kind].names.items():
                wanted[kind].add(str(row.params.get(param, "")))
    called = {kind: names(kind, codes) for kind, codes in wanted.items()}
    made = []
    for row in rows:
        found = known.get(row.kind)
        case = cases.get(row.case_id) if row.case_id else None
        url = subject_url(row.subject_type, row.subject_id) or (case.url if case else "")
        if found is None:
            # A kind of an app that is no longer installed: the notice stays in the list.
            made.append(Line(row, _("Notice"), "bell", "grey", case, url))
            continue
        params: dict[str, Any] = dict(row.params)
        for param, kind in found.names.items():
            code = str(params.get(param, ""))
            params[param] = called[kind].get(code, code)
        made.append(Line(row, str(found.text) % params, found.icon, found.tone, case, url))
    return made
