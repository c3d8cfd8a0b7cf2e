"""What goes along with an intake to another Center: its record, the minimal person, files, protection, terms."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from cases.actions.intakes import register_as
from cases.actions.steps import put_restriction
from cases.actions.violence import open_record
from cases.models import Case, Intake, Person, Threat, ViolenceRecord
from family_support.access.models import Barred
from family_support.base.actor import SYSTEM
from family_support.deadlines import actions as deadlines
from family_support.deadlines.models import Deadline
from family_support.directory.models import Center
from family_support.documents.models import Attachment

# The signal as it is lawful without consent (94-V art. 8); the profile stays, the other Center asks its own consent.
MINIMAL = (
    "last_name",
    "first_name",
    "patronymic",
    "birth_date",
    "sex",
    "no_iin_reason",
    "safe_contact",
    "safe_contact_note",
    "district",
)
COPIED = (
    "channel",
    "form",
    "received_at",
    "sender_name",
    "sender_agency",
    "contact",
    "said",
    "about",
    "threat",
    "violence",
    "minor_at_risk",
    "letter_number",
    "letter_date",
    "link",
    "seen_on",
)


def carry_over(case: Case, center: Center, *, now: datetime) -> dict[int, Intake]:
    """Register at the other Center every intake of the case that waits for an answer; old key -> new intake.

    The caller has locked the case, checked everything and closes it. Each keeps the moments of receipt and of
    registration, so that its terms end as they would have.
    """
    waiting = case.intakes.select_for_update(of=("self",)).filter(state=Intake.State.REGISTERED)
    running = set(Deadline.objects.open().filter(case_id=case.pk).values_list("code", flat=True))
    moved: dict[int, Intake] = {}
    for old in waiting.order_by("registered_at", "pk"):
        before = next(iter(moved.values())).case if moved else None
        moved[old.pk] = _copy(old, center, before, now)
        old.transfer()
        old.bump()
        old.save()
    for new_case in Case.objects.filter(pk__in={new.case_id for new in moved.values()}):
        _protect_alike(case, new_case, now)
        _adjust_terms(case, new_case, running, now)
    return moved


def _copy(old: Intake, center: Center, before: Case | None, now: datetime) -> Intake:
    new = Intake.objects.create(center=center, **{name: getattr(old, name) for name in COPIED})
    files = Attachment.objects.of_subject("cases.intake", old.pk)
    for file in files:
        # The same bytes under another case: attachments are never changed, so both rows may name them.
        file.pk, file.case_id, file.subject_id = None, None, new.pk
        file._state.adding = True
        file.save()
    person = _minimal(old.applicant) if old.applicant else None
    return register_as(
        new, person, registered_at=old.registered_at, attach_to=before, previous=old.case, now=now
    )


def _minimal(known: Person) -> Person:
    """A row of the other Center's own: neither changes the other's afterwards."""
    copy = Person(**{name: getattr(known, name) for name in MINIMAL})
    copy.set_identity(iin=known.iin, phone=known.phone)
    return copy


def _protect_alike(old: Case, new: Case, now: datetime) -> None:
    """Who is kept out here is kept out there; restricted stays restricted; the red banner says the same."""
    known = Barred.objects.filter(case_id=new.pk).values("iin_index")
    for row in Barred.objects.filter(~Q(iin_index__in=known), case_id=old.pk):
        row.pk, row.case_id = None, new.pk
        row._state.adding = True
        row.save()
    if old.restricted and not new.restricted:
        put_restriction(new, old.restriction, by=SYSTEM, now=now)
    if old.instruction and not new.instruction:
        new.instruction = old.instruction
        new.save(update_fields=("instruction",))


def _adjust_terms(old: Case, new: Case, running: set[str], now: datetime) -> None:
    """Terms were opened from the old registration; what a later threat shortened, and what was met, is repeated."""
    threat = Threat.objects.filter(case=old).order_by("flagged_at").first()
    if threat is not None:
        deadlines.shorten(flagged_at=threat.flagged_at, case_id=new.pk, by=SYSTEM, now=now)
    noted = ViolenceRecord.objects.open().filter(case=old).first()
    if noted is not None and not ViolenceRecord.objects.filter(case=new).exists():
        source = ViolenceRecord.Source(noted.source)
        open_record(new, noted.signs, source, by=SYSTEM, now=now, started_at=noted.noted_at)
    if "violence_redirection" not in running:
        done = ViolenceRecord.objects.filter(case=old, redirected_at__isnull=False).order_by("-redirected_at")
        # Met when it was met there: taken over later, it must not look late.
        met_at = done.values_list("redirected_at", flat=True).first() or now
        deadlines.meet(terms="violence_redirection", case_id=new.pk, by=SYSTEM, now=met_at)
