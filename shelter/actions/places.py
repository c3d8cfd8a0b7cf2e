"""The director keeps the Center's houses and places."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.actions.locking import checked
from family_support.access.barred import barred_case_ids
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Invalid, Missing, Text, invalid_field
from family_support.base.rows import one
from shelter.actions.locking import required_text
from shelter.models import Place, Shelter, Stay
from shelter.models.stay import StayQuerySet
from shelter.permissions import check_can_manage_places

MOST_BEDS = 20


def put_shelter(
    *,
    shelter: Shelter | None,
    center_id: int,
    name: str,
    address: str,
    phone: str = "",
    is_active: bool = True,
    by: Actor,
    version: int | None = None,
) -> Shelter:
    """Add a house of temporary stay, or change it. The address stays encrypted and is shown to the placed case's team.

    Errors: Forbidden for others than the director, Missing for another Center, Conflict when stale, for a name that is
    there already or a house to be closed while somebody has a place in it, Invalid for missing parts.
    """
    check_can_manage_places(by)
    name = required_text(name, "name", _("Enter a name that does not tell where the house is."))
    address = required_text(address, "address", _("Enter the address."))
    with invalid_field("phone"):
        validators.check_text(phone)
    with acting(by):
        if not by.is_system and center_id != by.center_id:
            raise Missing
        row = Shelter(center_id=center_id)
        if shelter is not None:
            found = one(Shelter.objects.select_for_update(), pk=shelter.pk, center_id=center_id)
            row = checked(found, version)
            row.bump()
            if not is_active:
                _check_unused(Stay.objects.filter(place__shelter=row), by)
        row.name, row.address, row.phone, row.is_active = name, address, phone.strip(), is_active
        row.save()
    return row


def put_place(
    *,
    place: Place | None,
    shelter: Shelter,
    name: str,
    beds: int,
    note: str = "",
    is_active: bool = True,
    by: Actor,
    version: int | None = None,
) -> Place:
    """Add a room or bed to a house, or change it.

    Errors: Forbidden for others than the director, Missing for another Center's, Conflict when stale, for a name that
    is there already or a place to be closed while it is reserved or lived in, Invalid for missing parts.
    """
    check_can_manage_places(by)
    name = required_text(name, "name", _("Enter the name of the room or bed."))
    errors: dict[str, Text] = {}
    if not 1 <= beds <= MOST_BEDS:
        errors["beds"] = _("A place has 1 to 20 beds.")
    if errors:
        raise Invalid("place_invalid", fields=errors)
    with invalid_field("note"):
        validators.check_text(note)
    with acting(by):
        house = Shelter.objects.filter(pk=shelter.pk).first()
        if house is None or (not by.is_system and house.center_id != by.center_id):
            raise Missing
        row = Place(shelter=house)
        if place is not None:
            rows = Place.objects.of_center(house.center_id).select_for_update(of=("self",))
            found = one(rows, pk=place.pk)
            row = checked(found, version)
            row.bump()
            if not is_active:
                _check_unused(row.stays.all(), by)
        row.shelter, row.name, row.beds = house, name, beds
        row.note, row.is_active = note.strip(), is_active
        row.save()
    return row


def _check_unused(stays: StayQuerySet, by: Actor) -> None:
    """Errors: Conflict while somebody has a place there whose case does not keep the director out by name: to that one
    the answer may not confirm anybody's presence. Who lives there stays; nobody else is given the place."""
    if stays.active().exclude(case__in=barred_case_ids(by)).exists():
        raise Conflict(
            "place_in_use", _("Somebody has a place here: check them out or cancel the reservation first.")
        )
