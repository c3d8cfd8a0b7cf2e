"""The paper for the person: what is kept about them, for what, since when, and who read it (94-V art. 24).

Made from the register: the person's own fields, and what else is theirs alone (records that name them). Never in it:
data of other people, what was told about them and by whom, any address of a shelter, and in a restricted case no
body but the Center by name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from cases.models import Consent, Person
from cases.papers import chosen_language
from family_support.access.models import ReadEntry
from family_support.accounts.models import Membership
from family_support.base.clock import local_date
from family_support.base.personal_data import Kind, own_models, personal_fields
from family_support.documents.render import render_pdf
from family_support.protection.models import DataRequest, RetentionRule
from family_support.protection.retention import kind_of

# Folded keys and indexes say nothing that the fields beside them do not.
DERIVED = frozenset({"name_key", "iin_index", "phone_index", "index", "file", "json", "secret"})
# Papers of the product itself, told by their own part of the paper.
TOLD = frozenset({"protection.DataRequest", "cases.Consent", "cases.CaseMember"})
# Where a family fled to is on no paper, and that somebody stays there is for the stay's own papers.
UNTOLD_APPS = frozenset({"shelter"})


@dataclass
class Part:
    """One kind of data: label and value, in the order of the register."""

    title: Any
    lines: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """Who read on one day: post and organization, never the worker's name or what of the case."""

    day: date
    post: str
    organization: str
    times: int


def _shown(row: models.Model, field_: Any) -> str:
    display = getattr(row, f"get_{field_.name}_display", None)
    value = display() if display else getattr(row, field_.name)
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(value or "")


def own_data(person: Person) -> list[Part]:
    """The fields of the person, by kind; what is empty is left out."""
    parts: dict[str, Part] = {}
    for field_, entry in personal_fields(Person):
        if entry.what in DERIVED:
            continue
        value = _shown(person, field_)
        if value:
            part = parts.setdefault(entry.kind, Part(Kind(entry.kind).label))
            part.lines.append((_capitalised(field_.verbose_name), value))
    return list(parts.values())


def records(person: Person, case_id: int) -> list[tuple[str, int]]:
    """Kinds of records of the case that name this person, with their numbers."""
    found = []
    for model in own_models():
        if model._meta.label in TOLD or model._meta.app_label in UNTOLD_APPS:
            continue
        link = _person_link(model)
        path = case_path(model)
        if link is None or path is None:
            continue
        count = model._default_manager.filter(**{link: person.pk, path: case_id}).count()
        if count:
            found.append((_capitalised(model._meta.verbose_name_plural), count))
    return found


def _person_link(model: type[models.Model]) -> str | None:
    links = [each.attname for each in model._meta.concrete_fields if each.related_model is Person]
    return links[0] if links else None


def case_path(model: type[models.Model], depth: int = 4) -> str | None:
    """How a model's rows lead to their case: the shortest way over links, as a lookup of its key."""
    names = {each.name for each in model._meta.concrete_fields}
    for name in ("case", "case_id"):
        if name in names:
            return "case_id"
    if depth == 0:
        return None
    ways = []
    for each in model._meta.concrete_fields:
        target = each.related_model
        if target is None or target is model or not _within(target):
            continue
        further = case_path(target, depth - 1)
        if further is not None:
            ways.append(f"{each.name}__{further}")
    return min(ways, key=lambda way: way.count("__"), default=None)


def _within(target: Any) -> bool:
    """Links of people, posts and lists lead to many cases."""
    config = apps.get_app_config(target._meta.app_label)
    return target is not Person and config.label not in {
        "accounts",
        "auth",
        "directory",
        "monitoring",
        "protection",
    }


def _capitalised(text: Any) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]


def readings(request: DataRequest) -> list[Reading]:
    """Who read the case, by day, post and organization."""
    rows = ReadEntry.objects.filter(case_id=request.case_id).values_list("at", "membership_id")
    counted = Counter((local_date(at), membership) for at, membership in rows)
    memberships = Membership.objects.select_related("center", "agency").in_bulk(
        {membership for _day, membership in counted}
    )
    merged: Counter[tuple[date, str, str]] = Counter()
    for (day, pk), times in counted.items():
        membership = memberships.get(pk)
        if membership is not None:
            merged[day, str(membership.get_role_display()), _organization(request, membership)] += times
    return [Reading(*key, times) for key, times in sorted(merged.items(), reverse=True)]


def _organization(request: DataRequest, membership: Membership) -> str:
    if membership.center_id is not None:
        return str(membership.center)
    if request.case.restricted:
        return str(_("another body, by law"))
    return str(membership.agency) if membership.agency_id is not None else str(_("the authorized body"))


def data_pdf(request: DataRequest, wanted: str, now: datetime) -> bytes:
    """The paper in a language. Its metadata name a kind of paper and a number, nobody."""
    language = chosen_language(wanted)
    with translation.override(language):
        title = _("Personal data kept under case {number}").format(number=request.case.number)
        rule = RetentionRule.objects.in_force(local_date(now)).filter(kind=kind_of(request.case)).first()
        consents = Consent.objects.filter(case=request.case, person=request.person).order_by("asked_at")
        member = request.case.members.filter(person=request.person).first()
        context = {
            "found": request,
            "center": request.case.center,
            "member": member,
            "parts": own_data(request.person),
            "records": records(request.person, request.case_id),
            "consents": list(consents),
            "readings": readings(request),
            "rule": rule,
            "now": now,
        }
        return render_pdf("protection/data_pdf.html", context, language, title=title)
