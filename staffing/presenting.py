"""Figures of staffing in words, the same on pages, papers and sheets."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from family_support.ui.components import Tile, Tone
from family_support.workdays.explain import skipped_line, step_as_json
from staffing.bands import Computation, Reach
from staffing.gaps import Line, Totals
from staffing.models import Band, StaffingNorm
from staffing.queries import Country
from staffing.templatetags.staffing import units_text, whole


def tiles_of(totals: Totals, band: Band) -> list[Tile]:
    """A Center in figures."""
    return [
        Tile(band.value, _("Band by the last quarter"), "calendar-stats", "blue"),
        Tile(units_text(totals.units), _("Units established"), "users-group", "blue"),
        Tile(units_text(totals.occupied), _("Units occupied"), "user-check", "blue"),
        Tile(units_text(totals.vacant), _("Units vacant"), "user-plus", _tone(bool(totals.vacant), "yellow")),
        Tile(
            units_text(totals.below),
            _("Established below the norm"),
            "gavel",
            _tone(bool(totals.below), "red"),
        ),
        Tile(
            units_text(totals.lacking),
            _("Missing against the norm"),
            "alert-triangle",
            _tone(bool(totals.lacking), "orange"),
        ),
    ]


def country_tiles(found: Country) -> list[Tile]:
    """All Centers shown, in figures."""
    whole_ = found.total
    return [
        Tile(whole_.centers, _("Centers"), "building-community", "blue"),
        Tile(
            whole_.without_table,
            _("Without a staffing table"),
            "file-plus",
            _tone(bool(whole_.without_table), "yellow"),
        ),
        Tile(units_text(whole_.totals.units), _("Units established"), "users-group", "blue"),
        Tile(
            units_text(whole_.totals.below),
            _("Established below the norm"),
            "gavel",
            _tone(bool(whole_.totals.below), "red"),
        ),
        Tile(
            units_text(whole_.totals.lacking),
            _("Missing against the norm"),
            "alert-triangle",
            _tone(bool(whole_.totals.lacking), "orange"),
        ),
    ]


def _tone(wrong: bool, tone: Tone) -> Tone:
    return tone if wrong else "green"


def mean_text(found: Computation) -> str:
    """The mean, exact: 50, or 50 1/62."""
    rest = f"{found.rest}/{found.working_days}" if found.rest else ""
    return " ".join(part for part in (whole(found.whole) if found.whole or not rest else "", rest) if part)


def band_lines(found: Computation) -> list[tuple[str, str]]:
    """Every number that led to the band, with where it comes from."""
    quarter = {"number": found.quarter.number, "year": found.quarter.year}
    return [
        (_("Quarter"), _("Quarter {number}, {year}").format(**quarter)),
        (
            _("Working days of the Center"),
            _("%(working)d of %(all)d days, %(rest)d days off (calendar version %(version)d)")
            % {
                "working": found.working_days,
                "all": found.calendar_days,
                "rest": found.rest_days,
                "version": found.calendar_version,
            },
        ),
        (_("Intakes registered in the quarter, those transferred away later too"), whole(found.intakes)),
        (
            _("Mean of a working day"),
            f"{whole(found.intakes)} ÷ {found.working_days} = {mean_text(found)}",
        ),
        (_("Band"), _band_sentence(found)),
    ]


def _band_sentence(found: Computation) -> str:
    more = found.until_next
    if more is None:
        return found.band.value
    return ngettext(
        "%(band)s; %(more)s more intake would have made it the next one",
        "%(band)s; %(more)s more intakes would have made it the next one",
        more,
    ) % {"band": found.band.value, "more": whole(more)}


def exception_lines(found: Computation) -> list[str]:
    """Days that are not what their weekday says, each with its reason."""
    lines = []
    for step in found.exceptions:
        if step.counted:
            day = date_format(step.date, "d.m.Y")
            number = (step.day.order_number if step.day else "") or "—"
            lines.append(_("%(day)s, a working day by order %(order)s.") % {"day": day, "order": number})
        else:
            lines.append(skipped_line(step_as_json(step)))
    return lines


def reach_lines(found: Computation) -> list[tuple[Reach, str, str]]:
    """Each band: appeals a working day, and intakes of the quarter that lie in it."""
    limits = dict(found.limits)
    a, b = limits[Band.A], limits[Band.B]
    daily = {
        Band.A: _("up to %(limit)d") % {"limit": a},
        Band.B: _("more than %(low)d, up to %(limit)d") % {"low": a, "limit": b},
        Band.C: _("more than %(low)d") % {"low": b},
    }
    return [
        (
            reach,
            daily[reach.band],
            f"{whole(reach.first)} – {whole(reach.last)}"
            if reach.last is not None
            else _("from %(first)s") % {"first": whole(reach.first)},
        )
        for reach in found.reaches
    ]


def norm_text(line: Line) -> str:
    """The norm of a line in words: a number, "by standard norms", or a dash."""
    if line.minimum is not None:
        return units_text(line.minimum)
    return _("by standard norms") if line.norm and line.norm.kind == StaffingNorm.Kind.STANDARD else "—"


def norm_note(norm: StaffingNorm | None) -> str:
    """What the annex says beside a position."""
    if norm is None:
        return _("not in the annex")
    if norm.kind == StaffingNorm.Kind.PER_VEHICLE:
        return _("a vehicle")
    return _("per institution") if norm.per_institution else ""


def substitute_text(line: Line) -> str:
    """Who could stand in for what is missing; empty where nothing is."""
    if not line.lacking:
        return ""
    if not line.substitutes:
        return _("nobody of the same function has units to spare")
    return "; ".join(
        _("%(name)s: %(units)s over the norm") % {"name": each.norm.name, "units": units_text(each.spare)}
        for each in line.substitutes
    )
