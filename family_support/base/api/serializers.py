"""Shapes of bodies: a text is a text, unknown members are refused, moments say their offset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NoReturn

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from family_support.base import validators
from family_support.base.api.errors import shown_name
from family_support.base.errors import Invalid

REQUIRED = {
    "required": _("This field is needed."),
    "null": _("This field cannot be null."),
    "blank": _("This field cannot be empty."),
}
NOT_OBJECT = _("An object is needed here.")
# No Center worked before the orders: an earlier moment or a distant one is a mistake of the sending clock.
FIRST_YEAR, LAST_YEAR = 2024, 2100


def check_object(data: Any) -> None:
    """Raise Invalid unless a whole body is an object."""
    if not isinstance(data, Mapping):
        raise Invalid("not_object", NOT_OBJECT)


def refuse(error: DjangoValidationError) -> ValidationError:
    """A validator's error with its code."""
    return ValidationError(str(error.messages[0]), code=getattr(error, "code", None) or "invalid")


class Strict(serializers.Serializer):
    """An object with these members and no others; required ones are needed, and their nulls refused."""

    default_error_messages = {**REQUIRED, "invalid": NOT_OBJECT}

    def to_internal_value(self, data: Any) -> Any:
        """Errors of unknown members are told together with those of the known ones."""
        if not isinstance(data, Mapping):
            raise ValidationError([ErrorDetail(str(NOT_OBJECT), "not_object")])
        unknown = {shown_name(str(name)) for name in data if name not in self.fields}
        errors: dict[str, Any] = {
            name: [ErrorDetail(str(_("There is no such field.")), "unknown_field")]
            for name in sorted(unknown)
        }
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            detail = error.detail
            raise ValidationError({**errors, **detail} if isinstance(detail, dict) else detail) from error
        if errors:
            raise ValidationError(errors)
        return value


class Text(serializers.CharField):
    """A text and nothing that would have to be turned into one."""

    default_error_messages = {
        **REQUIRED,
        "invalid": _("A text is needed here."),
        "max_length": _("The text is longer than {max_length} characters."),
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Choice(serializers.ChoiceField):
    """One of the named codes."""

    default_error_messages = {
        **REQUIRED,
        "invalid_choice": _("This is not one of the codes of the schema."),
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choice_strings_to_values:
            self.fail("invalid_choice")
        return data


@extend_schema_field(OpenApiTypes.BOOL)
class Flag(serializers.Field):
    """True or false, and not a word or a number that looks like one."""

    default_error_messages = {**REQUIRED, "invalid": _("True or false is needed here.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return bool(data)

    def to_representation(self, value: Any) -> bool:
        return bool(value)


class _Exact(serializers.Field):
    """A field whose refusal ends the reading."""

    def no(self, key: str) -> NoReturn:
        """Raise the message of a key."""
        raise ValidationError(str(self.error_messages[key]), code=key)


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(_Exact):
    """A moment with its offset from UTC, not in the future; the view's context gives ``now``."""

    default_error_messages = {
        **REQUIRED,
        "moment": _("A moment is needed here, such as 2026-03-02T09:15:00+05:00."),
        "moment_impossible": _("There is no such moment."),
        "moment_naive": _("The moment has to say its offset from UTC, such as +05:00 or Z."),
        "moment_future": _("The moment is in the future."),
        "moment_early": _("The moment is before the Centers began to work."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        try:
            found = parse_datetime(data) if isinstance(data, str) and len(data) <= 40 else None
        except ValueError:
            self.no("moment_impossible")
        if found is None:
            self.no("moment")
        if found.tzinfo is None:
            self.no("moment_naive")
        if found.year < FIRST_YEAR:
            self.no("moment_early")
        if found.year > LAST_YEAR or found > self.context["now"]:
            self.no("moment_future")
        return found.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@extend_schema_field(OpenApiTypes.DATE)
class Day(_Exact):
    """A calendar day."""

    default_error_messages = {
        **REQUIRED,
        "day": _("A day is needed here, such as 2026-03-02."),
        "day_impossible": _("There is no such day."),
    }

    def to_internal_value(self, data: Any) -> date:
        try:
            found = parse_date(data) if isinstance(data, str) and len(data) == len("2026-03-02") else None
        except ValueError:
            self.no("day_impossible")
        if found is None:
            self.no("day")
        return found

    def to_representation(self, value: date) -> str:
        return value.isoformat()


@extend_schema_field({"type": "string", "pattern": "^[0-9]{12}$"})
class Iin(Text):
    """An IIN with a right checksum, of somebody born by today."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            validators.check_iin(text, today=self.context["today"])
        except DjangoValidationError as error:
            raise refuse(error) from error
        return text


class Rows(serializers.ListField):
    """A bounded list."""

    default_error_messages = {
        **REQUIRED,
        "not_a_list": _("A list is needed here."),
        "min_length": _("At least {min_length} entry is needed."),
        "max_length": _("There are more than {max_length} entries."),
    }

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list")
        return list(super().to_internal_value(data))
