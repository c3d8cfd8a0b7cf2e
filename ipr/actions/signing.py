"""Freezing a version for its signatures, and the signatures recorded from paper (R256 16, 17)."""

from __future__ import annotations

from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.models import Person
from cases.timeline import record
from family_support.accounts.models import Membership
from family_support.accounts.roles import WORKERS
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid
from family_support.deadlines.actions import hand_over, meet, open_deadline
from family_support.deadlines.models import Holder
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.outbox.events import emit
from ipr.actions.locking import case_of, locked_version
from ipr.actions.versions import SUBJECT, next_round
from ipr.content import content_hash
from ipr.models import PlanVersion, Signature
from ipr.permissions import check_can_lead, check_state
from ipr.queries import facts_of, period_months
from ipr.rules import Gaps, reason_gap, signing_gaps, version_gaps

IN_PREPARATION = ("plan_preparation", "plan_rework")
REQUIRED = frozenset({Signature.Party.CENTER, Signature.Party.FAMILY})


def freeze_version(
    *, version: PlanVersion, expected_version: int | None, by: Actor, now: datetime
) -> PlanVersion:
    """Fix a draft's content under its hash; from now on signatures are recorded.

    Errors: Missing, Forbidden, Conflict, Invalid naming every gap (`rules.version_gaps`).
    """
    with acting(by):
        version = locked_version(version, by, expected_version)
        check_can_lead(by, case_of(version))
        check_state(version, PlanVersion.State.DRAFT)
        today = local_date(now)
        gaps = version_gaps(facts_of(version, today), months=period_months(today))
        if gaps:
            raise Invalid("plan_incomplete", fields=gaps)
        version.content_hash = content_hash(version)
        version.freeze()
        version.reason = ""
        version.bump()
        version.save()
        _pass(version, Holder.FAMILY, by, now)
        record(
            case_of(version),
            "plan.frozen",
            by=by,
            now=now,
            subject=(SUBJECT, version.pk),
            number=version.number,
        )
    return version


def thaw_version(
    *, version: PlanVersion, reason: str, expected_version: int | None, by: Actor, now: datetime
) -> PlanVersion:
    """Take a version that is being signed back to the draft; its signatures are void.

    Errors: Missing, Forbidden, Conflict, Invalid without a reason.
    """
    with acting(by, reason=reason):
        version = locked_version(version, by, expected_version)
        check_can_lead(by, case_of(version))
        check_state(version, PlanVersion.State.SIGNING)
        gaps = reason_gap(reason)
        if gaps:
            raise Invalid("reason_missing", fields=gaps)
        version.thaw()
        version.reason = reason.strip()
        next_round(version, now)
        _pass(version, Holder.CENTER, by, now)
        record(
            case_of(version),
            "plan.thawed",
            by=by,
            now=now,
            subject=(SUBJECT, version.pk),
            number=version.number,
        )
    return version


def record_signature(
    *,
    version: PlanVersion,
    party: str,
    signed_on: date | None,
    upload: UploadedFile | None,
    membership: Membership | None = None,
    person: Person | None = None,
    by: Actor,
    now: datetime,
) -> Signature:
    """Record a signature from paper with its scan. The last required one submits the version for approval by itself.

    Then `plan_preparation` and `plan_rework` are met and the internal term of approval starts. Errors: Missing,
    Forbidden, Conflict (not being signed; this party has signed; content no longer the frozen one), Invalid for a
    wrong day, signer or file.
    """
    with acting(by):
        version = locked_version(version, by)
        check_can_lead(by, case_of(version))
        check_state(version, PlanVersion.State.SIGNING)
        signatures = version.signatures.filter(round=version.round, void_at__isnull=True)
        if signatures.filter(party=party).exists():
            raise Conflict("signed_already", _("This party has signed already."))
        check_content(version)
        gaps = signing_gaps(
            signed_on=signed_on, today=local_date(now), drawn_up_on=local_date(version.created_at)
        ) | _signer_gaps(version, party, membership, person, local_date(now))
        if upload is None:
            gaps["scan"] = _("Attach the scan of the signed paper.")
        if gaps or upload is None:
            raise Invalid("signature_invalid", fields=gaps)
        scan = attach(
            case_id=case_of(version).pk,
            subject=(SUBJECT, version.pk),
            kind=Attachment.Kind.SIGNED_PAPER,
            upload=upload,
            by=by,
            now=now,
            field="scan",
        )
        center = party == Signature.Party.CENTER
        signature = Signature.objects.create(
            version=version,
            round=version.round,
            party=Signature.Party(party),
            membership=membership if center else None,
            person=None if center else person,
            signed_on=signed_on,
            scan=scan,
            content_hash=version.content_hash,
            recorded_by_id=by.membership_id,
            recorded_at=now,
        )
        record(
            case_of(version),
            f"plan.signed_{party}",
            by=by,
            now=now,
            subject=(SUBJECT, version.pk),
            number=version.number,
        )
        if set(signatures.values_list("party", flat=True)) >= REQUIRED:
            _submit(version, by, now)
        elif party == Signature.Party.FAMILY:
            _pass(version, Holder.CENTER, by, now)
    return signature


def _pass(version: PlanVersion, to: Holder, by: Actor, now: datetime) -> None:
    """While a frozen plan waits for the family's signature, its preparation or rework lies with the family."""
    hand_over(to=to, terms=IN_PREPARATION, case_id=case_of(version).pk, by=by, now=now)


def check_content(version: PlanVersion) -> None:
    """What is signed and approved is what was frozen. Errors: Conflict."""
    if content_hash(version) != version.content_hash:
        raise Conflict(
            "content_changed",
            _("The content is no longer the one that was frozen: take the plan back to the draft."),
        )


def _signer_gaps(
    version: PlanVersion, party: str, membership: Membership | None, person: Person | None, today: date
) -> Gaps:
    if party == Signature.Party.CENTER:
        if membership is None:
            return {"membership": _("Choose who signed for the Center.")}
        team = case_of(version).team.filter(membership=membership, ends_at__isnull=True)
        if membership.role not in WORKERS or not team.exists():
            return {"membership": _("For the Center a worker of the case's team signs.")}
        return {}
    if party != Signature.Party.FAMILY or person is None:
        return {"person": _("Choose who signed for the family.")}
    members = [member.person for member in case_of(version).members.select_related("person")]
    if person not in members:
        return {"person": _("This person is not of the family of the case.")}
    if person.is_minor(today) and not all(each.is_minor(today) for each in members):
        return {"person": _("An adult member of the family or a legal representative signs, not a child.")}
    return {}


def _submit(version: PlanVersion, by: Actor, now: datetime) -> None:
    """The last required signature is there: to the director."""
    case = case_of(version)
    version.submit()
    version.submitted_at = now
    version.bump()
    version.save()
    meet(terms=IN_PREPARATION, case_id=case.pk, by=by, now=now)
    open_deadline(
        term="plan_approval",
        started_at=now,
        by=by,
        now=now,
        center=case.center,
        case_id=case.pk,
        subject=(SUBJECT, version.pk),
    )
    record(case, "plan.submitted", by=by, now=now, subject=(SUBJECT, version.pk), number=version.number)
    emit("plan.submitted", case_id=case.pk, version_id=version.pk)
