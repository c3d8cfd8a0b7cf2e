"""What a plan must hold before it is signed and approved (R256 15–17, 19; R192 7, 8, 12): pure functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from family_support.workdays.calendar import add_months

Text = str | Promise
Gaps = dict[str, Text]

# R256 15, where the row of the term `plan_period` is not there to say otherwise.
PERIOD_MONTHS = 12
MIN_REASON = 10
# How many days before a plan's last one the next may be begun (ours).
NEXT_PLAN_DAYS = 30
# The head decides on these with evidence: R256 19(2)–(4); the first, everything done, is the completion mark.
BY_DECISION = ("refused", "did_not_act", "individual")


@dataclass(frozen=True, slots=True)
class MeasureFact:
    """A measure of a body or of the Center, as far as the rules look at it."""

    starts_on: date | None
    due_on: date | None
    sector: str
    by_center: bool
    executor_sectors: Collection[str] | None
    text: str = "·"
    goal: str = "·"
    concerns_child: bool = False


@dataclass(frozen=True, slots=True)
class FamilyFact:
    """A measure of the family's own."""

    starts_on: date | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class VersionFact:
    """A version as a whole."""

    starts_on: date | None
    ends_on: date | None
    goal: str
    measures: Sequence[MeasureFact] = ()
    family: Sequence[FamilyFact] = ()
    participants: int = 0
    children: int = 0
    consent: bool = True
    transfer_consent: bool = True


def period_gaps(starts_on: date | None, ends_on: date | None, *, months: int = PERIOD_MONTHS) -> Gaps:
    """What is wrong with a plan's period: form field -> message. At most a year (R256 15); both ends belong to it."""
    gaps: Gaps = {}
    if starts_on is None:
        gaps["starts_on"] = _("Give the day on which the plan begins.")
    if ends_on is None:
        gaps["ends_on"] = _("Give the day on which the plan ends.")
    if starts_on is None or ends_on is None:
        return gaps
    if ends_on < starts_on:
        gaps["ends_on"] = _("The plan ends before it begins.")
    elif ends_on > add_months(starts_on, months):
        gaps["ends_on"] = format_lazy(
            _("A plan lasts at most one year (R256 15): until {day} at the latest."),
            day=f"{add_months(starts_on, months):%d.%m.%Y}",
        )
    return gaps


def dates_gaps(
    starts_on: date | None, due_on: date | None, *, period: tuple[date | None, date | None]
) -> Gaps:
    """What is wrong with a measure's dates: both are needed, in order, inside the plan's period (R192 8)."""
    first, last = period
    if first is None or last is None:
        return {"due_on": _("Set the plan's period first: a measure's dates lie inside it.")}
    gaps: Gaps = {}
    inside = format_lazy(
        _("The date lies outside the plan's period, {first} – {last}."),
        first=f"{first:%d.%m.%Y}",
        last=f"{last:%d.%m.%Y}",
    )
    if starts_on is None:
        gaps["starts_on"] = _("Give the day from which the measure is carried out.")
    elif not first <= starts_on <= last:
        gaps["starts_on"] = inside
    if due_on is None:
        gaps["due_on"] = _("Give the due date.")
    elif not first <= due_on <= last:
        gaps["due_on"] = inside
    elif starts_on is not None and due_on < starts_on:
        gaps["due_on"] = _("The due date lies before the beginning.")
    return gaps


def executor_gaps(measure: MeasureFact) -> Gaps:
    """Every measure has an executor, and a body only what its sectors cover (R192 2, 5, 8)."""
    if measure.by_center == (measure.executor_sectors is not None):
        return {"agency": _("Choose who carries the measure out: a body or the Center itself.")}
    if measure.executor_sectors is not None and measure.sector not in measure.executor_sectors:
        return {
            "agency": _("This body does not work in the measure's kind of support. Choose another executor.")
        }
    return {}


