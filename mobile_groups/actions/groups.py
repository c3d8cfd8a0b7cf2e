"""The mobile group: the coordinator enters the akim's order, its members, and puts it in force (R256 20, 21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, Missing, invalid_field
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.deadlines.actions import cancel, meet, open_deadline
from family_support.directory.models import Agency, Center, District, Sector
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from mobile_groups.actions.calling import call_for_open_alarms
from mobile_groups.models import GroupMember, MobileGroup
from mobile_groups.permissions import check_coordinates
from mobile_groups.rules import COORDINATING, check_order_date, check_year, missing_sectors

MANDATE = "group_mandate"


@dataclass(frozen=True)
class MemberData:
    """A person of a body: with an account (`membership`), or by name, post and phone."""

    sector: Sector
    membership: Membership | None = None
    agency: Agency | None = None
    name: str = ""
    post: str = ""
    phone: str = ""


def subject_of(group: MobileGroup) -> tuple[str, int]:
    return ("mobile_groups.mobilegroup", group.pk)


def create_group(
    *,
    year: int,
    order_number: str = "",
    order_date: date | None = None,
    issued_by: str = "",
    copy: MobileGroup | None = None,
    by: Actor,
    now: datetime,
) -> MobileGroup:
    """Begin the draft of the district's group for a year; a group of the same year in force is named as the one to
    be replaced. `copy` takes the members of another group of the district along.

    Errors: Forbidden, Invalid (a past year, an order date), Conflict when the year has a draft already.
    """
    check_coordinates(by)
    with acting(by):
        fields = _order_fields(year, order_number, order_date, issued_by, now)
        district = District.objects.get(pk=by.district_id)
        in_force = MobileGroup.objects.filter(
            district=district, year=year, state=MobileGroup.State.IN_FORCE
        ).first()
        group = MobileGroup.objects.create(
            district=district,
            coordinator_id=by.membership_id,
            replaces=in_force if copy is not None and copy == in_force else None,
            created_at=now,
            **fields,
        )
        if copy is not None:
            _copy_members(copy, group, by, now)
    return group


def _order_fields(
    year: int, order_number: str, order_date: date | None, issued_by: str, now: datetime
) -> dict[str, object]:
    today = local_date(now)
    check_year(year, today)
    check_order_date(order_date, year, today)
    texts = {"order_number": order_number.strip(), "issued_by": issued_by.strip()}
    for name, text in texts.items():
        with invalid_field(name):
            validators.check_text(text)
    return {"year": year, "order_date": order_date, **texts}


def _copy_members(copy: MobileGroup, group: MobileGroup, by: Actor, now: datetime) -> None:
    """Those who are still there: ended accounts stay behind."""
    if copy.district_id != by.district_id:
        raise Missing
    active = Membership.objects.active(local_date(now))
    for member in copy.members.all():
        if member.membership_id is None or active.filter(pk=member.membership_id).exists():
            member.pk, member.group = None, group
            member.save(force_insert=True)


def change_group(
    *,
    group: MobileGroup,
    year: int,
    order_number: str,
    order_date: date | None,
    issued_by: str,
    expected_version: int | str | None,
    by: Actor,
    now: datetime,
) -> MobileGroup:
    """Change the draft's order. Errors: Forbidden, Missing, Conflict (stale, no draft), Invalid."""
    with acting(by):
        group = _locked_draft(group, by, expected_version)
        for name, value in _order_fields(year, order_number, order_date, issued_by, now).items():
            setattr(group, name, value)
        group.bump()
        group.save()
    return group


def put_member(
    *,
    group: MobileGroup,
    data: MemberData,
    member: GroupMember | None = None,
    expected_version: int | str | None = None,
    by: Actor,
    now: datetime,
) -> GroupMember:
    """Add somebody to the draft, or change them: of a body of that sector, never of the Center.

    Errors: Forbidden, Missing, Conflict (stale, no draft, in the group already), Invalid by field.
    """
    with acting(by):
        group = _locked_draft(group, by, None)
        if member is None:
            last = group.members.order_by("-order").values_list("order", flat=True).first() or 0
            member = GroupMember(group=group, order=last + 1)
        else:
            member = _member_anew(group, member, expected_version)
            member.bump()
        for name, value in _member_fields(group, data, now).items():
            setattr(member, name, value)
        member.save()
        _touched(group)
    return member


