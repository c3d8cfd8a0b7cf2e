"""Users, their memberships of role and organization, acting directors, absences."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.accounts.roles import (
    AGENCY_ROLES,
    CENTER_ROLES,
    MINISTRY_ROLES,
    OPERATOR_ROLES,
    UNIT_HEADS,
    Role,
)
from family_support.base.actor import Actor
from family_support.base.crypto import blind_index
from family_support.base.fields import EncryptedTextField
from family_support.base.models import Versioned
from family_support.directory.models import Agency, Center

# Each language by its own name: whoever looks for it may not read the current one.
LANGUAGES = (("kk", "Қазақша"), ("ru", "Русский"), ("en", "English"))


def _period() -> Func:
    days = RangeBoundary(True, True)
    return Func("starts_on", "ends_on", days, function="daterange", output_field=DateRangeField())


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, actor: Actor) -> UserQuerySet:
        """The system administrator sees all accounts, a body's administrator those of its own body, others none."""
        if actor.role == Role.SYSTEM_ADMIN:
            # A program's account is kept on a page of its own.
            programs = Membership.objects.filter(user_id=models.OuterRef("pk"), role=Role.MACHINE)
            return self.filter(~models.Exists(programs))
        if actor.role == Role.BODY_ADMIN and actor.agency_id:
            mine = Membership.objects.filter(user_id=models.OuterRef("pk"), agency_id=actor.agency_id)
            return self.filter(models.Exists(mine))
        return self.none()

    def matching(self, text: str) -> UserQuerySet:
        """Accounts whose name or e-mail holds every word."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(last_name__icontains=word)
                | Q(first_name__icontains=word)
                | Q(patronymic__icontains=word)
                | Q(email__icontains=word)
            )
        return found


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Users are found by e-mail, in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(Versioned, AbstractBaseUser, PermissionsMixin):
    """A person with an account. What they may do comes from one active membership, never from flags here."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class NoticeMail(models.TextChoices):
        """What comes by mail beside urgent notices, which cannot be switched off."""

        DAILY = "daily", _("One digest a day")
        NONE = "none", _("No mail, only in the system")

    email = models.EmailField(_("e-mail"), unique=True)
    last_name = models.CharField(_("last name"), max_length=100)
    first_name = models.CharField(_("first name"), max_length=100)
    patronymic = models.CharField(_("patronymic"), max_length=100, blank=True)
    iin = EncryptedTextField(_("IIN"), blank=True, default="")
    iin_index = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    language = models.CharField(_("language"), max_length=2, default="ru", choices=LANGUAGES)
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    notice_mail = models.CharField(
        _("mail about notices"),
        max_length=5,
        choices=NoticeMail.choices,
        default=NoticeMail.DAILY,
        db_default=NoticeMail.DAILY,
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["last_name", "first_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower"),
        )

    def __str__(self) -> str:
        return self.short_name

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part)

    @property
    def short_name(self) -> str:
        return self.shortened(self.first_name, self.last_name)

    @staticmethod
    def shortened(first_name: str, last_name: str) -> str:
        """Initial and last name: «Ә. Нұрғалиева»."""
        return f"{first_name[:1]}. {last_name}" if first_name else last_name

    @staticmethod
    def index_of(iin: str) -> str:
        """The keyed index that equal numbers share; empty for none."""
        return blind_index(iin, "iin")

    def set_iin(self, iin: str) -> None:
        """Keep the IIN encrypted, with the keyed index that the barred list is compared by."""
        self.iin = iin
        self.iin_index = self.index_of(iin)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self, on: date) -> MembershipQuerySet:
        """Memberships in force on a local date, of people whose account is active; none that waits for approval."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            starts_on__lte=on,
            user__is_active=True,
            awaits_approval=False,
        )

    def awaiting(self, actor: Actor) -> MembershipQuerySet:
        """What the security officer decides on: not about the own account, not what the same person gave."""
        if actor.role != Role.SECURITY_OFFICER:
            return self.none()
        own = Q(user_id=actor.user_id) | Q(given_by_id=actor.user_id)
        return self.filter(awaits_approval=True).exclude(own)

    def visible_to(self, actor: Actor) -> MembershipQuerySet:
        """Memberships of the accounts that the actor administers; a body's administrator sees only its own body's."""
        if actor.role == Role.SYSTEM_ADMIN:
            return self
        if actor.role == Role.BODY_ADMIN and actor.agency_id:
            return self.filter(agency_id=actor.agency_id)
        return self.none()

    def of_center(self, center_id: int) -> MembershipQuerySet:
        return self.filter(center_id=center_id)

    def with_names(self) -> MembershipQuerySet:
        return self.select_related("user", "center", "agency")


class Membership(models.Model):
    """One person in one role in one organization, from a day to a day. An actor works through exactly one."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    center = models.ForeignKey(
        Center, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("Center")
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("body")
    )
    starts_on = models.DateField(pgettext_lazy("period", "From"))
    ends_on = models.DateField(pgettext_lazy("period", "Until"), null=True, blank=True)
    # A role that rules over accounts or the audit begins when the security officer agrees (security.md, "approve").
    awaits_approval = models.BooleanField(_("waits for approval"), default=False, db_default=False)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.CheckConstraint(
                name="membership_organization_fits_role",
                condition=Q(role__in=sorted(CENTER_ROLES), center__isnull=False, agency__isnull=True)
                | Q(role__in=sorted(AGENCY_ROLES), center__isnull=True, agency__isnull=False)
                | Q(
                    role__in=sorted(MINISTRY_ROLES | OPERATOR_ROLES), center__isnull=True, agency__isnull=True
                ),
            ),
            models.CheckConstraint(
                name="membership_approved_by_a_third",
                condition=Q(approved_by__isnull=True)
                | (
                    Q(awaits_approval=False, approved_at__isnull=False)
                    & ~Q(approved_by=models.F("user"))
                    & (Q(given_by__isnull=True) | ~Q(approved_by=models.F("given_by")))
                ),
            ),
            models.CheckConstraint(
                name="membership_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
            ),
            ExclusionConstraint(
                name="membership_once_at_a_time",
                expressions=(
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Coalesce("center", 0), RangeOperators.EQUAL),
                    (Coalesce("agency", 0), RangeOperators.EQUAL),
                    (_period(), RangeOperators.OVERLAPS),
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user.short_name}, {self.get_role_display()}"

    @property
    def organization(self) -> Center | Agency | None:
        return self.center or self.agency


