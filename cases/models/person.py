"""People, and their place in a case."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from family_support.base.actor import Actor
from family_support.base.crypto import blind_index
from family_support.base.fields import EncryptedTextField
from family_support.base.models import Versioned
from family_support.base.names import fold
from family_support.directory.models import District

ADULT_AT = 18


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, actor: Actor) -> PersonQuerySet:
        """People of the cases whose content the actor reads now."""
        return self.filter(places__case__in=Case.objects.visible_to(actor).values("pk")).distinct()

    def listed_to(self, actor: Actor) -> PersonQuerySet:
        """People of the cases the actor sees in lists: to be shown masked."""
        return self.filter(places__case__in=Case.objects.listed_to(actor).values("pk")).distinct()


class Person(Versioned):
    """A member of a family. IIN, phones and address are encrypted; names are folded for search (data.md 8)."""

    class Sex(models.TextChoices):
        FEMALE = "f", _("Female")
        MALE = "m", _("Male")

    class NoIin(models.TextChoices):
        NEWBORN = "newborn", _("Newborn, no IIN yet")
        FOREIGNER = "foreigner", _("Foreigner or stateless person")
        REFUSED = "refused", _("Refused to give it")
        UNKNOWN = "unknown", _("Not yet known")

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone call")
        MESSAGE = "message", _("Message to the phone")
        IN_PERSON = "in_person", _("Only in person")
        TRUSTED = "trusted", _("Through a trusted person")

    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    patronymic = models.CharField(_("patronymic"), max_length=100, blank=True)
    name_key = models.CharField(max_length=310, blank=True, editable=False)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    iin = EncryptedTextField(_("IIN"), blank=True, default="")
    iin_index = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    no_iin_reason = models.CharField(
        _("why there is no IIN"), max_length=10, choices=NoIin.choices, blank=True
    )
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False, db_index=True)
    safe_contact = models.CharField(
        _("safe way to reach"), max_length=10, choices=Channel.choices, blank=True
    )
    safe_contact_note = EncryptedTextField(_("safe contact: when and how"), blank=True, default="")
    address = EncryptedTextField(_("address"), blank=True, default="")
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Sections an agency may need in its part (rules.md 6, What a body may see).
    place_of_study = models.CharField(_("school or place of study, class"), max_length=200, blank=True)
    education = models.CharField(_("education"), max_length=200, blank=True)
    work = models.CharField(_("work"), max_length=200, blank=True)
    health_note = EncryptedTextField(_("health: what help needs to know"), blank=True, default="")

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = (
            models.CheckConstraint(
                name="person_iin_or_reason",
                condition=~Q(iin_index="") & Q(no_iin_reason="") | Q(iin_index="") & ~Q(no_iin_reason=""),
            ),
        )
        indexes = (GinIndex(fields=("name_key",), opclasses=("gin_trgm_ops",), name="person_name_trigrams"),)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part)

    def is_minor(self, on: date) -> bool:
        """Under 18 on a date; somebody without a birth date is not taken for a minor."""
        if self.birth_date is None:
            return False
        had_birthday = (on.month, on.day) >= (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - (0 if had_birthday else 1) < ADULT_AT

    def set_identity(self, *, iin: str, phone: str) -> None:
        """Keep IIN and phone encrypted, each with the index it is found by; fold the names."""
        self.iin, self.iin_index = iin, blind_index(iin, "iin") if iin else ""
        self.phone, self.phone_index = phone, blind_index(phone, "phone") if phone else ""
        self.name_key = fold(self.full_name)


class CaseMember(models.Model):
    """A person's place in a case: applicant, relation to the applicant, whether they live together."""

    class Relation(models.TextChoices):
        SELF = "self", _("Applicant")
        SPOUSE = "spouse", _("Spouse or partner")
        CHILD = "child", _("Child")
        PARENT = "parent", _("Parent")
        SIBLING = "sibling", _("Brother or sister")
        GRANDPARENT = "grandparent", _("Grandparent")
        GUARDIAN = "guardian", _("Guardian or custodian")
        OTHER = "other", _("Other")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="places")
    relation = models.CharField(_("relation to the applicant"), max_length=20, choices=Relation.choices)
    lives_together = models.BooleanField(_("lives with the family"), default=True)
    legal_representative = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("legal representative"),
    )
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("family member")
        verbose_name_plural = _("family members")
        constraints = (
            models.UniqueConstraint(fields=("case", "person"), name="case_member_once"),
            models.UniqueConstraint(
                fields=("case",), condition=Q(relation="self"), name="case_one_applicant"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.relation}"
