"""Shapes of what programs send and hear. Values are checked by the validators that the pages use."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from cases.actions import Call, Card, PersonData
from cases.actions.people import BY_PHONE, NAME_OF_SEX
from cases.actions.submissions import ROLES
from cases.models import FamilyCard, Person
from family_support.base import validators
from family_support.base.api.serializers import Choice, Day, Flag, Iin, Moment, Rows, Strict, Text, refuse

MOST_MEMBERS = 30


def _wrong(field: str, code: str, text: Any) -> ValidationError:
    return ValidationError({field: [ErrorDetail(str(text), code)]})


class Name(Text):
    """A part of a person's name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, required=False, allow_blank=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            if text:
                validators.check_name(text)
        except DjangoValidationError as error:
            raise refuse(error) from error
        return validators.clean_name(text)


class Phone(Text):
    """A phone number, of Kazakhstan unless it says its country."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return validators.normalise_phone(text)
        except DjangoValidationError as error:
            raise refuse(error) from error


@extend_schema_field(OpenApiTypes.DATE)
class BirthDate(Day):
    """A day between 1900 and today."""

    def to_internal_value(self, data: Any) -> date:
        found = super().to_internal_value(data)
        try:
            validators.check_birth_date(found, today=self.context["today"])
        except DjangoValidationError as error:
            raise refuse(error) from error
        return found


@extend_schema_field({"type": "string", "pattern": "^[0-9]{9}$"})
class Kato(Text):
    """Nine digits of the classifier of administrative-territorial objects."""

    default_error_messages = {"kato": _("A KATO code has exactly 9 digits.")}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if len(text) != len("711210000") or not (text.isascii() and text.isdecimal()):
            self.fail("kato")
        return text


def check_identity(data: dict[str, Any]) -> None:
    """An IIN or the reason for none (rules.md 6.14). Errors: ValidationError at the field."""
    if data.get("iin") and data.get("no_iin_reason"):
        raise _wrong("no_iin_reason", "no_iin_reason_surplus", _("There is an IIN: leave the reason empty."))
    if not data.get("iin") and not data.get("no_iin_reason"):
        raise _wrong("iin", "iin_needed", _("Enter the IIN, or say why there is none."))


class PersonShape(Strict):
    """Whom a call concerns: minimal data, lawful without consent (94-V art. 8)."""

    last_name = Name()
    first_name = Name()
    patronymic = Name()
    birth_date = BirthDate(required=False, help_text="ISO 8601 day")
    sex = Choice(choices=Person.Sex.values, required=False)
    iin = Iin(required=False, help_text="12 digits; or no_iin_reason")
    no_iin_reason = Choice(choices=Person.NoIin.values, required=False)
    phone = Phone(required=False, max_length=40)
    safe_contact = Choice(
        choices=Person.Channel.values, required=False, help_text="How the person is reached safely"
    )
    safe_contact_note = Text(required=False, max_length=300, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What only fits together or not at all."""
        if not attrs.get("last_name") and not attrs.get("first_name"):
            raise _wrong("last_name", "name_needed", _("Enter at least the last name or the first name."))
        check_identity(attrs)
        if attrs.get("iin"):
            try:
                sex = NAME_OF_SEX.get(attrs.get("sex", ""))
                validators.check_iin(attrs["iin"], attrs.get("birth_date"), sex, today=self.context["today"])
            except DjangoValidationError as error:
                raise ValidationError({"iin": refuse(error).detail}) from error
        if attrs.get("safe_contact") in BY_PHONE and not attrs.get("phone"):
            raise _wrong("phone", "phone_needed", _("This way to reach the person needs a phone number."))
        return attrs


