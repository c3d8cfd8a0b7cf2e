"""Terms kept, and what the records themselves lack: what nobody could check (rules.md 4, 6.14)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Intake
from family_support.base.figures import Column
from family_support.deadlines.models import Deadline, Term
from family_support.directory.models import Center
from interagency.models import Task
from monitoring.counting import Label, Part, choices
from monitoring.indicators.registry import add
from monitoring.quarters import Quarter

# Terms that run only where there is a threat, violence, a minor or a stay.
SENSITIVE_TERMS = frozenset(
    {
        "assessment_urgent",
        "response_plan",
        "violence_redirection",
        "minor_notice_law_enforcement",
        "minor_notice_guardianship",
        "stay_limit",
    }
)
# The catalog's code of a measure that fits no other: its text alone says what is done.
OTHER = "-99"


def _ended(center: Center, quarter: Quarter) -> QuerySet:
    """Terms that were due or met in the quarter."""
    started = Deadline.objects.without_reviews().filter(center=center, due_at__lt=quarter.ends_at)
    return started.exclude(state=Deadline.State.CANCELLED).filter(
        Q(due_at__gte=quarter.starts_at) | Q(closed_at__gte=quarter.starts_at, closed_at__lt=quarter.ends_at)
    )


def _closed(center: Center, quarter: Quarter) -> QuerySet:
    return _ended(center, quarter).filter(closed_at__lt=quarter.ends_at)


def _unmet(center: Center, quarter: Quarter) -> QuerySet:
    return _ended(center, quarter).filter(Q(closed_at__isnull=True) | Q(closed_at__gte=quarter.ends_at))


def _term_labels(center: Center, keys: Collection[str]) -> list[Label]:
    found: dict[str, Label] = {}
    for term in Term.objects.filter(code__in=keys).order_by("code", "-valid_from"):
        found.setdefault(term.code, Label(term.code, term.names, term.code in SENSITIVE_TERMS))
    return list(found.values())


def _intakes(center: Center, quarter: Quarter) -> QuerySet:
    return Intake.objects.kept().filter(center=center)


def _tasks(center: Center, quarter: Quarter) -> QuerySet:
    return Task.objects.filter(case__center=center)


add(
    "terms",
    "terms",
    _("Terms kept"),
    _("Terms that ended in the quarter: met in time, met late, or still unmet when it ended."),
    Part(_closed, where=Q(state=Deadline.State.MET), by="code", column="met"),
    Part(_closed, where=Q(state=Deadline.State.MET_LATE), by="code", column="late"),
    Part(_unmet, by="code", column="unmet"),
    labels=_term_labels,
    columns=(
        Column("met", _("In time")),
        Column("late", _("Late")),
        Column("unmet", _("Unmet")),
        Column("in_time", _("In time, %"), share=True, part="met", whole=("met", "late", "unmet")),
    ),
)
_NAMED = Q(applicant__isnull=False)
add(
    "quality",
    "terms",
    _("What the records lack"),
    _(
        "Records of the quarter that nobody could check: no person, no IIN, a measure coded “other”, a measure that "
        "the Center carries out itself."
    ),
    Part(_intakes, "registered_at", row="no_person", column="of"),
    Part(_intakes, "registered_at", ~_NAMED, row="no_person"),
    Part(_intakes, "registered_at", _NAMED, row="no_iin", column="of"),
    Part(_intakes, "registered_at", _NAMED & Q(applicant__iin_index=""), row="no_iin"),
    Part(_tasks, "sent_at", row="other", column="of"),
    Part(_tasks, "sent_at", Q(measure__template__code__endswith=OTHER), row="other"),
    Part(_tasks, "sent_at", row="by_center", column="of"),
    Part(_tasks, "sent_at", Q(agency__isnull=True), row="by_center"),
    labels=choices(
        [
            ("no_person", _("Intakes without a named person")),
            ("no_iin", _("Intakes of a person without IIN")),
            ("other", _("Measures coded “other”")),
            ("by_center", _("Measures carried out by the Center itself")),
        ]
    ),
    columns=(
        Column("count", _("Number")),
        Column("of", _("Of all")),
        Column("share", _("Share, %"), share=True, part="count", whole=("of",)),
    ),
    as_of=True,
)
