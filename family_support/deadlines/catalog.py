"""The terms as a list of the reference data: unit, length, warnings, ladder, clause, event (rules.md 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from family_support.base.clock import local_date
from family_support.base.errors import Invalid
from family_support.base.loudness import Loudness
from family_support.deadlines.ladder import Level, loudness_of
from family_support.deadlines.models import Deadline, Term
from family_support.reference.catalogs import Catalog, Fact, Use, names_of, register, register_use
from family_support.reference.forms import NamedForm, text_in
from family_support.reference.index import Card, register_card

Unit = Term.Unit
# Units that the product counts by itself; the others end on a date that comes with the event.
COUNTED = (Unit.WORKING_DAYS, Unit.CLOCK_HOURS, Unit.MONTHS)
LONGEST = {Unit.WORKING_DAYS: 250, Unit.CLOCK_HOURS: 720, Unit.MONTHS: 60}
LEVELS = ("upcoming", "upcoming_2", "upcoming_3")
CHASERS = ("told_chaser_1", "told_chaser_2", "told_chaser_3")
OTHER_LEVELS = ("due_today", "overdue", "escalated", "chaser_1", "chaser_2", "chaser_3")
WARNINGS = (
    ("", "—"),
    ("start_of_last_day", gettext_lazy("when the last day begins")),
    ("working_days_before", gettext_lazy("working days before the end")),
    ("hours_before", gettext_lazy("hours before the end")),
    ("hours_after", gettext_lazy("hours after the start")),
    ("day_of_term", gettext_lazy("calendar days after the start")),
)
LADDERS = (
    ("at_once", gettext_lazy("at once when overdue")),
    ("working_days_after", gettext_lazy("working days after the end")),
)
MOST_WARNING, MOST_LADDER = 200, 30


def length_text(row: Any) -> str:
    """How long a term is, in words of the active language."""
    match row.unit:
        case Unit.WORKING_DAYS:
            return ngettext("%(n)s working day", "%(n)s working days", row.length) % {"n": row.length}
        case Unit.CLOCK_HOURS:
            return ngettext("%(n)s hour by the clock", "%(n)s hours by the clock", row.length) % {
                "n": row.length
            }
        case Unit.MONTHS:
            return ngettext("%(n)s month", "%(n)s months", row.length) % {"n": row.length}
        case _other:
            return str(row.get_unit_display())


def warning_text(row: Mapping[str, Any]) -> str:
    """One warning in words."""
    n = int(row.get("amount", 0))
    match row["kind"]:
        case "start_of_last_day":
            return _("when the last day begins")
        case "working_days_before":
            return ngettext("%(n)s working day before the end", "%(n)s working days before the end", n) % {
                "n": n
            }
        case "hours_before":
            return ngettext("%(n)s hour before the end", "%(n)s hours before the end", n) % {"n": n}
        case "hours_after":
            return ngettext("%(n)s hour after the start", "%(n)s hours after the start", n) % {"n": n}
        case _other:
            return _("on day %(n)s of the term") % {"n": n}


def warnings_text(row: Any) -> str:
    """All warnings of a term, a line each."""
    return "\n".join(warning_text(warning) for warning in row.warnings)


def ladder_text(row: Any) -> str:
    """When lateness goes up to the director, and how a body is reminded."""
    ladder = row.escalation
    if not ladder:
        return "—"
    n = int(ladder.get("amount", 0))
    if ladder["kind"] == "at_once":
        text = _("to the director at once when overdue")
    elif not n:
        text = _("to the director at the closing hour of the last day")
    else:
        text = ngettext(
            "to the director %(n)s working day after the end",
            "to the director %(n)s working days after the end",
            n,
        ) % {"n": n}
    if ladder.get("every_hours"):
        text += "\n" + _("told again every %(n)s hours") % {"n": ladder["every_hours"]}
    if ladder.get("chasers"):
        days = ", ".join(str(n) for n in ladder["chasers"])
        text += "\n" + _("the body is reminded %(days)s working days after the end") % {"days": days}
    return text


def told_text(row: Any) -> str:
    """How loudly each level is told, a line each."""
    return "\n".join(
        f"{Level(level).label}: {loudness.label}" for level, loudness in loudness_of(row).items()
    )


def told_field(label: Any) -> forms.ChoiceField:
    """How loudly a level is told; a warning that is not given has none."""
    return forms.ChoiceField(label=label, choices=Loudness.choices, required=False, initial=Loudness.DIGEST)


class TermForm(NamedForm):
    """A term as the ministry writes it: what the code counts by, in fields instead of JSON."""

    clause_kk = text_in("kk", gettext_lazy("Clause in Kazakh"))
    clause_ru = text_in("ru", gettext_lazy("Clause in Russian"))
    clause_en = text_in("en", gettext_lazy("Clause in English"))
    start_event_kk = text_in("kk", gettext_lazy("Starting event in Kazakh"), max_length=200)
    start_event_ru = text_in("ru", gettext_lazy("Starting event in Russian"), max_length=200)
    start_event_en = text_in("en", gettext_lazy("Starting event in English"), max_length=200)
    unit = forms.ChoiceField(label=gettext_lazy("Counted in"), choices=Unit.choices)
    length = forms.IntegerField(label=gettext_lazy("Length"), required=False, min_value=1, max_value=720)
    internal = forms.BooleanField(label=gettext_lazy("Internal target, not a term of law"), required=False)
    warning_1 = forms.ChoiceField(label=gettext_lazy("First warning"), choices=WARNINGS, required=False)
    amount_1 = forms.IntegerField(
        label=gettext_lazy("How many"), required=False, min_value=1, max_value=MOST_WARNING
    )
    told_1 = told_field(gettext_lazy("Told"))
    warning_2 = forms.ChoiceField(label=gettext_lazy("Second warning"), choices=WARNINGS, required=False)
    amount_2 = forms.IntegerField(
        label=gettext_lazy("How many"), required=False, min_value=1, max_value=MOST_WARNING
    )
    told_2 = told_field(gettext_lazy("Told"))
    warning_3 = forms.ChoiceField(label=gettext_lazy("Third warning"), choices=WARNINGS, required=False)
    amount_3 = forms.IntegerField(
        label=gettext_lazy("How many"), required=False, min_value=1, max_value=MOST_WARNING
    )
    told_3 = told_field(gettext_lazy("Told"))
    told_due_today = told_field(gettext_lazy("Told on the last day"))
    told_overdue = told_field(gettext_lazy("Told once overdue"))
    ladder = forms.ChoiceField(label=gettext_lazy("Lateness goes to the director"), choices=LADDERS)
    ladder_amount = forms.IntegerField(
        label=gettext_lazy("How many"), required=False, min_value=0, max_value=MOST_LADDER
    )
    told_escalated = told_field(gettext_lazy("Told"))
    told_chaser_1 = told_field(gettext_lazy("First chaser to the body"))
    told_chaser_2 = told_field(gettext_lazy("Second chaser"))
    told_chaser_3 = told_field(gettext_lazy("Third chaser"))

    plain: tuple[str, ...] = (
        *NamedForm.plain,
        *(f"{name}_{language}" for name in ("clause", "start_event") for language in ("kk", "ru", "en")),
        "unit",
        "length",
        "internal",
    )

    pairs: tuple[tuple[str, ...], ...] = (
        ("unit", "length"),
        ("warning_1", "amount_1", "told_1"),
        ("warning_2", "amount_2", "told_2"),
        ("warning_3", "amount_3", "told_3"),
        ("told_due_today", "told_overdue"),
        ("ladder", "ladder_amount", "told_escalated"),
        CHASERS,
    )
    widths = {"told_due_today": (6, 6), CHASERS[0]: (4, 4, 4)}

    def arrange(self, row: Any) -> None:
        """A term that is counted may be counted otherwise; one that ends on a date of its own stays so."""
        counted = row is None or row.unit in COUNTED
        allowed = COUNTED if counted else (row.unit,)
        unit: Any = self.fields["unit"]
        unit.choices = [(code, label) for code, label in Unit.choices if code in allowed]
        if not counted:
            del self.fields["length"]
            self.pairs = self.pairs[1:]
        chasers = len(row.escalation.get("chasers", ())) if row else 0
        for name in CHASERS[chasers:]:
            del self.fields[name]
        self.pairs = (*self.pairs[:-1], *((CHASERS[:chasers],) if chasers else ()))

    def initial_of(self, row: Any) -> dict[str, Any]:
        values = {name: getattr(row, name) for name in self.plain}
        for number, warning in enumerate(row.warnings[: len(LEVELS)], start=1):
            values[f"warning_{number}"] = warning["kind"]
            values[f"amount_{number}"] = warning.get("amount") or None
        values["ladder"] = row.escalation.get("kind", "working_days_after")
        values["ladder_amount"] = row.escalation.get("amount")
        told = loudness_of(row)
        values |= {f"told_{level}": loudness for level, loudness in told.items() if level not in LEVELS}
        values |= {f"told_{n}": told[level] for n, level in enumerate(LEVELS, start=1) if level in told}
        return values

    def content(self) -> dict[str, Any]:
        data = self.cleaned_data
        values = {name: data.get(name) for name in self.plain}
        places = [place for place in range(len(LEVELS)) if data[f"warning_{place + 1}"]]
        values["warnings"] = [
            self._warning(place, data[f"warning_{place + 1}"], data[f"amount_{place + 1}"], level)
            for level, place in zip(LEVELS, places, strict=False)
        ]
        told = {level: data[f"told_{place + 1}"] for level, place in zip(LEVELS, places, strict=False)}
        told |= {level: data[f"told_{level}"] for level in OTHER_LEVELS if f"told_{level}" in data}
        kept = (
            {k: v for k, v in self.row.escalation.items() if k not in ("kind", "amount")} if self.row else {}
        )
        kept["loudness"] = {level: loudness or Loudness.DIGEST.value for level, loudness in told.items()}
        values["escalation"] = {"to": "director", **kept, "kind": data["ladder"]}
        if data["ladder"] != "at_once":
            values["escalation"]["amount"] = data["ladder_amount"]
            values["escalation"].pop("every_hours", None)
        return values

    def _warning(self, place: int, kind: str, amount: int | None, level: str) -> dict[str, Any]:
        known = self.row.warnings[place] if self.row and place < len(self.row.warnings) else {}
        kept = {"to": known["to"]} if "to" in known else {}
        return {"level": level, "kind": kind, "amount": 0 if kind == "start_of_last_day" else amount, **kept}


def check_term(row: Any, content: Mapping[str, Any]) -> None:
    """Raise Invalid for a length, a warning or a ladder that cannot be counted."""
    gaps: dict[str, Any] = {}
    unit, length = content["unit"], content["length"]
    if (unit in COUNTED) != (row.unit in COUNTED) or (unit not in COUNTED and unit != row.unit):
        gaps["unit"] = _("This term ends on a date of its own: what it is counted in stays.")
    elif unit in COUNTED and not 1 <= (length or 0) <= LONGEST[unit]:
        gaps["length"] = _("A whole number from 1 to %(n)s.") % {"n": LONGEST[unit]}
    for number, warning in enumerate(content["warnings"], start=1):
        if warning["kind"] != "start_of_last_day" and not 1 <= (warning["amount"] or 0) <= MOST_WARNING:
            gaps[f"amount_{number}"] = _("Say how many.")
    ladder = content["escalation"]
    if ladder["kind"] != "at_once" and ladder.get("amount") not in range(MOST_LADDER + 1):
        gaps["ladder_amount"] = _("Say how many.")
    told = ladder.get("loudness", {}).get("escalated", Loudness.URGENT)
    if ladder["kind"] == "at_once" and told != Loudness.URGENT:
        gaps["told_escalated"] = _("What goes to the director at once is mailed at once.")
    if gaps:
        raise Invalid("cannot_count", fields=gaps)


def latest_start(keys: Sequence[int]) -> date | None:
    """The local day of the latest event that began a deadline by one of these rows."""
    found = Deadline.objects.filter(term__in=keys).aggregate(latest=Max("started_at"))["latest"]
    return local_date(found) if found else None


def _deadlines(*states: str) -> Any:
    def count(keys: Sequence[int]) -> dict[int, int]:
        rows = Deadline.objects.filter(term__in=keys, state__in=states or Deadline.State.values)
        return dict(rows.values_list("term").annotate(n=Count("pk")))

    return count


TERMS = Catalog(
    slug="terms",
    title=gettext_lazy("Terms"),
    intro=gettext_lazy(
        "Terms of law and internal targets. A change counts for events from its day on; deadlines that run keep theirs."
    ),
    icon="hourglass",
    model=Term,
    key=("code",),
    content=(*TermForm.plain, "warnings", "escalation"),
    facts=(
        Fact(gettext_lazy("What it is called"), names_of),
        Fact(gettext_lazy("Clause"), lambda row: names_of(row, "clause")),
        Fact(gettext_lazy("Starts with"), lambda row: names_of(row, "start_event")),
        Fact(gettext_lazy("Term"), length_text, listed=True),
        Fact(gettext_lazy("Kind"), lambda row: kind_text(row), listed=True),
        Fact(gettext_lazy("Who acts"), lambda row: str(row.get_acts_for_display())),
        Fact(gettext_lazy("With whom it lies first"), lambda row: str(row.get_holder_display())),
        Fact(gettext_lazy("Warnings"), warnings_text),
        Fact(gettext_lazy("Escalation"), ladder_text, listed=True),
        Fact(gettext_lazy("How it is told"), told_text),
    ),
    texts=("name", "clause", "start_event"),
    form=TermForm,
    may_end=False,
    order=("internal", "pk"),
    name=lambda row: row.name,
    latest=latest_start,
    check=check_term,
)


def calendar_card(today: date) -> Card:
    """The calendar among the lists of the reference data."""
    return Card(
        title=_("Calendar"),
        text=_(
            "Working and rest days, holidays, transfers, closures of regions and Centers. Every date of the law is "
            "counted by it."
        ),
        url=reverse("calendar"),
        icon="calendar",
    )


def kind_text(row: Any) -> str:
    """Whether the law or the product sets the term."""
    return _("internal target") if row.internal else _("term of law")


def register_lists() -> None:
    """Called when the applications are ready."""
    register(TERMS)
    register_card(calendar_card)
    register_use("terms", Use(gettext_lazy("Deadlines running"), _deadlines(Deadline.State.OPEN)))
    closed = [state for state in Deadline.State.values if state != Deadline.State.OPEN]
    register_use("terms", Use(gettext_lazy("Deadlines closed"), _deadlines(*closed)))