def _member_fields(group: MobileGroup, data: MemberData, now: datetime) -> dict[str, object]:
    agency = data.membership.agency if data.membership else data.agency
    name, post = " ".join(data.name.split()), " ".join(data.post.split())
    if data.membership is not None:
        _check_account(group, data.membership, now)
        name = data.membership.user.full_name
    if agency is None:
        raise Invalid("agency_missing", fields={"agency": _("Choose the body this person comes from.")})
    if not name:
        raise Invalid(
            "name_missing", fields={"name": _("Write the person's full name, or choose an account.")}
        )
    if not post:
        raise Invalid("post_missing", fields={"post": _("Write the person's post.")})
    if not agency.sectors.filter(pk=data.sector.pk).exists():
        raise Invalid("sector_not_of_body", fields={"sector": _("This body does not belong to that sector.")})
    phone = data.phone.strip()
    if data.membership is None and not phone:
        raise Invalid(
            "phone_missing",
            fields={"phone": _("Without an account the person is called by phone: write it.")},
        )
    if phone:
        with invalid_field("phone"):
            phone = validators.normalise_phone(phone)
    for field, text in (("name", name), ("post", post)):
        with invalid_field(field):
            validators.check_text(text)
    return {
        "agency": agency,
        "sector": data.sector,
        "membership": data.membership,
        "name": name,
        "post": post,
        "phone": phone,
    }


def _check_account(group: MobileGroup, membership: Membership, now: datetime) -> None:
    fits = (
        membership.role == Role.GROUP_MEMBER
        and membership.agency is not None
        and membership.agency.district_id == group.district_id
        and Membership.objects.active(local_date(now)).filter(pk=membership.pk).exists()
    )
    if not fits:
        raise Invalid(
            "membership_unfit",
            fields={"membership": _("Choose a mobile-group member of a body of this district.")},
        )


def _member_anew(group: MobileGroup, member: GroupMember, expected_version: int | str | None) -> GroupMember:
    """The draft's member as it is now: somebody who was taken out is not written back. Errors: Missing, Conflict."""
    found = one(group.members, pk=member.pk)
    if expected_version is not None:
        check_version(found, expected_version)
    return found


def remove_member(
    *, member: GroupMember, expected_version: int | str | None = None, by: Actor, now: datetime
) -> None:
    """Take somebody out of the draft. Errors: Forbidden, Missing, Conflict (stale, no draft)."""
    with acting(by):
        group = _locked_draft(member.group, by, None)
        _member_anew(group, member, expected_version).delete()
        _touched(group)


def call_earlier(
    *, member: GroupMember, expected_version: int | str | None = None, by: Actor, now: datetime
) -> None:
    """Move a member one place up in the order of calling; the version is the draft's, for its order is what changes.

    Errors: Forbidden, Missing, Conflict (stale, no draft).
    """
    with acting(by):
        group = _locked_draft(member.group, by, expected_version)
        rows = list(group.members.all())
        if member not in rows:
            raise Missing
        place = rows.index(member)
        rows.insert(max(place - 1, 0), rows.pop(place))
        for number, row in enumerate(rows, 1):
            row.order = number
        GroupMember.objects.bulk_update(rows, ("order",))
        _touched(group)


def discard_group(
    *, group: MobileGroup, expected_version: int | str | None, by: Actor, now: datetime
) -> None:
    """Throw a draft away. Errors: Forbidden, Missing, Conflict (stale, no draft)."""
    with acting(by):
        _locked_draft(group, by, expected_version).delete()


def attach_order(*, group: MobileGroup, upload: UploadedFile | None, by: Actor, now: datetime) -> Attachment:
    """Keep the scan of the akim's order with the draft. Errors: Forbidden, Missing, Conflict (no draft), Invalid
    without a file or for a bad one."""
    if upload is None:
        raise Invalid("scan_missing", fields={"scan": _("Attach the scan of the akim's order.")})
    with acting(by):
        group = _locked_draft(group, by, None)
        _touched(group)
        return attach(
            case_id=None,
            subject=subject_of(group),
            kind=Attachment.Kind.SIGNED_PAPER,
            upload=upload,
            by=by,
            now=now,
            field="scan",
        )


def has_order_scan(group: MobileGroup) -> bool:
    return Attachment.objects.of_subject(*subject_of(group)).exists()


