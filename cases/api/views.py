"""Endpoints for contact center 111 and state information systems: the same actions as the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.actions import add_to_submission, submit_intake, submit_signal
from cases.api import described
from cases.api.serializers import Accepted, CallShape, CardShape, FileAccepted, FileShape, Status, StatusPage
from cases.api.status import status_of
from cases.models import Submission
from cases.models.submission import SubmissionQuerySet
from family_support.accounts.api.views import MachineView
from family_support.accounts.models import MachineClient
from family_support.base import clock
from family_support.base.api.pages import bounded, page_of
from family_support.base.api.parsers import (
    OneFileParser,
    StrictJSONParser,
    StrictTextXMLParser,
    StrictXMLParser,
)
from family_support.base.api.serializers import Strict, check_object
from family_support.base.errors import AppError, Invalid, Missing, TooLarge, Unsupported
from family_support.base.rows import one

KEY_HEADER = "Idempotency-Key"


class SubmissionView(MachineView):
    """What both doors share."""

    status_name: ClassVar[str]

    def shaped(self, shape: type[Strict]) -> Any:
        """The body in its shape. Errors: Invalid, ValidationError."""
        if self.request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            raise Invalid("body_empty", _("The body is empty."))
        check_object(self.request.data)
        now = clock.now()
        context = {"now": now, "today": clock.local_date(now)}
        found = shape(data=self.request.data, context=context)
        found.is_valid(raise_exception=True)
        return found

    def key(self) -> str:
        """The caller's key of this call. Errors: Invalid without one."""
        key = self.request.headers.get(KEY_HEADER, "")
        if not key:
            raise Invalid(
                "key_needed", fields={KEY_HEADER: _("This header is needed: a UUID for each call.")}
            )
        return key

    def own(self) -> SubmissionQuerySet:
        """What the caller sent itself."""
        return Submission.objects.visible_to(self.caller.actor)

    def accepted(self, submission: Submission) -> Response:
        """201, byte for byte the same at every repeat."""
        url = reverse(self.status_name, args=[submission.public_id])
        return Response({"id": str(submission.public_id), "url": url}, status=201, headers={"Location": url})

    def status(self, public_id: str) -> Response:
        """The status of an own submission. Errors: Missing, the same for a foreign and an absent one."""
        found = one(self.own().with_status(), public_id=_uuid(public_id))
        return Response(status_of(found, clock.now()))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Missing from error


def _check_parameters(given: Mapping[str, Any], *known: str) -> None:
    """No orders and filters but those of the schema. Errors: Invalid."""
    unknown = [name for name in given if name not in known]
    if unknown:
        raise Invalid("unknown_field", fields={"*": _("There is no such parameter.")})


class IntakeView(SubmissionView):
    """Calls of contact center 111."""

    door = MachineClient.Door.CONTACT_CENTER
    scope = "intakes"
    status_name = "api-intake"
    http_method_names = ("get", "post")

    @extend_schema(
        **described.INTAKE_POST, request=CallShape, responses=described.answers({201: Accepted}, body=True)
    )
    def post(self, request: Request) -> Response:
        """Register a call."""
        key = self.key()
        shape = self.shaped(CallShape)
        try:
            submission = submit_intake(
                machine=self.caller.machine,
                call=shape.call(),
                body=request.data,
                key=key,
                by=self.caller.actor,
                now=clock.now(),
            )
        except Invalid as error:
            if error.code == "bad_key":
                raise Invalid("bad_key", fields={KEY_HEADER: _("The header has to be a UUID.")}) from error
            raise
        return self.accepted(submission)

    @extend_schema(**described.INTAKE_LIST, responses=described.answers({200: StatusPage}))
    def get(self, request: Request) -> Response:
        """Own submissions, newest first."""
        _check_parameters(request.query_params, "limit", "after")
        limit = bounded(request.query_params.get("limit"))
        after = None
        if "after" in request.query_params:
            after = self.own().filter(public_id=_after(request.query_params["after"])).first()
            if after is None:
                raise _no_place()
        rows, more = page_of(self.own().with_status(), after=after, limit=limit)
        now = clock.now()
        items = [status_of(row, now) for row in rows]
        return Response({"items": items, "next": items[-1]["id"] if more else None})


def _no_place() -> Invalid:
    return Invalid("after", fields={"after": _("The id of a submission of your own is needed.")})


def _after(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise _no_place() from error


class IntakeStatusView(SubmissionView):
    """One call."""

    door = MachineClient.Door.CONTACT_CENTER
    scope = "intakes"
    http_method_names = ("get",)

    @extend_schema(**described.INTAKE_STATUS, responses=described.answers({200: Status}, absent=True))
    def get(self, request: Request, public_id: str) -> Response:
        """Where a call stands."""
        return self.status(public_id)


class IntakeFileView(SubmissionView):
    """Files of a call."""

    door = MachineClient.Door.CONTACT_CENTER
    scope = "intakes"
    http_method_names = ("post",)
    parser_classes = (OneFileParser,)

    @extend_schema(
        **described.INTAKE_FILE,
        request={"multipart/form-data": FileShape},
        responses=described.answers({201: FileAccepted}, body=True, absent=True),
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Add a file to an own call."""
        found = one(self.own(), public_id=_uuid(public_id))
        key = self.key()
        upload = request.data["file"]
        try:
            digest = add_to_submission(
                submission=found, upload=upload, key=key, by=self.caller.actor, now=clock.now()
            )
        except Invalid as error:
            raise _of_a_file(error) from error
        return Response({"sha256": digest, "size": upload.size}, status=201)


def _of_a_file(error: Invalid) -> AppError:
    """A file that is too large is 413, one of a kind that is not taken 415, and everything else 400."""
    if error.code == "bad_key":
        return Invalid("bad_key", fields={KEY_HEADER: _("The header has to be a UUID.")})
    if error.code == "file_too_large":
        return TooLarge(error.code, error.fields["file"][0])
    if error.code in ("file_type", "file_mismatch", "file_macros"):
        return Unsupported(error.code, error.fields["file"][0])
    return error


class SignalView(SubmissionView):
    """Digital Family Cards of state systems, in JSON or XML."""

    door = MachineClient.Door.STATE_SYSTEM
    scope = "signals"
    status_name = "api-signal"
    http_method_names = ("post",)
    parser_classes = (StrictJSONParser, StrictXMLParser, StrictTextXMLParser)
    xml_root = "signal"
    xml_lists: ClassVar[dict[str, str]] = {"members": "member"}

    @extend_schema(
        **described.SIGNAL_POST, request=CardShape, responses=described.answers({201: Accepted}, body=True)
    )
    def post(self, request: Request) -> Response:
        """Register a signal."""
        shape = self.shaped(CardShape)
        submission = submit_signal(
            machine=self.caller.machine, card=shape.card(), by=self.caller.actor, now=clock.now()
        )
        return self.accepted(submission)


class SignalStatusView(SubmissionView):
    """One signal."""

    door = MachineClient.Door.STATE_SYSTEM
    scope = "signals"
    http_method_names = ("get",)

    @extend_schema(**described.SIGNAL_STATUS, responses=described.answers({200: Status}, absent=True))
    def get(self, request: Request, public_id: str) -> Response:
        """Where a signal stands."""
        return self.status(public_id)
