"""Hand-off of a plan's parts, the bodies' tasks, their reports and the Center's reviews (R192 9–12)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition
from guardian.models import UserObjectPermissionBase

from cases.models import Case
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.fields import EncryptedJSONField, StateField
from family_support.base.models import Dated, DatedQuerySet, Named, Versioned, one_in_force
from family_support.directory.models import Agency
from ipr.models import Measure, PlanVersion


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def visible_to(self, actor: Actor) -> HandoffQuerySet:
        return self.filter(case__in=Case.objects.visible_to(actor).values("pk"))


class Handoff(FSMModelMixin, Versioned):
    """A body's own part of an approved version: sent within the term, acknowledged by the officer who opens it."""

    class State(models.TextChoices):
        PENDING = "pending", _("To be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not delivered")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")

    class Held(models.TextChoices):
        """Why the product itself keeps a part back; a worker says it in words."""

        CONSENT_MISSING = "consent_missing", _("There is no consent to the processing of personal data.")
        NO_TRANSFER = (
            "consent_no_transfer",
            _("The family has not agreed to its data being passed to other bodies."),
        )
        WITHDRAWN = "consent_withdrawn", _("The consent was withdrawn: processing has stopped.")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handoffs")
    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="handoffs")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("body"))
    state = StateField(_("state"), default=State.PENDING, choices=State.choices)
    created_at = models.DateTimeField()
    held_code = models.CharField(max_length=20, choices=Held.choices, blank=True, default="", db_default="")
    held_reason = models.TextField(_("why it is held back"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    failure = models.CharField(_("what went wrong"), max_length=200, blank=True)

    objects = HandoffQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-off")
        verbose_name_plural = _("hand-offs")
        constraints = (
            models.UniqueConstraint(fields=("plan_version", "agency"), name="handoff_once_a_body"),
            models.CheckConstraint(
                name="handoff_held_for_one_reason", condition=Q(held_code="") | Q(held_reason="")
            ),
            models.CheckConstraint(
                name="handoff_sent_has_moment",
                condition=~Q(state__in=("sent", "acknowledged")) | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="handoff_acknowledged_by_someone",
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def held_told(self) -> str:
        """Why it is held back, in the reader's language; a worker's words as they are. Empty: it is not."""
        return str(self.Held(self.held_code).label) if self.held_code else self.held_reason

    @transition(field=state, source=[State.PENDING, State.FAILED], target=State.SENT)
    def send(self) -> None:
        """The body has its part."""

    @transition(field=state, source=State.SENT, target=State.FAILED)
    def fail(self) -> None:
        """It turned out not to have arrived."""

    @transition(field=state, source=State.SENT, target=State.ACKNOWLEDGED)
    def acknowledge(self) -> None:
        """An officer of the body opened it."""


# A task whose work goes on: the body has access to its snapshot.
OPEN_TASK_STATES = ("sent", "accepted", "declined", "reported", "returned")


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(state__in=OPEN_TASK_STATES)

    def visible_to(self, actor: Actor) -> TaskQuerySet:
        """An officer: own agency's open tasks, unless barred from the case. The Center: tasks of cases it reads."""
        if actor.agency_id and actor.role == Role.AGENCY_OFFICER:
            not_barred = Case.objects.not_barred(actor).values("pk")
            return self.filter(agency_id=actor.agency_id, case__in=not_barred).open()
        return self.filter(case__in=Case.objects.visible_to(actor).values("pk"))

    def assignable_by(self, actor: Actor) -> TaskQuerySet:
        """The own body's open tasks for its administrator, who sees them masked and gives them to officers."""
        if actor.role != Role.BODY_ADMIN or not actor.agency_id:
            return self.none()
        not_barred = Case.objects.not_barred(actor).values("pk")
        return self.filter(agency_id=actor.agency_id, case__in=not_barred).open()

    def of_district(self, actor: Actor) -> TaskQuerySet:
        """Tasks at the bodies of the coordinator's district: for counts and lateness, never for a person."""
        if actor.role != Role.COORDINATOR or not actor.district_id:
            return self.none()
        return self.filter(agency__district_id=actor.district_id)


class Task(FSMModelMixin, Versioned):
    """One measure at its executor: a copy of what the body's sector may see, never a live join into the case."""

    class State(models.TextChoices):
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        REPORTED = "reported", _("Reported")
        RETURNED = "returned", _("Returned for rework")
        DONE = "done", _("Done")
        PARTLY = "partly", _("Partly done")
        NOT_DONE = "not_done", _("Not done")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Closing(models.TextChoices):
        """Why the product itself took a task back; a worker says it in words."""

        RESENT = "resent", _("Sent to the body again.")
        AMENDED = "amended", _("The plan was amended.")
        PLAN_ENDED = "plan_ended", _("The plan ended.")
        CONSENT = "consent", _("The consent was withdrawn: processing has stopped.")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    handoff = models.ForeignKey(
        Handoff, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="tasks")
    # Null: the Center carries the measure out itself.
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("executor")
    )
    state = StateField(_("state"), default=State.SENT, choices=State.choices)
    snapshot = EncryptedJSONField(default=dict)
    due_on = models.DateField(_("due date"))
    sent_at = models.DateTimeField(_("sent"))
    # A task sent in place of another: after an amendment that changed the measure, or after a settled decline.
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    # What the amendment changed for this body: [[field, before, after], …].
    changes = EncryptedJSONField(default=list)
    # What the Center answered to the body that had declined.
    center_note = models.TextField(_("what the Center answers"), blank=True)
    # Whom of its officers the body gave the task to; empty: nobody yet.
    assigned_to = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    declined_reason = models.TextField(_("why declined"), blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_code = models.CharField(
        max_length=12, choices=Closing.choices, blank=True, default="", db_default=""
    )
    closed_reason = models.TextField(blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        permissions = (("work_on_task", "May work on this task"),)
        constraints = (
            models.UniqueConstraint(
                fields=("measure",), condition=~Q(state="withdrawn"), name="task_once_a_measure"
            ),
            models.CheckConstraint(
                name="task_closed_has_moment",
                condition=Q(state__in=OPEN_TASK_STATES, closed_at__isnull=True)
                | (~Q(state__in=OPEN_TASK_STATES) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="task_assigned_with_moment",
                condition=Q(assigned_to__isnull=True, assigned_at__isnull=True)
                | Q(assigned_to__isnull=False, assigned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="task_closed_for_one_reason", condition=Q(closed_code="") | Q(closed_reason="")
            ),
            models.CheckConstraint(
                name="task_accepted_by_someone",
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                fields=("agency", "due_on"), condition=Q(state__in=OPEN_TASK_STATES), name="task_inbox"
            ),
            models.Index(fields=("case", "state"), name="task_of_case"),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TASK_STATES

    @property
    def closed_told(self) -> str:
        """Why it was taken back, in the reader's language; a worker's words as they are."""
        if self.closed_code == self.Closing.PLAN_ENDED:
            ended = self.measure.version.plan.get_termination_display()
            return gettext("The plan ended: {ground}").format(ground=ended)
        return str(self.Closing(self.closed_code).label) if self.closed_code else self.closed_reason

    @transition(field=state, source=State.SENT, target=State.ACCEPTED)
    def accept(self) -> None:
        """An officer took it."""

    @transition(field=state, source=State.SENT, target=State.DECLINED)
    def decline(self) -> None:
        """Not the body's competence: the Center is told at once."""

    @transition(field=state, source=[State.ACCEPTED, State.RETURNED], target=State.REPORTED)
    def report(self) -> None:
        """Information on execution was received."""

    @transition(field=state, source=State.REPORTED, target=State.DONE)
    def mark_done(self) -> None:
        """The Center marked it done."""

    @transition(field=state, source=State.REPORTED, target=State.PARTLY)
    def mark_partly(self) -> None:
        """The Center marked it partly done."""

    @transition(field=state, source=State.REPORTED, target=State.NOT_DONE)
    def mark_not_done(self) -> None:
        """The Center marked it not done."""

    @transition(field=state, source=State.REPORTED, target=State.RETURNED)
    def send_back(self) -> None:
        """Returned for rework with a reason and a date."""

    @transition(
        field=state,
        source=[State.SENT, State.ACCEPTED, State.DECLINED, State.REPORTED, State.RETURNED],
        target=State.WITHDRAWN,
    )
    def withdraw(self) -> None:
        """By amendment, termination, or a settled decline; the body's access ends."""


class TaskUserObjectPermission(UserObjectPermissionBase):
    """Guardian's direct-key permission rows on tasks."""

    content_object = models.ForeignKey(Task, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = _("permission on a task")
        verbose_name_plural = _("permissions on tasks")

    def __str__(self) -> str:
        return f"{self.content_object_id}: {self.user_id}"


class TaskReport(models.Model):
    """Information on execution (R192 11), one row a round."""

    class Result(models.TextChoices):
        DONE = "done", _("Done")
        PARTLY = "partly", _("Partly done")
        NOT_DONE = "not_done", _("Not done")

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField()
    result = models.CharField(_("result"), max_length=10, choices=Result.choices)
    text = models.TextField(_("what was done"))
    provided_on = models.DateField(_("date of provision"), null=True, blank=True)
    service_refused = models.BooleanField(_("the state service was refused"), default=False)
    lowered_risks = models.TextField(_("lowered social and behavioral risks"), blank=True)
    reported_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("execution report")
        verbose_name_plural = _("execution reports")
        ordering = ("task", "number")
        constraints = (models.UniqueConstraint(fields=("task", "number"), name="report_number_once"),)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class ServiceNorm(Named, Dated):
    """A norm of state-service law that a report may breach: reference data with its act (R192 11)."""

    code = models.CharField(_("code"), max_length=20)
    # Where it stands in its act, as each language writes it: "5-бап", "ст. 5", "art. 5".
    clause_kk = models.CharField(_("clause in Kazakh"), max_length=60, blank=True, db_default="")
    clause_ru = models.CharField(_("clause in Russian"), max_length=60, db_column="clause")
    clause_en = models.CharField(_("clause in English"), max_length=60, blank=True, db_default="")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("norm of state-service law")
        verbose_name_plural = _("norms of state-service law")
        ordering = ("code", "valid_from")
        constraints = (
            models.CheckConstraint(
                name="service_norm_valid_period",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
            ),
            models.UniqueConstraint(fields=("code", "valid_from"), name="service_norm_once"),
            one_in_force("service_norm_one_in_force", "code"),
        )

    def __str__(self) -> str:
        return self.title_in((get_language() or "ru")[:2])

    def title_in(self, language: str) -> str:
        """Act, clause and name in a language; Russian where that one is empty."""
        clause = getattr(self, f"clause_{language}", "") or self.clause_ru
        return f"{self.act}, {clause}: {self.names.get(language) or self.name_ru}"

    @property
    def titles(self) -> dict[str, str]:
        """Act, clause and name in every language."""
        return {language: self.title_in(language) for language in self.names}


class Review(models.Model):
    """The Center's mark on a report: a status, or a return for rework naming the norm that was breached."""

    class Mark(models.TextChoices):
        DONE = "done", _("Done")
        PARTLY = "partly", _("Partly done")
        NOT_DONE = "not_done", _("Not done")
        RETURNED = "returned", _("Returned for rework")

    class ReturnGround(models.TextChoices):
        BREACH = "breach", _("Breach of state-service law")
        INCOMPLETE = "incomplete", _("Incomplete report (the product's own rule)")

    report = models.OneToOneField(TaskReport, on_delete=models.PROTECT, related_name="review")
    mark = models.CharField(_("mark"), max_length=10, choices=Mark.choices)
    ground = models.CharField(_("ground of return"), max_length=10, choices=ReturnGround.choices, blank=True)
    service_norm = models.ForeignKey(
        ServiceNorm,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("norm breached"),
    )
    # What of the norm was breached, in the Center's words.
    norm = models.CharField(_("how it was breached"), max_length=300, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    new_due_on = models.DateField(_("new date"), null=True, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("status mark")
        verbose_name_plural = _("status marks")
        constraints = (
            models.CheckConstraint(
                name="review_return_complete",
                condition=Q(mark="returned", new_due_on__isnull=False) & ~Q(reason="") & ~Q(ground="")
                | (
                    ~Q(mark="returned")
                    & Q(new_due_on__isnull=True, ground="", norm="", service_norm__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="review_breach_names_norm",
                condition=~Q(ground="breach") | Q(service_norm__isnull=False) | ~Q(norm=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.report_id}: {self.mark}"


class BodyDigestQuerySet(models.QuerySet["BodyDigest"]):
    def visible_to(self, actor: Actor) -> BodyDigestQuerySet:
        """The own body's, for its administrator."""
        own = actor.agency_id if actor.role == Role.BODY_ADMIN else None
        return self.filter(agency_id=own or 0)


class BodyDigest(models.Model):
    """What a body's head was told on a day about its late work: counts only, once a day."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("day"))
    open = models.PositiveIntegerField(_("open"))
    overdue = models.PositiveIntegerField(_("overdue"))
    returned = models.PositiveIntegerField(_("returned"))
    unassigned = models.PositiveIntegerField(_("given to nobody"))

    objects = BodyDigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest of a body")
        verbose_name_plural = _("digests of bodies")
        constraints = (models.UniqueConstraint(fields=("agency", "on"), name="body_digest_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.agency_id} {self.on}"
