"""Centers and bodies are changed by system administrator and ministry editor."""

import hashlib
from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from family_support.accounts import permissions
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Invalid
from family_support.directory.models import Agency, Center, District, Sector


def seen_of(row: Model) -> str:
    """A mark of the row's content: a form sends back the one that it was opened with (optimistic lock)."""
    values = [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]
    if isinstance(row, Agency):
        values += [str(pk) for pk in sorted(row.sectors.values_list("pk", flat=True))]
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:16]


def _check_seen(row: Model, seen: str) -> None:
    if seen != seen_of(row):
        raise Conflict(
            "stale_version",
            _(
                "Somebody changed this record while you were editing it. Open it again and repeat your change."
            ),
        )


def _check_hours(opens: time, closes: time) -> None:
    if opens >= closes:
        raise Invalid("hours", fields={"closes": _("The closing hour must be later than the opening hour.")})


def _check_unused_center(*, code: str | None, bin: str, except_id: int | None) -> None:  # noqa: A002
    others = Center.objects.exclude(pk=except_id or 0)
    if code is not None and others.filter(code=code).exists():
        raise Invalid("code_taken", fields={"code": _("There is a Center with this code.")})
    if bin and others.filter(bin=bin).exists():
        raise Invalid("bin_taken", fields={"bin": _("There is a Center with this BIN.")})


def create_center(*, code: str, by: Actor, now: datetime, **fields: Any) -> Center:
    """A Center of a district (R192 3(3)); its code stands in its numbers and never changes.

    `fields` are the model's own, all of them. Raises Invalid, Forbidden.
    """
    with acting(by):
        permissions.check_can_edit_directory(by)
        _check_hours(fields["opens"], fields["closes"])
        _check_unused_center(code=code, bin=fields.get("bin", ""), except_id=None)
        return Center.objects.create(code=code, **fields)


def change_center(*, center: Center, seen: str, by: Actor, now: datetime, **fields: Any) -> Center:
    """Change a Center, all but its code and its dated hours. Raises Invalid, Forbidden, Conflict (`stale_version`)."""
    with acting(by):
        permissions.check_can_edit_directory(by)
        center = Center.objects.select_for_update().get(pk=center.pk)
        _check_seen(center, seen)
        _check_unused_center(code=None, bin=fields.get("bin", ""), except_id=center.pk)
        _assign(center, fields)
        center.save()
    return center


def _check_unused_agency(district: District, name_ru: str, except_id: int | None) -> None:
    same = Agency.objects.filter(district=district, name_ru=name_ru)
    if same.exclude(pk=except_id or 0).exists():
        raise Invalid("name_taken", fields={"name_ru": _("There is a body with this name in the district.")})


def create_agency(*, sectors: Collection[Sector], by: Actor, now: datetime, **fields: Any) -> Agency:
    """A body of a district with its sectors (R192 2, 5). Raises Invalid, Forbidden."""
    with acting(by):
        permissions.check_can_edit_directory(by)
        _check_unused_agency(fields["district"], fields["name_ru"], None)
        agency = Agency.objects.create(**fields)
        agency.sectors.set(sectors)
    return agency


def change_agency(
    *, agency: Agency, sectors: Collection[Sector], seen: str, by: Actor, now: datetime, **fields: Any
) -> Agency:
    """Change a body; parts handed over before keep the snapshot of then. Raises Invalid, Forbidden, Conflict."""
    with acting(by):
        permissions.check_can_edit_directory(by)
        agency = Agency.objects.select_for_update().get(pk=agency.pk)
        _check_seen(agency, seen)
        _check_unused_agency(fields["district"], fields["name_ru"], agency.pk)
        _assign(agency, fields)
        agency.save()
        agency.sectors.set(sectors)
    return agency


def _assign(row: Model, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
