"""Reactions to events: who of the Center is told what about a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from cases.actions.transfers import ACCEPTANCE, SUBJECT
from cases.grants import tidy_case_grants
from cases.models import Case, IntakeTransfer
from cases.queries import moved_by_lead
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.deadlines.models import Recount
from family_support.notifications.actions import notify
from family_support.notifications.recipients import directors, of_role
from family_support.notifications.registry import register_kind, register_recipients_of_many
from family_support.outbox.events import handles
from family_support.outbox.models import Event

register_kind("case.assigned", _("A case was assigned to you"), "user-check")
register_kind("cases.reassigned", _("Cases were handed over to you: %(count)s"), "user-check", tone="orange")
register_kind(
    "deadlines.moved",
    _("An order (%(order)s) moved the dates of your running terms: %(count)s"),
    "calendar",
    tone="orange",
)
register_kind("intake.attached", _("A repeat intake came in for your case"), "inbox")
register_kind("intake.unassigned", _("A new case waits for a responsible worker"), "inbox", tone="orange")
register_kind("threat.flagged", _("A threat to life or health was flagged"), "alarm", urgent=True, tone="red")
register_kind(
    "violence.noted", _("Signs of domestic violence were noted in a case"), "shield-exclamation", tone="red"
)
register_kind(
    "glass.broken", _("A restricted case was opened in an emergency"), "lock-open", urgent=True, tone="red"
)
register_kind("case.closed", _("A case was closed"), "archive")
register_kind(
    "intake.received", _("A request has come in and waits for registration"), "inbox", tone="orange"
)
register_kind("intake.file_added", _("The sender of a request has added a file"), "paperclip", tone="blue")
register_kind("transfer.proposed", _("Another Center offers you an intake"), "send", tone="orange")
register_kind("transfer.accepted", _("The other Center has accepted the transfer"), "check", tone="green")
register_kind("transfer.declined", _("The other Center has declined the transfer"), "x", tone="orange")
register_kind("transfer.withdrawn", _("A transfer offered to you was withdrawn"), "arrow-back-up")
register_kind("transfer.waiting", _("A transfer has had no answer for a working day"), "alarm", tone="red")


def lead_of(event: Event) -> Iterable[int]:
    """The lead of the event's case."""
    return leads_of([event]).get(event.pk, [])


def leads_of(events: Sequence[Event]) -> dict[int, list[int]]:
    """The lead of each event's case: who is told of its terms."""
    led = Case.objects.filter(pk__in={event.case_id for event in events}, lead__isnull=False)
    lead = dict(led.values_list("pk", "lead_id"))
    return {event.pk: [lead[event.case_id]] for event in events if event.case_id in lead}


register_recipients_of_many("deadline.level_reached", leads_of)
register_recipients_of_many("deadline.told_again", leads_of)


def _tell(event: Event, kind: str, recipients: Iterable[int], subject: tuple[str, int] | None = None) -> None:
    now = clock.now()
    others = {key for key in recipients if key and key != event.payload.get("by")}
    with acting(SYSTEM):
        notify(
            others,
            kind,
            subject=subject or ("cases.case", event.case_id or 0),
            case_id=event.case_id,
            event_id=event.pk,
            now=now,
        )


def _directors(event: Event) -> list[int]:
    center_id = Case.objects.values_list("center_id", flat=True).get(pk=event.case_id)
    return list(directors(center_id, clock.local_date(clock.now())))


@handles("case.assigned")
def tell_assigned(event: Event) -> None:
    """Who got a case is told, unless they took it themselves."""
    _tell(event, "case.assigned", [event["membership"]])


@handles("intake.registered")
def tell_intake(event: Event) -> None:
    """The lead hears of a repeat; the director of a case that nobody leads."""
    if event["attached"]:
        _tell(event, "intake.attached", lead_of(event))
    if not list(lead_of(event)):
        _tell(event, "intake.unassigned", _directors(event))


@handles("threat.flagged")
def tell_threat(event: Event) -> None:
    """The director and the lead, at once and by mail."""
    _tell(event, "threat.flagged", [*_directors(event), *lead_of(event)])