class CallShape(Strict):
    """A call of contact center 111. The Center is named by `center_code`, or found by `kato`: exactly one of them."""

    center_code = Text(required=False, max_length=10, help_text="Code of the Family Support Center")
    kato = Kato(required=False, help_text="KATO of the place; the Center of its district takes the call")
    received_at = Moment(help_text="ISO 8601 moment with its offset, when the operator took the call")
    said = Text(max_length=10000, help_text="Only facts, as they were told")
    person = PersonShape(required=False, help_text="Whom it concerns; left out while unknown")
    reported_by = Text(
        required=False, max_length=80, allow_blank=True, help_text="Who called, where it is somebody else"
    )
    threat = Flag(help_text="Life or health is threatened now: registered at once, the alarm is raised")
    violence = Flag(help_text="Signs of domestic violence: registered at once, the case is restricted")
    minor_at_risk = Flag(help_text="A minor is at risk: the case is restricted")
    reference = Text(
        required=False, max_length=100, allow_blank=True, help_text="Your own number of the call"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way to the Center."""
        if attrs.get("center_code") and attrs.get("kato"):
            raise _wrong("kato", "center_twice", _("Name the Center by its code or by KATO, not by both."))
        if not attrs.get("center_code") and not attrs.get("kato"):
            raise _wrong("center_code", "center_needed", _("Name the Center by its code or by KATO."))
        return attrs

    def call(self) -> Call:
        """For the action."""
        data = dict(self.validated_data)
        person = data.pop("person", None)
        return Call(**data, person=PersonData(**person) if person else None)


class MemberShape(Strict):
    """A member of the family as its card names them."""

    iin = Iin(required=False, help_text="12 digits; or no_iin_reason")
    no_iin_reason = Choice(choices=Person.NoIin.values, required=False)
    role = Choice(choices=list(ROLES), help_text="Relation to the head of the family")
    last_name = Name()
    first_name = Name()
    patronymic = Name()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """IIN or reason."""
        check_identity(attrs)
        return attrs


class CardShape(Strict):
    """A Digital Family Card. One signal of a family and date; the level is a reason to look, never a ground."""

    family_id = Text(max_length=64, help_text="The family's number in the sending system")
    level = Choice(choices=FamilyCard.Level.values, help_text="Level of the card, A to E")
    kato = Kato(help_text="KATO of where the family lives")
    date = Day(help_text="ISO 8601 day of the card")
    members = Rows(child=MemberShape(), min_length=1, max_length=MOST_MEMBERS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One head, nobody twice, and no card of a day to come."""
        if attrs["date"] > self.context["today"]:
            raise _wrong("date", "date_future", _("The date is in the future."))
        iins = [member["iin"] for member in attrs["members"] if member.get("iin")]
        if len(set(iins)) != len(iins):
            raise _wrong("members", "member_twice", _("The card names a person twice."))
        if sum(member["role"] == "head" for member in attrs["members"]) > 1:
            raise _wrong("members", "head_twice", _("The card has more than one head of the family."))
        return attrs

    def card(self) -> Card:
        """For the action."""
        data = dict(self.validated_data)
        members = [dict(member) for member in data.pop("members")]
        return Card(card_date=data.pop("date"), members=members, **data)


class Accepted(serializers.Serializer):
    """What a sender hears, the same however often it sends and whether the family is known or not."""

    id = serializers.UUIDField()
    url = serializers.CharField()


class Status(serializers.Serializer):
    """Where a submission stands: neutral, without number, case or person."""

    id = serializers.UUIDField(source="public_id")
    state = serializers.ChoiceField(choices=("received", "registered", "in_work", "finished", "refused"))
    received_at = Moment()
    registered_at = Moment(allow_null=True)
    in_work_at = Moment(allow_null=True)
    finished_at = Moment(
        allow_null=True,
        help_text="told up to seven days after the work has ended, of each submission at a moment of its own",
    )


class StatusPage(serializers.Serializer):
    """One page of own submissions, newest first."""

    items = Status(many=True)
    next = serializers.UUIDField(allow_null=True)


class Refusal(serializers.Serializer):
    """Every error. `code` is for programs; `fields` has the messages by path (`person.iin`, `members.0.role`)."""

    code = serializers.CharField()
    detail = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class FileShape(serializers.Serializer):
    """One file, by its content."""

    file = serializers.FileField(help_text="PDF, PNG, JPEG, DOCX or XLSX, up to 15 MB")


class FileAccepted(serializers.Serializer):
    """What was sent, as it was sent."""

    sha256 = serializers.CharField(help_text="SHA-256 of the bytes sent, in hexadecimal digits")
    size = serializers.IntegerField(help_text="bytes sent")
