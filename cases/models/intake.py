"""Intakes from five channels, and what was done at once: consultation or redirection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models.case import Case
from cases.models.person import CaseMember, Person
from cases.models.standing import about_barred_family
from family_support.accounts.models import Membership
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.fields import EncryptedTextField, StateField
from family_support.base.models import Versioned
from family_support.directory.models import Agency, Center

INTAKE_ROLES = WORKERS | UNIT_HEADS | {Role.INTAKE_CLERK}
LINK_LENGTH = 1000
# What a person of a family is recognized by.
KNOWN_BY = ("iin_index", "phone_index")


def families_of(intakes: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of an intake and a case whose barred list goes over it: its own, or of the family of its applicant."""
    rows = Intake.objects.filter(pk__in=intakes)
    found: set[tuple[int, int]] = set()
    whom: dict[tuple[str, str], set[int]] = defaultdict(set)
    for pk, case, *indexes in rows.values_list("pk", "case_id", *(f"applicant__{each}" for each in KNOWN_BY)):
        if case is not None:
            found.add((pk, case))
            continue
        for name, index in zip(KNOWN_BY, indexes, strict=True):
            if index:
                whom[name, index].add(pk)
    if whom:
        known = Q()
        for name, index in whom:
            known |= Q(**{f"person__{name}": index})
        places = CaseMember.objects.filter(known)
        for case, *indexes in places.values_list("case_id", *(f"person__{each}" for each in KNOWN_BY)):
            for name, index in zip(KNOWN_BY, indexes, strict=True):
                found |= {(pk, case) for pk in whom.get((name, index), ())}
    return found


def seen_by(actor: Actor) -> Q:
    """The Center's intakes for those who register and assess, within the cases they see listed."""
    listed = Case.objects.listed_to(actor).values("pk")
    found = Q(case__in=listed) | Q(case__isnull=True, center_id=actor.center_id)
    return found & ~Q(about_barred_family(actor)) if actor.iin_index else found


class IntakeQuerySet(models.QuerySet["Intake"]):
    def visible_to(self, actor: Actor) -> IntakeQuerySet:
        """The Center's intakes for those who register and assess, within the cases they see listed."""
        if actor.role in INTAKE_ROLES or actor.is_director:
            return self.filter(seen_by(actor))
        return self.none()

    def journal_of(self, actor: Actor) -> IntakeQuerySet:
        """What the actor sees, and, marked `hidden`, what the actor registered before its case was restricted and
        kept from them: who wrote it down finds its number and state again, and nothing else."""
        kept = Case.objects.kept_from(actor).values("pk")
        own = Q(center_id=actor.center_id, registered_by_id=actor.membership_id, number__gt="", case__in=kept)
        registers = actor.membership_id is not None and (actor.role in INTAKE_ROLES or actor.is_director)
        rows = self.filter(seen_by(actor) | own) if registers else self.none()
        return rows.annotate(hidden=ExpressionWrapper(own, output_field=BooleanField()))

    def kept(self) -> IntakeQuerySet:
        """Without those that another Center has taken over: it has them under a number of its own."""
        return self.exclude(state=Intake.State.TRANSFERRED)

    def submitted_for(self, actor: Actor) -> IntakeQuerySet:
        """What officers of the actor's own body sent from its inbox: to be shown by their state only."""
        if actor.role != Role.AGENCY_OFFICER or actor.agency_id is None:
            return self.none()
        return self.filter(sender_agency_id=actor.agency_id, submitted_by__isnull=False)

    def slip_for(self, actor: Actor) -> IntakeQuerySet:
        """Intakes whose slip the actor prints: those it sees, and those it registered itself. A slip names
        nobody, so the clerk gives it out even where the case was restricted the moment it was opened."""
        own = Q(center_id=actor.center_id, registered_by_id=actor.membership_id)
        return self.filter(number__gt="").filter(Q(pk__in=self.visible_to(actor).values("pk")) | own)