class ActingDirector(models.Model):
    """Who stands in for the director, by order, for a period: nobody approves their own work (decision 6.13)."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="acting")
    order_number = models.CharField(_("order number"), max_length=50)
    order_date = models.DateField(_("order date"))
    starts_on = models.DateField(pgettext_lazy("period", "From"))
    ends_on = models.DateField(pgettext_lazy("period", "Until"))

    class Meta:
        verbose_name = _("acting director")
        verbose_name_plural = _("acting directors")
        constraints = (
            models.CheckConstraint(
                name="acting_ends_after_start", condition=Q(ends_on__gte=models.F("starts_on"))
            ),
            ExclusionConstraint(
                name="acting_one_at_a_time",
                expressions=(
                    ("center", RangeOperators.EQUAL),
                    (_period(), RangeOperators.OVERLAPS),
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.membership} ({self.order_number})"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def standing(self) -> AbsenceQuerySet:
        """Those that were not ended before their last day."""
        return self.filter(ended_at__isnull=True)

    def in_force(self, on: date) -> AbsenceQuerySet:
        """Those of a local day."""
        return self.standing().filter(starts_on__lte=on, ends_on__gte=on)

    def visible_to(self, actor: Actor) -> AbsenceQuerySet:
        """Of the own Center for its director and the heads of its units, of the own body for its administrator; to
        everybody else those they are away or stand in by."""
        if actor.is_director or actor.role in UNIT_HEADS:
            return self.filter(membership__center_id=actor.center_id)
        if actor.role == Role.BODY_ADMIN and actor.agency_id:
            return self.filter(membership__agency_id=actor.agency_id)
        mine = actor.membership_id or 0
        return self.filter(Q(membership_id=mine) | Q(substitute_id=mine))

    def with_names(self) -> AbsenceQuerySet:
        return self.select_related(
            "membership__user", "substitute__user", "recorded_by__user", "ended_by__user"
        )


class Absence(models.Model):
    """A worker or officer is away from a day to a day; what is pending goes to the substitute for so long (ADR 22).

    Ended early it keeps its days and says when it ended.
    """

    class Reason(models.TextChoices):
        LEAVE = "leave", _("Leave")
        SICK = "sick", _("Temporary incapacity for work")
        TRIP = "trip", _("Business trip")
        TRAINING = "training", _("Training")
        OTHER = "other", pgettext_lazy("absence", "Another reason")

    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="absences", verbose_name=_("Who is away")
    )
    substitute = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="substitutions", verbose_name=_("Who stands in")
    )
    starts_on = models.DateField(pgettext_lazy("period", "From"))
    ends_on = models.DateField(pgettext_lazy("period", "Until"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    order_number = models.CharField(_("order number"), max_length=50, blank=True)
    recorded_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(_("ended early"), null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = (
            models.CheckConstraint(
                name="absence_ends_after_start", condition=Q(ends_on__gte=models.F("starts_on"))
            ),
            models.CheckConstraint(
                name="absence_not_stood_in_by_oneself", condition=~Q(membership=models.F("substitute"))
            ),
            models.CheckConstraint(
                name="absence_ended_by_someone",
                condition=Q(ended_by__isnull=True) | Q(ended_at__isnull=False),
            ),
            ExclusionConstraint(
                name="absence_once_at_a_time",
                expressions=(
                    ("membership", RangeOperators.EQUAL),
                    (_period(), RangeOperators.OVERLAPS),
                ),
                condition=Q(ended_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(
                fields=("substitute", "ends_on"), condition=Q(ended_at__isnull=True), name="absence_stood_in"
            ),
        )

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.starts_on} – {self.ends_on}"

    def is_in_force(self, on: date) -> bool:
        return self.ended_at is None and self.starts_on <= on <= self.ends_on


class MachineClientQuerySet(models.QuerySet["MachineClient"]):
    def in_force(self, on: date) -> MachineClientQuerySet:
        """Clients that may call on a local date: not disabled, their membership and account in force."""
        working = Membership.objects.active(on).filter(role=Role.MACHINE)
        return self.filter(disabled_at__isnull=True, membership__in=working)

    def visible_to(self, actor: Actor) -> MachineClientQuerySet:
        """The system administrator keeps them; nobody else knows which there are."""
        return self if actor.role == Role.SYSTEM_ADMIN else self.none()


class MachineClient(Versioned):
    """A program that calls the API: contact center 111 or a state information system (rules.md 2, machine channel).

    It acts through a membership of its own and comes in by one door. Its secret is the library's client's: a hash.
    """

    class Door(models.TextChoices):
        CONTACT_CENTER = "contact_center", _("Contact center 111")
        STATE_SYSTEM = "state_system", _("State information system")

    name = models.CharField(_("name"), max_length=100)
    door = models.CharField(_("channel"), max_length=20, choices=Door.choices)
    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="machine")
    client = models.OneToOneField(
        "allauth_idp_oidc.Client", on_delete=models.PROTECT, related_name="machine", verbose_name=_("client")
    )
    created_at = models.DateTimeField(_("created"))
    secret_at = models.DateTimeField(_("secret given out"))
    disabled_at = models.DateTimeField(_("disabled"), null=True, blank=True)
    disabled_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = MachineClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("machine client")
        verbose_name_plural = _("machine clients")
        constraints = (
            models.UniqueConstraint(Lower("name"), name="machine_name_once"),
            models.CheckConstraint(
                name="machine_disabled_with_reason",
                condition=Q(disabled_at__isnull=True, disabled_reason="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_reason="")),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        return self.disabled_at is None


# The models of sessions and of lost second factors have their own modules; Django finds them here.
from family_support.accounts.factor_resets import ASKING as ASKING  # noqa: E402
from family_support.accounts.factor_resets import LEAST_WORDS as LEAST_WORDS  # noqa: E402
from family_support.accounts.factor_resets import FactorReset as FactorReset  # noqa: E402
from family_support.accounts.sign_ins import SignIn as SignIn  # noqa: E402
