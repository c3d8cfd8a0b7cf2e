"""Shortcomings that figures show: which figure, beyond which threshold, with which words (R192 14).

The thresholds are ours: R192 says what a conclusion must hold, not from when a share is too large.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from family_support.base.figures import Text
from family_support.base.suppression import SMALL, SMALL_SENSITIVE
from family_support.directory.models import Center
from interagency.models import Review
from interagency.queries import breaches
from monitoring.counting import Gathered, Record, during
from monitoring.indicators.joint import SENSITIVE_SECTORS
from monitoring.indicators.quality import SENSITIVE_TERMS
from monitoring.models import ProposedShortcoming
from monitoring.quarters import Quarter
from monitoring.suppression import SENSITIVE

# A share is looked at from so many records on: one of two says nothing of a body's work.
FEWEST = 3


@dataclass(frozen=True)
class Finding:
    """A figure beyond its threshold and the records behind it."""

    rule: str
    count: int
    whole: int
    threshold: int
    records: list[Record]
    agency_id: int | None = None
    detail: str = ""

    @property
    def cases(self) -> list[int | None]:
        """Keys of the cases behind it, each once; None for records without a case."""
        return list(dict.fromkeys(record.case_id for record in self.records))


Finder = Callable[[Center, Quarter], Iterable[tuple[int | None, str, list[Record]]]]


@dataclass(frozen=True)
class Rule:
    """When a figure is proposed as a shortcoming: `bad` columns of an indicator's rows, as a share of `whole` (more
    than `threshold` percent) or, without a whole, as a count (`threshold` and more)."""

    code: str
    title: Text
    text: Text
    proposal: Text
    threshold: int
    indicator: str = ""
    rows: tuple[str, ...] = ()
    bad: tuple[str, ...] = ("count",)
    whole: tuple[str, ...] = ()
    of_bodies: bool = False
    finder: Finder | None = None
    # The row that holds the good ones: bad is what the other rows have and this one has not.
    complement: str = ""

    @property
    def is_share(self) -> bool:
        return bool(self.whole)

    def small(self, row: ProposedShortcoming) -> set[str]:
        """Which of count, whole and share may not leave the Center: the conclusion they are told in does (security.md).

        A share gives its part away, and so does what is left of the whole.
        """
        limit = SMALL_SENSITIVE if self._is_sensitive(row) else SMALL
        left = row.whole - row.count if row.whole else 0
        found = {name for name, value in (("count", row.count), ("whole", row.whole)) if 0 < value <= limit}
        return found | {"count", "share"} if found or 0 < left <= limit else set()

    def _is_sensitive(self, row: ProposedShortcoming) -> bool:
        if row.agency is not None and any(
            sector.code in SENSITIVE_SECTORS for sector in row.agency.sectors.all()
        ):
            return True
        return self.indicator in SENSITIVE or not SENSITIVE_TERMS.isdisjoint(self.rows)

    def findings(
        self, gathered: Mapping[str, Gathered], center: Center, quarter: Quarter
    ) -> Iterable[Finding]:
        """Every body, norm or row beyond the threshold."""
        if self.finder is not None:
            for agency_id, detail, records in self.finder(center, quarter):
                if len(records) >= self.threshold:
                    yield Finding(self.code, len(records), 0, self.threshold, records, agency_id, detail)
            return
        for group in self._groups(gathered.get(self.indicator, {})):
            if self._is_beyond(group):
                agency = int(group.key.removeprefix("agency-")) if self.of_bodies else None
                yield Finding(self.code, len(group.bad), len(group.whole), self.threshold, group.bad, agency)

    def _groups(self, cells: Gathered) -> list[Group]:
        """Records by body, or those of the rule's rows together."""
        groups: dict[str, Group] = defaultdict(Group)
        for (row, column), records in cells.items():
            if self.rows and row not in self.rows:
                continue
            group = groups[row if self.of_bodies else ""]
            group.key = row
            if row == self.complement:
                continue
            if column in self.bad:
                group.bad += records
            if column in self.whole:
                group.whole += records
        if self.complement and groups:
            good = {
                record
                for (row, _column), records in cells.items()
                if row == self.complement
                for record in records
            }
            groups[""].bad = [record for record in groups[""].bad if record not in good]
        return list(groups.values())

    def _is_beyond(self, group: Group) -> bool:
        count, whole = len(group.bad), len(group.whole)
        if not self.is_share:
            return count >= self.threshold
        return whole >= FEWEST and 100 * count > self.threshold * whole