def put_group_in_force(
    *, group: MobileGroup, expected_version: int | str | None, by: Actor, now: datetime
) -> MobileGroup:
    """The order is entered and all three sectors are there: the mandate runs to 31 December of its year (R256 21).

    It meets the mandate's term of the year before, replaces the group of the same year that it names, and is called
    for alarms that nobody has answered for. Errors: Forbidden, Missing, Conflict (stale, no draft, another in force,
    no Center in the district), Invalid naming what is missing: the order, its scan, a sector.
    """
    with acting(by):
        group = _locked_draft(group, by, expected_version)
        _check_complete(group, now)
        center = Center.objects.active().filter(district_id=group.district_id).order_by("pk").first()
        if center is None:
            raise Conflict(
                "no_center", _("There is no Center in this district that the group could work for.")
            )
        before = group.replaces
        if before is not None and before.state == MobileGroup.State.IN_FORCE:
            before.give_way()
            before.ended_at = now
            before.bump()
            before.save()
            cancel(
                terms=MANDATE,
                subject=subject_of(before),
                reason=str(_("replaced by a new order of the same year")),
                by=by,
                now=now,
            )
        _check_only_one(group)
        group.put_in_force()
        group.in_force_at, group.in_force_by_id = now, by.membership_id
        group.coordinator_id = by.membership_id or group.coordinator_id
        group.bump()
        group.save()
        _mandate_terms(group, center, by, now)
        if group.year == local_date(now).year:
            call_for_open_alarms(group.district_id, by=by, now=now)
        emit("group.in_force", group=group.pk)
    return group


def _check_complete(group: MobileGroup, now: datetime) -> None:
    check_year(group.year, local_date(now))
    if not group.order_number or group.order_date is None:
        raise Invalid(
            "order_missing", _("Enter the number and the date of the akim's order first (R256 21).")
        )
    if not has_order_scan(group):
        raise Invalid("order_scan_missing", _("Attach the scan of the akim's order first (R256 21)."))
    present = set(group.members.values_list("sector__code", flat=True))
    missing = missing_sectors(present)
    if missing:
        names = ", ".join(sector.name.lower() for sector in Sector.objects.filter(code__in=missing))
        raise Invalid(
            "sector_missing",
            format_lazy(
                _(
                    "The group has no member from: {sectors}. Education, health and internal affairs are all "
                    "obligatory (R256 21)."
                ),
                sectors=names,
            ),
        )
    agency = group.coordinator.agency
    if agency is None or not agency.sectors.filter(code=COORDINATING).exists():
        raise Invalid(
            "coordinator_not_social",
            _(
                "The group is coordinated by social protection: your body does not belong to that sector (R256 21)."
            ),
        )


def _check_only_one(group: MobileGroup) -> None:
    """Said before the constraint `group_in_force_once` would have to say it."""
    if MobileGroup.objects.filter(
        district_id=group.district_id, year=group.year, state=MobileGroup.State.IN_FORCE
    ).exists():
        raise Conflict(
            "group_in_force",
            format_lazy(_("A group is in force in this district for {year} already."), year=group.year),
        )


def _mandate_terms(group: MobileGroup, center: Center, by: Actor, now: datetime) -> None:
    """The new mandate begins; next year's order is what meets the one before (rules.md 4)."""
    earlier = MobileGroup.objects.filter(district_id=group.district_id, year__lt=group.year)
    for row in earlier:
        meet(terms=MANDATE, subject=subject_of(row), by=by, now=now)
    open_deadline(
        term=MANDATE,
        started_at=now,
        due_on=group.mandate_ends_on,
        center=center,
        agency=group.coordinator.agency,
        case_id=None,
        subject=subject_of(group),
        by=by,
        now=now,
    )


def expire_groups(*, now: datetime, district_id: int | None = None) -> int:
    """Mandates of past years end by themselves, everywhere or in one district; their open alarms go to the new group,
    or aloud to coordinator and director. How many ended."""
    with acting(SYSTEM):
        rows = MobileGroup.objects.filter(state=MobileGroup.State.IN_FORCE, year__lt=local_date(now).year)
        if district_id is not None:
            rows = rows.filter(district_id=district_id)
        ended = list(rows.select_for_update(of=("self",), skip_locked=True))
        for group in ended:
            group.expire()
            group.ended_at = now
            group.bump()
            group.save()
            emit("group.expired", group=group.pk)
        for district_id in {group.district_id for group in ended}:
            call_for_open_alarms(district_id, by=SYSTEM, now=now)
    return len(ended)


def _locked_draft(group: MobileGroup, by: Actor, expected_version: int | str | None) -> MobileGroup:
    """Errors: Forbidden, Missing out of the district, Conflict for a stale version or no draft."""
    check_coordinates(by)
    found = one(
        MobileGroup.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("district", "replaces", "coordinator__agency"),
        pk=group.pk,
    )
    if expected_version is not None:
        check_version(found, expected_version)
    if found.state != MobileGroup.State.DRAFT:
        raise Conflict("group_no_draft", _("Only a draft can be changed: enter a new order instead."))
    return found


def _touched(group: MobileGroup) -> None:
    group.bump()
    group.save(update_fields=("version",))
