"""Terms as dated data, deadlines with their stored due moments, and the levels each one reached."""

from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from family_support.access.barred import barred_case_ids
from family_support.access.scopes import listed_cases, not_kept_back
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Named, one_in_force
from family_support.directory.models import Agency, Center, Region


class Holder(models.TextChoices):
    """With whom the work lies while a term runs."""

    CENTER = "center", pgettext_lazy("holder", "Center")
    DIRECTOR = "director", pgettext_lazy("holder", "director")
    AGENCY = "agency", pgettext_lazy("holder", "body")
    FAMILY = "family", pgettext_lazy("holder", "family")
    OTHER_CENTER = "other_center", pgettext_lazy("holder", "another Center")
    SECURITY = "security", pgettext_lazy("holder", "security officer")


# A review from outside is handed over to nobody, and nothing of a Center to the security officer.
HANDED_TO = [holder.value for holder in Holder if holder != Holder.SECURITY]


class TermQuerySet(models.QuerySet["Term"]):
    def in_force(self, code: str, on: date) -> Term:
        """The row of a term that applies to an event of this local date. Errors: Term.DoesNotExist."""
        return self.get(Q(valid_to__isnull=True) | Q(valid_to__gte=on), code=code, valid_from__lte=on)


class Term(Named):
    """A legal term or internal target as a dated row with its act (rules.md 4)."""

    class Unit(models.TextChoices):
        WORKING_DAYS = "working_days", _("working days")
        CLOCK_HOURS = "clock_hours", _("hours by the clock")
        MONTHS = "months", _("months")
        DATE = "date", _("a date of its own")
        SERVICE = "service", _("the register's term of the service")
        NONE = "none", _("no term")

    class ActsFor(models.TextChoices):
        CENTER = "center", _("Center")
        AGENCY = "agency", _("body")
        SECURITY = "security", _("security officer")

    code = models.CharField(max_length=40)
    act = models.CharField(_("act"), max_length=200, blank=True)
    clause_kk = models.CharField(max_length=300, blank=True)
    clause_ru = models.CharField(max_length=300, blank=True)
    clause_en = models.CharField(max_length=300, blank=True)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit.choices)
    length = models.PositiveSmallIntegerField(_("length"), null=True, blank=True)
    acts_for = models.CharField(_("who acts"), max_length=10, choices=ActsFor.choices)
    # With whom the work lies when the term begins; acts hand it over (`actions.hand_over`).
    holder = models.CharField(
        _("who holds it first"),
        max_length=12,
        choices=Holder.choices,
        default=Holder.CENTER,
        db_default=Holder.CENTER.value,
    )
    internal = models.BooleanField(_("internal target"), default=False)
    start_event_kk = models.CharField(max_length=200)
    start_event_ru = models.CharField(max_length=200)
    start_event_en = models.CharField(max_length=200)
    warnings = models.JSONField(default=list)
    escalation = models.JSONField(default=dict)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force until"), null=True, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ("code", "valid_from")
        constraints = (
            one_in_force("term_one_in_force", "code"),
            models.CheckConstraint(
                name="term_valid_period",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def clause(self) -> str:
        return getattr(self, f"clause_{get_language() or 'ru'}", "") or self.clause_ru

    @property
    def start_event(self) -> str:
        return getattr(self, f"start_event_{get_language() or 'ru'}", "") or self.start_event_ru


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def open(self) -> DeadlineQuerySet:
        return self.filter(state=Deadline.State.OPEN)

    def of_subject(self, model: str, pk: int) -> DeadlineQuerySet:
        return self.filter(subject_type=model, subject_id=pk)

    def without_reviews(self) -> DeadlineQuerySet:
        """What is the work of a Center or a body: a review from outside counts for and against none of them."""
        return self.exclude(holder=Holder.SECURITY)

    def visible_to(self, actor: Actor) -> DeadlineQuerySet:
        """Deadlines of cases the actor sees listed; a Center's own terms for its people; a body's for its officers;
        reviews from outside for the security officer."""
        if actor.center_id:
            # What the security officer reviews is told to no Center: the review is from outside.
            own = Q(case_id__isnull=True, center_id=actor.center_id) & ~Q(holder=Holder.SECURITY)
            return self.filter(Q(case_id__in=listed_cases(actor)) | own & not_kept_back(actor))
        if actor.agency_id and actor.role in (Role.AGENCY_OFFICER, Role.BODY_ADMIN):
            return self.filter(agency_id=actor.agency_id).exclude(case_id__in=barred_case_ids(actor))
        if actor.agency_id and actor.role == Role.COORDINATOR:
            # The mandate of the district's mobile group (R256 21); terms of cases are none of the coordinator's.
            return self.filter(agency_id=actor.agency_id, case_id__isnull=True)
        if actor.role == Role.SECURITY_OFFICER:
            return self.filter(holder=Holder.SECURITY)
        return self.none()

    def for_display(self) -> DeadlineQuerySet:
        """With what the badge, the clause, the body's name and the calendar need: no query a row."""
        return self.select_related("term", "center__district", "agency")


class Deadline(FSMModelMixin, models.Model):
    """One running term. `due_at` is stored when the event happens and moves only by an act that is recorded."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("deadline", "running")
        MET = "met", pgettext_lazy("deadline", "met")
        MET_LATE = "met_late", pgettext_lazy("deadline", "met late")
        CANCELLED = "cancelled", pgettext_lazy("deadline", "cancelled")

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    state = StateField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    case_id = models.BigIntegerField(null=True, db_index=True)
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    # Who held it first; every hand-over since is a row of DeadlineHold.
    holder = models.CharField(
        max_length=12, choices=Holder.choices, default=Holder.CENTER, db_default=Holder.CENTER.value
    )
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    calendar_version = models.PositiveIntegerField()
    explanation = models.JSONField(default=dict)
    # [[level, ISO moment], …] still to be reached, earliest first; `next_at` is the first of them, for the sweep.
    schedule = models.JSONField(default=list)
    next_at = models.DateTimeField(null=True)
    # When a late term of a threat is told again; none before its way up was told.
    again_at = models.DateTimeField(null=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        constraints = (
            models.UniqueConstraint(
                fields=("code", "subject_type", "subject_id"),
                condition=Q(state="open"),
                name="deadline_open_once",
            ),
            models.CheckConstraint(
                name="deadline_closed_when_not_open",
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
        )
        indexes = (
            models.Index(
                fields=("next_at",), condition=Q(state="open", next_at__isnull=False), name="deadline_sweep"
            ),
            models.Index(
                fields=("again_at",), condition=Q(state="open", again_at__isnull=False), name="deadline_again"
            ),
            models.Index(fields=("center", "due_at"), condition=Q(state="open"), name="deadline_by_center"),
            models.Index(fields=("agency", "due_at"), condition=Q(state="open"), name="deadline_by_agency"),
            models.Index(fields=("subject_type", "subject_id"), name="deadline_by_subject"),
            models.Index(fields=("center", "code", "closed_at"), name="deadline_for_figures"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.subject_type} {self.subject_id}"

    def opens_to(self, actor: Actor) -> bool:
        """Whether its explanation is there for a reader of a page that shows the date; `visible_to` decides. People
        outside a Center are shown dates of others: when it checks a report, when a body of the district was due."""
        if actor.center_id:
            return True
        if actor.role == Role.SECURITY_OFFICER:
            return self.holder == Holder.SECURITY
        own = actor.agency_id is not None and self.agency_id == actor.agency_id
        return own and (actor.role != Role.COORDINATOR or self.case_id is None)

    @property
    def reason_told(self) -> str:
        """Why it fell away: words of the product in the reader's language, somebody's own words as they are."""
        return gettext(self.reason) if self.reason else ""

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def subject(self) -> tuple[str, int]:
        return self.subject_type, self.subject_id

    def is_overdue(self, now: datetime) -> bool:
        """Later than the due moment and still open; due today is not overdue (rules.md 6.1)."""
        return self.is_open and self.due_at is not None and now > self.due_at

    @transition(field=state, source=State.OPEN, target=State.MET)
    def meet_in_time(self) -> None:
        """What the term asks for was done by its end."""

    @transition(field=state, source=State.OPEN, target=State.MET_LATE)
    def meet_late(self) -> None:
        """What the term asks for was done after its end; that stays visible."""

    @transition(field=state, source=State.OPEN, target=State.CANCELLED)
    def cancel(self) -> None:
        """The ground of the term fell away, with a reason."""


class DeadlineChange(models.Model):
    """A due moment that moved: from when to when, by whom and why. Nothing moves without such a row."""

    class Reason(models.TextChoices):
        THREAT = "threat", _("a threat was found later (R256 13(2), 14(2))")
        CALENDAR = "calendar", _("the calendar was changed")
        DATE = "date", _("another date was set")

    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    note = models.CharField(max_length=300, blank=True)
    code_before = models.CharField(max_length=40)
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField(null=True)
    calendar_version = models.PositiveIntegerField()
    explanation_before = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("change of a deadline")
        verbose_name_plural = _("changes of deadlines")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.reason}"


class DeadlineHold(models.Model):
    """The work of a running term passed to somebody else: appended by the act that handed it over, never changed."""

    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="holds")
    holder = models.CharField(max_length=12, choices=Holder.choices)
    since = models.DateTimeField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("hand-over of a deadline")
        verbose_name_plural = _("hand-overs of deadlines")
        ordering = ("since", "pk")
        constraints = (models.CheckConstraint(name="hold_known_holder", condition=Q(holder__in=HANDED_TO)),)

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.holder}"


class DeadlineLevel(models.Model):
    """A level reached, exactly once per deadline, with how late that was noticed."""

    class Level(models.TextChoices):
        UPCOMING = "upcoming", pgettext_lazy("deadline", "upcoming")
        UPCOMING_2 = "upcoming_2", pgettext_lazy("deadline", "upcoming, second warning")
        UPCOMING_3 = "upcoming_3", pgettext_lazy("deadline", "upcoming, third warning")
        DUE_TODAY = "due_today", pgettext_lazy("deadline", "due today")
        OVERDUE = "overdue", pgettext_lazy("deadline", "overdue")
        ESCALATED = "escalated", pgettext_lazy("deadline", "escalated")
        CHASER_1 = "chaser_1", pgettext_lazy("deadline", "first chaser")
        CHASER_2 = "chaser_2", pgettext_lazy("deadline", "second chaser")
        CHASER_3 = "chaser_3", pgettext_lazy("deadline", "third chaser")

    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="levels")
    level = models.CharField(max_length=20, choices=Level.choices)
    due_at = models.DateTimeField()
    reached_at = models.DateTimeField()
    # Overtaken in an outage by a higher level: recorded, not told.
    told = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("level reached")
        verbose_name_plural = _("levels reached")
        constraints = (models.UniqueConstraint(fields=("deadline", "level"), name="level_exactly_once"),)

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.level}"


class Heartbeat(models.Model):
    """When a recurring job last ended: what tells a silent worker or a dead beat from a quiet day."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    # Alive without a gap from this moment on.
    since = models.DateTimeField(null=True)
    found = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return self.name


class RecountQuerySet(models.QuerySet["Recount"]):
    def unfinished(self) -> RecountQuerySet:
        """Those that still count, in the order of their versions: an older calendar never overtakes a newer one."""
        return self.filter(finished_at__isnull=True).order_by("version")

    def visible_to(self, actor: Actor) -> RecountQuerySet:
        """Counts only: all of them for the ministry's editor, a director sees those of the own Center's hours."""
        if actor.role == Role.MINISTRY_EDITOR:
            return self
        return self.filter(center_id=actor.center_id) if actor.is_director else self.none()


class Recount(models.Model):
    """Open deadlines counted again after a version of the calendar was published, in batches in the background."""

    version = models.PositiveIntegerField(unique=True)
    # The order behind it, as its changes of deadlines are explained.
    note = models.CharField(max_length=300)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Whom the order concerns: a region, a Center, or with neither the country; and its days.
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)
    looked_at = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    last_pk = models.BigIntegerField(default=0)

    objects = RecountQuerySet.as_manager()

    class Meta:
        verbose_name = _("recount of deadlines")
        verbose_name_plural = _("recounts of deadlines")
        ordering = ("-version",)
        constraints = (
            models.CheckConstraint(name="recount_days_in_order", condition=Q(last_day__gte=F("first_day"))),
            models.CheckConstraint(name="recount_moved_of_looked_at", condition=Q(moved__lte=F("looked_at"))),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.version}"
