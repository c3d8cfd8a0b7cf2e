"""The map of the country and who works on it: regions, districts, Centers, bodies, sectors, state services."""

from __future__ import annotations

from datetime import date, time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from family_support.base.models import Dated, DatedQuerySet, Named, Versioned, one_in_force

OPENS = time(9, 0)
CLOSES = time(18, 30)


class Region(Named):
    """A region or a city of republican significance, by its two digits of KATO."""

    kato = models.CharField(_("KATO code"), max_length=2, unique=True)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ("kato",)
        constraints = (
            models.CheckConstraint(name="region_kato_digits", condition=Q(kato__regex=r"^[0-9]{2}$")),
        )


class DistrictQuerySet(models.QuerySet["District"]):
    def active(self) -> DistrictQuerySet:
        return self.filter(is_active=True)


class District(Named):
    """A district, a city of regional significance or a district of a city.

    `code` never changes and is ours; `kato` is empty until the classifier's code is known for certain.
    """

    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="districts", verbose_name=_("region")
    )
    code = models.CharField(_("code"), max_length=8, unique=True)
    kato = models.CharField(_("KATO code"), max_length=9, blank=True)
    is_city = models.BooleanField(_("city"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ("region", "name_ru")
        constraints = (
            models.UniqueConstraint(fields=("kato",), condition=~Q(kato=""), name="district_kato_once"),
            models.CheckConstraint(
                name="district_kato_digits", condition=Q(kato="") | Q(kato__regex=r"^[0-9]{9}$")
            ),
        )


class CenterQuerySet(models.QuerySet["Center"]):
    def active(self) -> CenterQuerySet:
        return self.filter(is_active=True)

    def with_place(self) -> CenterQuerySet:
        return self.select_related("district__region")


class Center(Named, Versioned):
    """A Family Support Center of one district (R192 3(3)). Its code stands in the numbers of its intakes and cases."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="centers", verbose_name=_("district")
    )
    bin = models.CharField(_("BIN"), max_length=12, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    opens = models.TimeField(_("opens at"), default=OPENS)
    closes = models.TimeField(_("closes at"), default=CLOSES)
    is_active = models.BooleanField(_("active"), default=True)

    objects = CenterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Center")
        verbose_name_plural = _("Centers")
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(name="center_code_form", condition=Q(code__regex=r"^[A-Z0-9]{3,10}$")),
            models.CheckConstraint(
                name="center_bin_digits", condition=Q(bin="") | Q(bin__regex=r"^[0-9]{12}$")
            ),
            models.CheckConstraint(name="center_opens_before_closing", condition=Q(opens__lt=F("closes"))),
            models.UniqueConstraint(fields=("bin",), condition=~Q(bin=""), name="center_bin_once"),
        )


class SectorQuerySet(models.QuerySet["Sector"]):
    def statutory(self) -> SectorQuerySet:
        """The twelve sectors that R192 2 and 5 name."""
        return self.filter(is_body_kind=False)


class Sector(Named):
    """A field of competence of a body: the twelve of R192 2 and 5, and other senders and executors."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    order = models.PositiveSmallIntegerField(_("order"))
    is_body_kind = models.BooleanField(
        _("kind of body"),
        default=False,
        help_text=_("A kind of body beside the twelve sectors, such as the police or an NGO"),
    )

    objects = SectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ("order",)


class SectorFieldQuerySet(DatedQuerySet):
    def codes(self, sector_ids: list[int], on: date) -> frozenset[str]:
        """What bodies of these sectors may see in their part on a day, beyond what every body sees (R192 7(3))."""
        rows = self.in_force(on).filter(sector_id__in=sector_ids)
        return frozenset(rows.values_list("field", flat=True))


class SectorField(Dated):
    """One field that a sector's body may see of the person concerned, edited by the ministry (R192 7(3))."""

    class Field(models.TextChoices):
        SCHOOL = "school", _("school or place of study")
        SCHOOL_CLASS = "school_class", _("class or course")
        LEGAL_REPRESENTATIVE = "legal_representative", _("legal representative")
        HEALTH_SECTION = "health_section", _("the health section that the measure concerns")
        EDUCATION = "education", _("education")
        WORK_HISTORY = "work_history", _("work history")
        HOUSEHOLD = "household", _("household")
        INCOME = "income", _("income")
        BENEFITS = "benefits", _("benefits")
        ADDRESS = "address", _("address")
        HOUSING_CONDITIONS = "housing_conditions", _("housing conditions")
        THREAT = "threat", _("threat")
        PROTECTIVE_ORDERS = "protective_orders", _("protective orders")
        OFFENCE_PREVENTION = "offence_prevention", _("offence prevention")
        MINORS = "minors", _("minors")
        MINORS_STAY = "minors_stay", _("where the minors stay")

    sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="fields", verbose_name=_("sector")
    )
    field = models.CharField(_("field"), max_length=30, choices=Field.choices)

    objects = SectorFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("field a sector may see")
        verbose_name_plural = _("fields sectors may see")
        ordering = ("sector", "field", "valid_from")
        constraints = (
            *Dated.Meta.constraints,
            one_in_force("sector_field_one_in_force", "sector", "field"),
        )

    def __str__(self) -> str:
        return f"{self.sector_id} {self.field}"


class AgencyQuerySet(models.QuerySet["Agency"]):
    def active(self) -> AgencyQuerySet:
        return self.filter(is_active=True)

    def of_sector(self, code: str) -> AgencyQuerySet:
        return self.filter(sectors__code=code)

    def in_district(self, district_id: int) -> AgencyQuerySet:
        return self.filter(district_id=district_id)


class Agency(Named, Versioned):
    """A state body or organization of one district that carries out its part of a plan (R192 5, 9)."""

    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="agencies", verbose_name=_("district")
    )
    bin = models.CharField(_("BIN"), max_length=12, blank=True)
    head_email = models.EmailField(_("e-mail of the head"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    sectors = models.ManyToManyField(Sector, related_name="agencies", verbose_name=_("sectors"))
    is_active = models.BooleanField(_("active"), default=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("body")
        verbose_name_plural = _("bodies")
        ordering = ("district", "name_ru")
        constraints = (
            models.UniqueConstraint(fields=("district", "name_ru"), name="agency_name_once"),
            models.CheckConstraint(
                name="agency_bin_digits", condition=Q(bin="") | Q(bin__regex=r"^[0-9]{12}$")
            ),
        )

    @property
    def short_name(self) -> str:
        """Its name for lists of one Center, whose bodies are of one place: without the place in brackets behind it."""
        return self.name.partition(" (")[0]


class StateService(Named, Dated):
    """A state service of the register, with the register's term in working days (R192 10)."""

    code = models.CharField(_("code"), max_length=30)
    sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="services", verbose_name=_("sector")
    )
    term_days = models.PositiveSmallIntegerField(_("term, working days"))

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("state service")
        verbose_name_plural = _("state services")
        ordering = ("sector", "name_ru")
        constraints = (
            *Dated.Meta.constraints,
            one_in_force("state_service_one_in_force", "code"),
        )
