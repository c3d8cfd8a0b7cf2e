"""Houses of a Center and the places in them. The address is a secret: encrypted, and in no list, paper or mail."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from family_support.base.actor import Actor
from family_support.base.fields import EncryptedTextField
from family_support.base.models import Versioned
from family_support.directory.models import Center


class Shelter(Versioned):
    """A house or flat where a Center gives temporary stay, under a name that does not tell where it is."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="shelters")
    name = models.CharField(_("name in the Center's use"), max_length=60)
    address = EncryptedTextField(_("address"))
    phone = EncryptedTextField(_("phone of the house"), blank=True, default="")
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("house of temporary stay")
        verbose_name_plural = _("houses of temporary stay")
        ordering = ("center", "name")
        constraints = (models.UniqueConstraint(fields=("center", "name"), name="shelter_name_once"),)

    def __str__(self) -> str:
        return self.name


class PlaceQuerySet(models.QuerySet["Place"]):
    def of_center(self, center_id: int | None) -> PlaceQuerySet:
        return self.filter(shelter__center_id=center_id)

    def active(self) -> PlaceQuerySet:
        return self.filter(is_active=True, shelter__is_active=True)

    def managed_by(self, actor: Actor) -> PlaceQuerySet:
        """The director manages the places of the own Center."""
        return self.of_center(actor.center_id) if actor.is_director else self.none()


class Place(Versioned):
    """A room or a bed that one person or family is given as a whole."""

    shelter = models.ForeignKey(
        Shelter, on_delete=models.PROTECT, related_name="places", verbose_name=_("house")
    )
    name = models.CharField(_("room or bed"), max_length=60)
    beds = models.PositiveSmallIntegerField(_("beds"), default=1)
    note = models.CharField(_("note"), max_length=200, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ("shelter__name", "name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("shelter", "name"), name="place_name_once"),
            models.CheckConstraint(name="place_has_beds", condition=Q(beds__gte=1, beds__lte=20)),
        )

    def __str__(self) -> str:
        return f"{self.shelter.name}, {self.name}"

    @property
    def in_use(self) -> bool:
        """Whether it is given to anybody: a place under repair, or of a house that is, is not."""
        return self.is_active and self.shelter.is_active