@handles("violence.noted")
def tell_violence(event: Event) -> None:
    """The director and the lead: the redirection runs."""
    _tell(event, "violence.noted", [*_directors(event), *lead_of(event)])


@handles("case.closed")
def tell_closed(event: Event) -> None:
    """The lead hears of a decision of the director."""
    _tell(event, "case.closed", lead_of(event))


@handles("intake.received")
def tell_received(event: Event) -> None:
    """The Center's clerks hear of what waits for registration; its director where there is no clerk."""
    today = clock.local_date(clock.now())
    clerks = of_role(Role.INTAKE_CLERK, on=today, center_id=event["center"])
    told = clerks or directors(event["center"], today)
    _tell(event, "intake.received", told, ("cases.intake", event["intake"]))


@handles("intake.file_added")
def tell_file(event: Event) -> None:
    """The lead of the case; its director while nobody leads it; the clerks while it waits for registration."""
    subject = ("cases.intake", event["intake"])
    if event.case_id is None:
        today = clock.local_date(clock.now())
        clerks = of_role(Role.INTAKE_CLERK, on=today, center_id=event["center"])
        _tell(event, event.type, clerks or directors(event["center"], today), subject)
        return
    _tell(event, event.type, list(lead_of(event)) or _directors(event), subject)


@handles("transfer.proposed", "transfer.withdrawn")
def tell_asked_center(event: Event) -> None:
    """The director of the Center that is asked."""
    transfer = IntakeTransfer.objects.get(pk=event["transfer"])
    told = directors(transfer.to_center_id, clock.local_date(clock.now()))
    _tell(event, event.type, told, (SUBJECT, transfer.pk))


@handles("transfer.accepted", "transfer.declined")
def tell_sending_center(event: Event) -> None:
    """Who proposed it, and the lead of the case."""
    transfer = IntakeTransfer.objects.get(pk=event["transfer"])
    _tell(event, event.type, [transfer.proposed_by_id, *lead_of(event)], (SUBJECT, transfer.pk))


@handles("deadline.level_reached", only={"term": {ACCEPTANCE}, "level": {"overdue", "escalated"}})
def tell_waiting_transfer(event: Event) -> None:
    """An offer without an answer once its internal term has passed: the asked Center's director; the sending one's
    hears of the escalation as of any other."""
    transfer = IntakeTransfer.objects.get(pk=event["subject_id"])
    asked = directors(transfer.to_center_id, clock.local_date(clock.now()))
    _tell(event, "transfer.waiting", asked, (SUBJECT, transfer.pk))


@handles("deadlines.recounted")
def tell_moved(event: Event) -> None:
    """An order moved dates of running terms: one notice to each lead, with how many of the own terms it concerns."""
    recount = Recount.objects.get(pk=event["recount"])
    people: dict[int, list[int]] = {}
    for lead, count in moved_by_lead(recount):
        people.setdefault(count, []).append(lead)
    with acting(SYSTEM):
        for count, leads in people.items():
            notify(
                leads,
                "deadlines.moved",
                subject=("deadlines.recount", recount.pk),
                case_id=None,
                event_id=event.pk,
                params={"count": count, "order": recount.note},
                now=clock.now(),
            )


@handles("cases.reassigned")
def tell_reassigned(event: Event) -> None:
    """The new lead of many cases is told once."""
    params = {"count": event["count"]}
    subject = ("cases.list", event["membership"])
    with acting(SYSTEM):
        notify(
            [event["membership"]],
            "cases.reassigned",
            subject=subject,
            case_id=None,
            event_id=event.pk,
            params=params,
            now=clock.now(),
        )


@handles("glass.broken")
def tell_owner(event: Event) -> None:
    """The lead is told at once; where nobody leads the case, the director (security.md)."""
    led_by = [key for key in lead_of(event) if key != event["by"]]
    _tell(event, "glass.broken", led_by or _directors(event), ("cases.readings", event.case_id or 0))


@handles("accounts.membership_ended", "accounts.user_deactivated")
def take_grants_back(event: Event) -> None:
    """Named access ends with the membership it was given to."""
    tidy_case_grants(now=clock.now(), user_id=event["user_id"])