@dataclass
class Group:
    """Records of one body, or of all rows that a rule looks at."""

    key: str = ""
    bad: list[Record] = field(default_factory=list)
    whole: list[Record] = field(default_factory=list)


def _breaches(center: Center, quarter: Quarter) -> Iterable[tuple[int | None, str, list[Record]]]:
    """Reports returned in the quarter for a breach, by body and norm (R192 11)."""
    found: dict[tuple[int | None, str], list[Record]] = defaultdict(list)
    returned = Review.objects.filter(
        during("at", quarter),
        report__task__case__center=center,
        report__task__agency__isnull=False,
        ground=Review.ReturnGround.BREACH,
    )
    rows = breaches(returned).values_list(
        "report__task__agency_id", "breached", "pk", "report__task__case_id"
    )
    for agency_id, norm, pk, case_id in rows:
        found[agency_id, norm].append(Record(pk, case_id))
    return [(agency_id, norm, records) for (agency_id, norm), records in sorted(found.items())]


_LATE = ("late", "unmet")
_ALL_TERMS = ("met", "late", "unmet")

RULES: tuple[Rule, ...] = (
    Rule(
        "reports_late",
        _("Reports of the body come late"),
        _(
            "{body} reports late on its measures: {count} of {whole} reports ({share} %), threshold {threshold} %."
        ),
        _("Name a person answerable for reports, and report by the dates of the plan (R192 11)."),
        10,
        "bodies",
        bad=("late",),
        whole=("timely", "late"),
        of_bodies=True,
    ),
    Rule(
        "reports_missing",
        _("Reports of the body are missing"),
        _("{body} has not reported on measures whose date has passed: {count}."),
        _("Report on the measures whose date has passed, and explain the delay in writing."),
        1,
        "bodies",
        bad=("missing",),
        of_bodies=True,
    ),
    Rule(
        "returned_norm",
        _("Reports returned for a breach of a norm"),
        _(
            "Reports of the body were returned for rework because a norm was breached ({norm}): {count}. Body: {body}."
        ),
        _(
            "Train the specialists who provide the service in the norm breached, and check each report before sending."
        ),
        1,
        finder=_breaches,
        of_bodies=True,
    ),
    Rule(
        "declined",
        _("The body declines measures"),
        _("{body} declined measures: {count} of {whole} handed off ({share} %), threshold {threshold} %."),
        _("Agree on the competence of the body before a plan is approved; decline only with the norm named."),
        10,
        "bodies",
        bad=("declined",),
        whole=("sent",),
        of_bodies=True,
    ),
    Rule(
        "not_done",
        _("Measures of the body are not done"),
        _(
            "{body} did not carry out measures: {count} of {whole} marked ({share} %), threshold {threshold} %."
        ),
        _("Look at each measure that was not carried out together with the Center, and set a new date."),
        20,
        "bodies",
        bad=("not_done",),
        whole=("done", "partly", "not_done"),
        of_bodies=True,
    ),
    Rule(
        "notices_late",
        _("Notices about minors were sent late"),
        _("Written notices about minors in temporary stay were not sent within 24 hours (R256 26): {count}."),
        _("Send both notices at admission, and keep the form of the notice ready at the reception."),
        1,
        "terms",
        ("minor_notice_law_enforcement", "minor_notice_guardianship"),
        bad=_LATE,
    ),
    Rule(
        "redirections_late",
        _("Redirections of people with signs of violence were late"),
        _(
            "People with signs of domestic violence were not redirected within two working days (R256 24): {count}."
        ),
        _("Redirect to the organization of special social services on the day the signs are recorded."),
        1,
        "terms",
        ("violence_redirection",),
        bad=_LATE,
    ),
    Rule(
        "responses_late",
        _("Response plans were late"),
        _(
            "A direct threat to life or health was not answered by a response plan in time (R256 22): {count}."
        ),
        _("Set the order of duty of the mobile group, with a telephone that answers at any hour."),
        1,
        "terms",
        ("response_plan",),
        bad=_LATE,
    ),
    Rule(
        "alarms_late",
        _("Alarms were not acknowledged within an hour"),
        _("Alarms about a threat were acknowledged later than in an hour: {count} of {whole} ({share} %)."),
        _("Set the order of duty of the mobile group, with a telephone that answers at any hour."),
        10,
        "alarms",
        rows=("raised", "in_hour"),
        bad=("count",),
        whole=("count",),
        complement="in_hour",
    ),
    Rule(
        "visits_alone",
        _("Visits without an outside member"),
        _(
            "At visits of the mobile group nobody from education, health or internal affairs was present: {count}."
        ),
        _("Plan visits with the members of the group; name substitutes in the akim’s order."),
        1,
        "visits",
        ("no_outside",),
    ),
    Rule(
        "overstays",
        _("Stays went on beyond one month"),
        _("People stayed in the temporary stay for longer than a month (R256 6, 23): {count}."),
        _("Draw up the exit plan by the 20th day, and agree on housing with the akimat beforehand."),
        1,
        "terms",
        ("stay_limit",),
        bad=_LATE,
    ),
    Rule(
        "handoffs_late",
        _("Parts of plans were handed off late"),
        _(
            "Parts of approved plans reached the bodies later than two working days (R192 9): {count} of {whole}."
        ),
        _("Hand off on the day of approval; look at parts held back every morning."),
        5,
        "terms",
        ("handoff",),
        bad=_LATE,
        whole=_ALL_TERMS,
    ),
    Rule(
        "assessments_late",
        _("Primary assessments were late"),
        _(
            "Primary assessments were not concluded in time: {count} of {whole} ({share} %), threshold {threshold} %."
        ),
        _("Even out the load of case managers, and assign the assessment on the day of registration."),
        5,
        "terms",
        ("assessment", "assessment_urgent"),
        bad=_LATE,
        whole=_ALL_TERMS,
    ),
    Rule(
        "reviews_late",
        _("Reports of bodies were checked late"),
        _(
            "The Center checked reports of bodies later than two working days (R192 11): {count} of {whole} "
            "({share} %)."
        ),
        _("Check received reports daily; name a substitute for the time of leave."),
        5,
        "terms",
        ("report_review",),
        bad=_LATE,
        whole=_ALL_TERMS,
    ),
    Rule(
        "no_iin",
        _("Intakes of people without IIN"),
        _("IIN is not recorded: {count} of {whole} intakes ({share} %), threshold {threshold} %."),
        _("Find out the IIN at the first meeting; state the reason where there is none."),
        10,
        "quality",
        ("no_iin",),
        whole=("of",),
    ),
    Rule(
        "other",
        _("Measures coded “other”"),
        _("Measures are coded “other”: {count} of {whole} ({share} %), threshold {threshold} %."),
        _("Choose measures from the catalog; propose to the authorized body those that it lacks."),
        10,
        "quality",
        ("other",),
        whole=("of",),
    ),
    Rule(
        "by_center",
        _("Measures carried out by the Center itself"),
        _(
            "The Center carries out measures itself instead of the bodies: {count} of {whole} ({share} %), "
            "threshold {threshold} %."
        ),
        _("Involve the competent bodies when a plan is drawn up (R192 8–9)."),
        50,
        "quality",
        ("by_center",),
        whole=("of",),
    ),
)
BY_CODE = {rule.code: rule for rule in RULES}


def findings(gathered: Mapping[str, Gathered], center: Center, quarter: Quarter) -> list[Finding]:
    """Everything beyond its threshold, in the order of the rules."""
    return [finding for rule in RULES for finding in rule.findings(gathered, center, quarter)]
