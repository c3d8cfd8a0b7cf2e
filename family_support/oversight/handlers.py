"""Who is told that a glass was broken, that a review waits and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import FactorReset, Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.notifications.actions import notify
from family_support.notifications.recipients import of_role
from family_support.notifications.registry import register_kind, register_recipients
from family_support.outbox.events import handles
from family_support.outbox.models import Event
from family_support.oversight.actions import SUBJECT, TERM
from family_support.oversight.models import GlassReview

register_kind(
    "glass.review", _("An emergency access waits for your review"), "shield-lock", urgent=True, tone="red"
)
register_kind(
    "glass.justified", _("Your emergency access was reviewed: justified"), "shield-check", tone="green"
)
register_kind(
    "glass.unjustified",
    _("Your emergency access was reviewed: not justified"),
    "shield-exclamation",
    urgent=True,
    tone="red",
)
register_kind("looks.unusual", _("Unusual looking into cases was noticed"), "eye", urgent=True, tone="red")
register_kind(
    "accounts.role_awaits", _("A role waits for your approval"), "user-check", urgent=True, tone="orange"
)

register_kind(
    "accounts.factor_reset_asked",
    _("A reset of the second factor waits for your approval"),
    "user-check",
    urgent=True,
    tone="orange",
)
register_kind(
    "accounts.factor_reset_withdrawn",
    _("A request to reset a second factor was withdrawn: nothing is left to decide"),
    "arrow-back-up",
    tone="grey",
)
register_kind(
    "accounts.factor_reset",
    _(
        "Your second factor and password were reset and your sessions ended. If you did not ask for it, tell the "
        "security officer at once."
    ),
    "shield-exclamation",
    urgent=True,
    tone="red",
)
register_kind(
    "accounts.factor_reset_approved",
    _("The reset of the second factor that you asked for is approved"),
    "shield-check",
    tone="green",
)
register_kind(
    "accounts.factor_reset_declined",
    _("The reset of the second factor that you asked for is declined"),
    "shield-exclamation",
    tone="orange",
)

register_kind(
    "accounts.iin_changed",
    _("An administrator has changed the IIN of an account: make sure that it is the person's own"),
    "id",
    urgent=True,
    tone="red",
)
register_kind(
    "accounts.own_iin_changed",
    _("The IIN of your account was changed. If you do not know why, tell the security officer at once."),
    "id",
    urgent=True,
    tone="red",
)


def officers() -> list[int]:
    return of_role(Role.SECURITY_OFFICER, on=clock.local_date(clock.now()))


def of_people(*users: int | None) -> set[int]:
    """All memberships of these accounts."""
    return set(Membership.objects.filter(user_id__in=users).values_list("pk", flat=True))


def reviewers(event: Event) -> Iterable[int]:
    """The security officers, for the term of a review."""
    return officers() if event["term"] == TERM else ()


register_recipients("deadline.level_reached", reviewers)


@handles("glass.broken")
def ask_for_review(event: Event) -> None:
    """The security officers are told at once."""
    with acting(SYSTEM):
        notify(
            officers(),
            "glass.review",
            subject=(SUBJECT, event["review"]),
            case_id=None,
            event_id=event.pk,
            now=clock.now(),
        )


@handles("glass.reviewed")
def tell_reviewed(event: Event) -> None:
    """Who broke the glass hears how it was judged."""
    review = GlassReview.objects.select_related("opening").get(pk=event["review"])
    with acting(SYSTEM):
        notify(
            [review.opening.membership_id],
            f"glass.{review.decision}",
            subject=("oversight.emergency", review.pk),
            case_id=None,
            event_id=event.pk,
            now=clock.now(),
        )


@handles("accounts.role_awaits")
def ask_for_approval(event: Event) -> None:
    """The security officers who may decide about a role over accounts or the audit are told that it waits."""
    row = Membership.objects.filter(pk=event["membership_id"], awaits_approval=True).first()
    if row is None:
        return
    with acting(SYSTEM):
        notify(
            set(officers()) - of_people(row.user_id, row.given_by_id),
            "accounts.role_awaits",
            subject=("oversight.roleapproval", row.pk),
            case_id=None,
            event_id=event.pk,
            now=clock.now(),
        )


@handles("accounts.factor_reset_asked")
def ask_for_reset(event: Event) -> None:
    """The security officers who may decide are told that somebody cannot come in."""
    row = FactorReset.objects.open().filter(pk=event["reset_id"]).first()
    if row is None:
        return
    with acting(SYSTEM):
        notify(
            set(officers()) - of_people(row.user_id, row.asked_by_id),
            "accounts.factor_reset_asked",
            subject=("oversight.factorreset", row.pk),
            case_id=None,
            event_id=event.pk,
            now=clock.now(),
        )


@handles("accounts.factor_reset_withdrawn")
def tell_reset_withdrawn(event: Event) -> None:
    """Who was asked to decide hears that there is nothing to decide any more."""
    row = FactorReset.objects.get(pk=event["reset_id"])
    with acting(SYSTEM):
        notify(
            set(officers()) - of_people(row.user_id, row.asked_by_id),
            "accounts.factor_reset_withdrawn",
            subject=("oversight.factorreset", row.pk),
            case_id=None,
            event_id=event.pk,
            now=clock.now(),
        )


@handles("accounts.factor_reset_decided")
def tell_reset_decided(event: Event) -> None:
    """The administrator hears the decision; the person hears what was done to the account, in every role."""
    row = FactorReset.objects.get(pk=event["reset_id"])
    askers = Membership.objects.filter(user_id=row.asked_by_id, role__in=[Role.SYSTEM_ADMIN, Role.BODY_ADMIN])
    with acting(SYSTEM):
        notify(
            askers.values_list("pk", flat=True),
            f"accounts.factor_reset_{row.outcome}",
            subject=("oversight.account", row.user_id),
            case_id=None,
            event_id=event.pk,
            now=clock.now(),
        )
        if row.outcome == FactorReset.Outcome.APPROVED:
            notify(
                of_people(row.user_id),
                "accounts.factor_reset",
                subject=("oversight.ownsessions", row.pk),
                case_id=None,
                event_id=event.pk,
                now=clock.now(),
            )


@handles("accounts.iin_changed")
def tell_number_changed(event: Event) -> None:
    """The security officers and the person: by the number people are kept out of cases and come in by the state's
    sign-in, and one administrator alone changes it."""
    now = clock.now()
    common: dict[str, Any] = {"case_id": None, "event_id": event.pk, "now": now}
    others = set(officers()) - of_people(event["user_id"], event["by"])
    with acting(SYSTEM):
        notify(others, "accounts.iin_changed", subject=("oversight.accounts", event["user_id"]), **common)
        notify(
            of_people(event["user_id"]),
            "accounts.own_iin_changed",
            subject=("oversight.ownsessions", event["user_id"]),
            **common,
        )
