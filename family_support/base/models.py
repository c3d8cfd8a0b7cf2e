"""Abstract models that every app stands on, and the base app's own tables."""

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Conflict


class Named(models.Model):
    """A reference row named in Kazakh, Russian and English."""

    name_kk = models.CharField(_("name in Kazakh"), max_length=300)
    name_ru = models.CharField(_("name in Russian"), max_length=300)
    name_en = models.CharField(_("name in English"), max_length=300)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the active language; Russian where that one is empty."""
        language = (get_language() or "ru")[:2]
        return getattr(self, f"name_{language}", "") or self.name_ru

    @property
    def names(self) -> dict[str, str]:
        """The name in every language, for records that are told later to readers of any."""
        return {"kk": self.name_kk, "ru": self.name_ru, "en": self.name_en}


class DatedQuerySet(models.QuerySet[Any]):
    """Rows of the law, each in force for a period."""

    def in_force(self, day: date) -> "DatedQuerySet":
        """Rows in force on a day (both ends inclusive, an open end means until further notice)."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class Dated(models.Model):
    """A row in force from one day to another, both inclusive, with the act that it comes from."""

    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    act = models.CharField(_("act"), max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(app_label)s_%(class)s_valid_period",
            ),
        ]

    def is_in_force(self, day: date) -> bool:
        """Whether the row is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def days_of_force() -> Func:
    """The days a dated row is in force, both ends included, as PostgreSQL compares them."""
    return Func(
        "valid_from",
        "valid_to",
        RangeBoundary(True, True),
        function="daterange",
        output_field=DateRangeField(),
    )


def one_in_force(name: str, *key: str) -> ExclusionConstraint:
    """No two rows with the same key are in force on one day (ADR 17)."""
    same = tuple((field, RangeOperators.EQUAL) for field in key)
    return ExclusionConstraint(name=name, expressions=(*same, (days_of_force(), RangeOperators.OVERLAPS)))


class Versioned(models.Model):
    """A row that people edit: ``version`` counts its changes (optimistic lock)."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True

    def bump(self) -> None:
        """Count one more change; the caller saves."""
        self.version += 1


def check_version(obj: Versioned, expected: int | str | None) -> None:
    """Raise Conflict ``stale_version`` unless the row still has the version that the form was opened with.

    Call it after ``select_for_update``: otherwise two editors can both pass.
    """
    try:
        seen = int(expected) if expected is not None else None
    except ValueError:
        seen = None
    if seen != obj.version:
        raise Conflict(
            "stale_version",
            _("Somebody changed this record while you edited it. Open it again and repeat your change."),
        )


def bump(obj: Versioned) -> None:
    """Count one more change of the row; the caller saves."""
    obj.bump()


class IdempotencyKey(models.Model):
    """What an action gave for a form's key, so that a double click or a repeated call gives the same
    again.
    """

    key = models.UUIDField(editable=False)
    user_id = models.BigIntegerField(null=True, editable=False)
    action = models.CharField(max_length=100, editable=False)
    body_hash = models.CharField(max_length=64, editable=False)
    subject = models.CharField(max_length=100, blank=True, editable=False)
    result_id = models.BigIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "user_id", "action"], name="base_idempotency_key_once", nulls_distinct=False
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="base_idempotency_created")]
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")

    def __str__(self) -> str:
        return f"{self.action} {self.key}"


class AllowedTransition(models.Model):
    """One step that the database lets a state column take; written by the migration operation GuardStates
    only.
    """

    table = models.CharField(max_length=63)
    field = models.CharField(max_length=63)
    source = models.CharField(max_length=60, blank=True)  # empty: a row may begin in the target
    target = models.CharField(max_length=60)

    class Meta:
        db_table = "base_allowed_transition"
        constraints = [
            models.UniqueConstraint(
                fields=["table", "field", "source", "target"], name="base_allowed_transition_once"
            ),
        ]
        verbose_name = _("allowed transition")
        verbose_name_plural = _("allowed transitions")

    def __str__(self) -> str:
        return f"{self.table}.{self.field}: {self.source or '*'} → {self.target}"


class KeyFingerprint(models.Model):
    """The mark of a key in use: another key under the same name is refused before it can write anything."""

    name = models.CharField(max_length=40, unique=True)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        db_table = "base_key_fingerprint"
        verbose_name = _("key fingerprint")
        verbose_name_plural = _("key fingerprints")

    def __str__(self) -> str:
        return self.name