def version_gaps(version: VersionFact, *, months: int = PERIOD_MONTHS) -> Gaps:
    """What keeps a version from being signed; empty when nothing does."""
    gaps = period_gaps(version.starts_on, version.ends_on, months=months)
    if not version.goal.strip():
        gaps["goal"] = _("State the goal of the plan.")
    if not version.measures:
        gaps["measures"] = _("Add at least one measure of a body or of the Center (R256 16).")
    if not version.family:
        gaps["family"] = _("Add at least one measure of the family's own active participation (R256 16).")
    period = (version.starts_on, version.ends_on)
    dated: list[MeasureFact | FamilyFact] = [*version.measures, *version.family]
    if (
        version.starts_on
        and version.ends_on
        and any(dates_gaps(each.starts_on, each.due_on, period=period) for each in dated)
    ):
        gaps["dates"] = _("A measure lies outside the plan's period: change its dates.")
    if any(executor_gaps(each) for each in version.measures):
        gaps["executors"] = _("A measure lacks an executor that works in its kind of support.")
    if not version.consent:
        gaps["consent"] = _("First record the family's consent to the processing of personal data (R256 13).")
    elif not version.transfer_consent and any(not each.by_center for each in version.measures):
        gaps["consent"] = _(
            "Bodies are involved: the family's consent must include transfer to third parties."
        )
    return gaps


def version_warnings(version: VersionFact) -> list[Text]:
    """What does not block but should be looked at again."""
    found: list[Text] = []
    if version.children and not any(each.concerns_child for each in version.measures):
        found.append(
            _(
                "There is a child in the family and no measure concerns a child: "
                "the child's interests come first (R192 7(2))."
            )
        )
    if not version.participants:
        found.append(_("No specialist is named as taking part in drawing up the plan (R256 15)."))
    if version.measures and all(each.by_center for each in version.measures):
        found.append(_("Every measure is carried out by the Center itself: is no body competent?"))
    return found


def signing_gaps(*, signed_on: date | None, today: date, drawn_up_on: date) -> Gaps:
    """The day of a signature: not ahead of today and not before the plan was drawn up."""
    if signed_on is None:
        return {"signed_on": _("Give the day of the signature.")}
    if signed_on > today:
        return {"signed_on": _("The date is in the future.")}
    if signed_on < drawn_up_on:
        return {"signed_on": _("The date lies before the plan was drawn up.")}
    return {}


def completion_gaps(
    *, completed_on: date | None, today: date, last_done: date | None, starts_on: date | None
) -> Gaps:
    """The date of the completion mark (R192 12): not ahead, and not before the last measure was done."""
    if completed_on is None:
        return {"completed_on": _("Give the date of completion.")}
    if completed_on > today:
        return {"completed_on": _("The date is in the future.")}
    earliest = max((day for day in (last_done, starts_on) if day is not None), default=None)
    if earliest is not None and completed_on < earliest:
        return {
            "completed_on": format_lazy(
                _("The last measure was done on {day}: the plan cannot be completed before."),
                day=f"{earliest:%d.%m.%Y}",
            )
        }
    return {}


def reason_gap(reason: str, field_name: str = "reason") -> Gaps:
    """A reason that somebody else can understand."""
    return (
        {field_name: _("Give the reason in at least 10 characters.")}
        if len(reason.strip()) < MIN_REASON
        else {}
    )


def ending_gaps(*, ground: str, evidence: str, papers: int) -> Gaps:
    """What is missing for ending a plan on R256 19(2)–(4): the ground, the reasons, at least one paper."""
    gaps = reason_gap(evidence, "evidence")
    if ground not in BY_DECISION:
        gaps["ground"] = _("Choose the ground (R256 19).")
    if not papers:
        gaps["file"] = _("Attach the evidence: without it a plan is not ended on this ground (R256 19).")
    return gaps


def decision_gaps(
    *,
    number: str,
    decided_on: date | None,
    text: str,
    ended_on: date | None,
    today: date,
    drawn_up_on: date,
) -> Gaps:
    """What is wrong with the head's decision: its number, date and text, and the plan's last day."""
    gaps: Gaps = {}
    if not number.strip():
        gaps["number"] = _("Give the number of the decision.")
    if len(text.strip()) < MIN_REASON:
        gaps["text"] = _("Write what is decided, in at least 10 characters.")
    if decided_on is None:
        gaps["decided_on"] = _("Give the date of the decision.")
    elif decided_on > today:
        gaps["decided_on"] = _("The date is in the future.")
    elif decided_on < drawn_up_on:
        gaps["decided_on"] = _("The date lies before the plan was drawn up.")
    if ended_on is None:
        gaps["ended_on"] = _("Give the day on which the plan ends.")
    elif ended_on > today:
        gaps["ended_on"] = _("The date is in the future.")
    elif ended_on < drawn_up_on:
        gaps["ended_on"] = _("The date lies before the plan was drawn up.")
    return gaps