class Intake(FSMModelMixin, Versioned):
    """An appeal or signal: when received, when registered, who sent it, what was said (R256 12–14)."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        REGISTERED = "registered", _("Registered")
        REFUSED = "refused", _("Refused")
        ANSWERED = "answered", _("Answered")
        TRANSFERRED = "transferred", _("Transferred")

    class Channel(models.TextChoices):
        SELF = "self", _("Self-referral")
        CONTACT_CENTER = "contact_center", _("Contact center 111")
        STATE_SYSTEM = "state_system", _("State information system")
        BODY = "body", _("Body, organization or individual")
        MEDIA = "media", _("Media and social networks")

    class Form(models.TextChoices):
        DESK = "desk", _("At the desk")
        PHONE = "phone", _("By phone")
        PUBLIC = "public", _("Public form")
        LETTER = "letter", _("Letter")
        SYSTEM = "system", _("From a system")
        LINK = "link", _("Link")
        INBOX = "inbox", _("From the body's inbox")

    class Refusal(models.TextChoices):
        SPAM = "spam", _("Spam")
        NOT_REQUEST = "not_request", _("Not a request")

    class About(models.TextChoices):
        """Whom a request of the public form is about."""

        MYSELF = "myself", _("About me")
        MINOR = "minor", _("About me, I am under 18")
        CHILD = "child", _("About a child")
        OTHER = "other", _("About another grown-up person")

    number = models.CharField(_("intake number"), max_length=40, blank=True)
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="intakes")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel.choices)
    form = models.CharField(_("form"), max_length=10, choices=Form.choices)
    state = StateField(_("state"), default=State.RECEIVED, choices=State.choices)
    received_at = models.DateTimeField(_("received"))
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True)
    sender_name = models.CharField(_("who sent it"), max_length=200, blank=True)
    sender_agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sending body"),
    )
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # As given this time: a repeat never overwrites the safe contact of a person already known.
    contact = EncryptedTextField(_("contact given"), blank=True, default="")
    said = models.TextField(_("what was said"))
    about = models.CharField(
        _("about whom"), max_length=10, choices=About.choices, blank=True, default="", db_default=""
    )
    threat = models.BooleanField(_("threat to life or health"), default=False)
    violence = models.BooleanField(_("signs of domestic violence"), default=False)
    minor_at_risk = models.BooleanField(_("a minor at risk"), default=False)
    # A letter's own number and date, as its sender gave them; the scan is an attachment of the intake.
    letter_number = models.CharField(_("number of the letter"), max_length=100, blank=True)
    letter_date = models.DateField(_("date of the letter"), null=True, blank=True)
    # Where it was seen in media or a social network: kept as text, never fetched.
    link = models.CharField(_("link"), max_length=LINK_LENGTH, blank=True)
    seen_on = models.DateField(_("date seen"), null=True, blank=True)
    # The officer who sent it from the body's inbox.
    submitted_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    refusal_kind = models.CharField(_("kind of refusal"), max_length=12, choices=Refusal.choices, blank=True)
    refusal_reason = models.TextField(_("reason of refusal"), blank=True)
    # What the sender holds before there is a number: digits only, easy to say and to type in any language.
    reference = models.CharField(_("slip number"), max_length=12, blank=True)
    # A short code on the slip: with the number it shows the sender the state, and nothing more.
    slip_code = models.CharField(max_length=12, blank=True)
    registered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = IntakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("intake")
        verbose_name_plural = _("intakes")
        constraints = (
            models.UniqueConstraint(fields=("number",), condition=~Q(number=""), name="intake_number_once"),
            models.CheckConstraint(
                name="intake_registered_has_case",
                condition=Q(state__in=("received", "refused"))
                | (Q(case__isnull=False, registered_at__isnull=False) & ~Q(number="")),
            ),
            models.CheckConstraint(
                name="intake_registered_after_received",
                condition=Q(registered_at__isnull=True) | Q(registered_at__gte=F("received_at")),
            ),
            models.CheckConstraint(
                name="intake_refused_with_reason", condition=~Q(state="refused") | ~Q(refusal_reason="")
            ),
            models.CheckConstraint(
                name="intake_refused_with_kind", condition=~Q(state="refused") | ~Q(refusal_kind="")
            ),
            models.UniqueConstraint(
                fields=("reference",), condition=~Q(reference=""), name="intake_reference_once"
            ),
            models.CheckConstraint(
                name="intake_link_of_the_web", condition=Q(link="") | Q(link__regex=r"^https?://")
            ),
            models.CheckConstraint(
                name="intake_link_with_day", condition=Q(link="") | Q(seen_on__isnull=False)
            ),
            models.CheckConstraint(
                name="intake_submitted_by_a_body",
                condition=Q(submitted_by__isnull=True) | Q(sender_agency__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=("center", "-registered_at"), name="intake_journal"),
            models.Index(fields=("center", "state", "-received_at"), name="intake_queue"),
            models.Index(
                fields=("sender_agency", "-received_at"),
                condition=Q(submitted_by__isnull=False),
                name="intake_submissions",
            ),
        )

    def __str__(self) -> str:
        return self.number or f"{self._meta.verbose_name} {self.pk}"

    @transition(field=state, source=State.RECEIVED, target=State.REGISTERED)
    def register(self) -> None:
        """It gets a number, a slip, and a case."""

    @transition(field=state, source=State.RECEIVED, target=State.REFUSED)
    def refuse(self) -> None:
        """Spam or not a request."""

    @transition(field=state, source=State.REGISTERED, target=State.ANSWERED)
    def answer(self) -> None:
        """A consultation or redirection was recorded."""

    @transition(field=state, source=State.REGISTERED, target=State.TRANSFERRED)
    def transfer(self) -> None:
        """Another Center's director accepted it."""


class Consultation(models.Model):
    """Consultation, redirection, or the recorded decision that none is needed (R256 13(1), 14(1))."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", _("Consultation")
        REDIRECTION = "redirection", _("Redirection")
        NOT_NEEDED = "not_needed", _("Not needed")

    class Topic(models.TextChoices):
        SOCIAL = "social", _("Social")
        LEGAL = "legal", _("Legal")
        PSYCHOLOGICAL = "psychological", _("Psychological")
        STATE_SUPPORT = "state_support", _("State support and how to get it")
        FAMILY_CONFLICT = "family_conflict", _("Family conflict, preserving the family")

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="consultations")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consultations")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    topic = models.CharField(_("topic"), max_length=20, choices=Topic.choices, blank=True)
    summary = models.TextField(_("what was advised"), blank=True)
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("redirected to"),
    )
    reason = models.TextField(_("reason"), blank=True)
    held_at = models.DateTimeField(_("when"))
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ("held_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="consultation_complete",
                condition=(Q(kind="consultation") & ~Q(topic="") & ~Q(summary=""))
                | (Q(kind="redirection", agency__isnull=False) & ~Q(reason=""))
                | (Q(kind="not_needed") & ~Q(reason="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
