"""Reads for the pages and papers of staffing: one Center's gap, the country's, and the load of workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Prefetch, QuerySet

from cases.models import Intake
from family_support.base.actor import Actor
from family_support.directory.models import Center, Region
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.quarters import Quarter
from family_support.workdays.queries import Calendars, load_calendar, load_edition
from staffing.bands import Computation, compute
from staffing.gaps import Line, Totals, lines_of
from staffing.models import (
    Band,
    BandLimits,
    PayrollFund,
    PositionHolder,
    StaffingNorm,
    StaffingTable,
    StaffPosition,
    Vehicle,
)
from staffing.models.norms import Limits

# The country's paper names each Center only up to so many: it is made while the reader waits.
FEW = 40


@dataclass(frozen=True, slots=True)
class Annex:
    """The norms in force on a day, and the last row of each position that is no longer."""

    norms: list[StaffingNorm]
    former: dict[str, StaffingNorm]


@dataclass(frozen=True)
class Staffing:
    """A Center's staffing on a day, whole."""

    center: Center
    on: date
    computation: Computation
    table: StaffingTable | None
    lines: list[Line]
    vehicles: list[Vehicle]
    fund: PayrollFund | None
    annex: Annex

    @property
    def totals(self) -> Totals:
        return Totals.of(self.lines)

    @property
    def lacking(self) -> list[Line]:
        """Lines with a shortfall of either kind, where there is a table at all."""
        return [line for line in self.lines if line.below or line.lacking] if self.table else []


def annex(on: date) -> Annex:
    """The annex on a day. One query."""
    rows = list(StaffingNorm.objects.order_by("number", "valid_from"))
    in_force = [row for row in rows if row.is_in_force(on)]
    codes = {row.code for row in in_force}
    return Annex(in_force, {row.code: row for row in rows if row.code not in codes})


def last_quarter(on: date) -> Quarter:
    """The quarter whose mean sets the band of a day (rules.md 6.12)."""
    return Quarter.of(on).previous


def intakes_of(quarter: Quarter) -> QuerySet[Intake]:
    """Intakes registered in a quarter: the load of each Center is what arrived there, those too that another Center
    took over later, which the quarterly report counts there only."""
    return Intake.objects.filter(registered_at__gte=quarter.starts_at, registered_at__lt=quarter.ends_at)


def limits_of(quarter: Quarter) -> Limits:
    """The bands' limits by which a quarter is computed: those in force at its end."""
    return BandLimits.objects.of_quarter(quarter.next.first_day - timedelta(days=1)).steps


def computation(center: Center, on: date, calendar: WorkCalendar | None = None) -> Computation:
    """The Center's band on a day. Two queries beside the calendar's."""
    quarter = last_quarter(on)
    count = intakes_of(quarter).filter(center=center).count()
    return compute(quarter, count, calendar or load_calendar(center=center), limits_of(quarter))


def tables(actor: Actor) -> QuerySet[StaffingTable]:
    """The tables the actor reads, newest first, with their positions."""
    return (
        StaffingTable.objects.visible_to(actor)
        .select_related("center__district__region", "recorded_by__user", "changed_by__user")
        .prefetch_related(Prefetch("positions", StaffPosition.objects.order_by("pk")))
        .order_by("-starts_on")
    )


def _positions(on: date) -> Prefetch:
    """Positions with the units of people who have left by a day."""
    return Prefetch("positions", StaffPosition.objects.as_of(on).order_by("pk"))


def table_to_change(actor: Actor, pk: int, on: date) -> StaffingTable | None:
    """A table as it stands on a day: what people have left since is free."""
    return tables(actor).prefetch_related(None).prefetch_related(_positions(on)).filter(pk=pk).first()


def holders_of(table: StaffingTable, actor: Actor, on: date) -> dict[int, list[PositionHolder]]:
    """Position -> who fills it on a day; nobody for who reads units only. One query."""
    found: dict[int, list[PositionHolder]] = {}
    rows = PositionHolder.objects.visible_to(actor).filter(position__table=table).working(on)
    for row in rows.select_related("membership__user", "position").order_by(
        "membership__user__last_name", "pk"
    ):
        found.setdefault(row.position_id, []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class Filled:
    """A position that a worker fills, with how many units."""

    name: str
    units: Decimal


def filled_by_membership(center: Center, actor: Actor, on: date) -> dict[int, list[Filled]]:
    """Membership -> positions they fill by the table in force; nothing where nobody is named. Three queries."""
    table = StaffingTable.objects.filter(center=center).in_force(on).first()
    if table is None:
        return {}
    names = {norm.code: norm.name for norm in annex(on).norms}
    found: dict[int, list[Filled]] = {}
    for holders in holders_of(table, actor, on).values():
        for row in holders:
            name = names.get(row.position.code) or str(row.position)
            found.setdefault(row.membership_id, []).append(Filled(name, row.units))
    return found


def name_of(position: StaffPosition) -> str:
    """What the position is called: by the latest row of the annex, or by its own title."""
    norm = (
        StaffingNorm.objects.filter(code=position.code).order_by("-valid_from").first()
        if position.code
        else None
    )
    return norm.name if norm else str(position)


def funds(actor: Actor) -> QuerySet[PayrollFund]:
    """The payroll funds the actor reads, newest first."""
    return PayrollFund.objects.visible_to(actor).order_by("-starts_on")


def lines_as_recorded(table: StaffingTable) -> list[Line]:
    """The positions of a table in the annex's order, named as on the day it began; nothing to compare with."""
    norms = annex(table.starts_on)
    lines = lines_of(norms.norms, list(table.positions.all()), band=Band.A, vehicles=0, former=norms.former)
    return [line for line in lines if line.units]


def staffing_of(center: Center, on: date) -> Staffing:
    """Everything about a Center's staffing on a day; the caller has checked that the actor may read it."""
    found = (
        StaffingTable.objects.filter(center=center, starts_on__lte=on)
        .select_related("recorded_by__user", "changed_by__user")
        .prefetch_related(_positions(on))
        .order_by("-starts_on")
        .first()
    )
    norms = annex(on)
    counted = computation(center, on)
    vehicles = list(Vehicle.objects.filter(center=center).in_use(on))
    return Staffing(
        center=center,
        on=on,
        computation=counted,
        table=found,
        lines=lines_of(
            norms.norms,
            list(found.positions.all()) if found else [],
            band=counted.band,
            vehicles=len(vehicles),
            former=norms.former,
        ),
        vehicles=vehicles,
        fund=PayrollFund.objects.filter(center=center).in_force(on).first(),
        annex=norms,
    )


@dataclass(frozen=True, slots=True)
class CenterGap:
    """A Center in the country's table. No person, and no number of intakes, is in it."""

    center: Center
    band: Band
    has_table: bool
    vehicles: int
    lines: list[Line]
    totals: Totals


@dataclass
class RegionGap:
    """A region: sums over its Centers that have a staffing table."""

    region: Region
    centers: int = 0
    with_table: int = 0
    bands: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Band.values, 0))
    totals: Totals = field(default_factory=Totals)

    def add(self, gap: CenterGap) -> None:
        self.centers += 1
        self.bands[gap.band] += 1
        if gap.has_table:
            self.with_table += 1
            self.totals += gap.totals

    @property
    def without_table(self) -> int:
        return self.centers - self.with_table


@dataclass
class PositionGap:
    """A position over several Centers: sums, and how many of them lack people in it."""

    norm: StaffingNorm
    totals: Totals = field(default_factory=Totals)
    lacking_in: int = 0

    @property
    def unnumbered(self) -> bool:
        """Whether the annex sets no number for the position."""
        return self.norm.kind == StaffingNorm.Kind.STANDARD


@dataclass(frozen=True)
class Country:
    """Gaps of all active Centers, or those of one region, on a day."""

    on: date
    quarter: Quarter
    calendar_version: int
    region: Region | None
    gaps: list[CenterGap]
    regions: list[RegionGap]
    positions: list[PositionGap]

    @property
    def lists_centers(self) -> bool:
        """Whether a paper names each Center: of one region, or while there are few."""
        return self.region is not None or len(self.gaps) <= FEW

    @property
    def total(self) -> RegionGap:
        """The sum over everything shown; its `region` says nothing."""
        whole = RegionGap(self.region or Region())
        for gap in self.gaps:
            whole.add(gap)
        return whole


def country(on: date, region: Region | None = None) -> Country:
    """Each Center's gap and the sums by region and position: as many queries for any number of Centers."""
    centers = list(
        Center.objects.active()
        .with_place()
        .filter(**({"district__region": region} if region else {}))
        .order_by("district__region__kato", "code")
    )
    quarter = last_quarter(on)
    norms = annex(on)
    calendars = Calendars(load_edition())
    counts = _counts(intakes_of(quarter).filter(center__in=centers))
    vehicles = _counts(Vehicle.objects.filter(center__in=centers).in_use(on))
    held = {
        table.center_id: table
        for table in StaffingTable.objects.filter(center__in=centers)
        .in_force(on)
        .prefetch_related(_positions(on))
    }
    limits = limits_of(quarter)
    gaps = []
    for center in centers:
        band = compute(quarter, counts.get(center.pk, 0), calendars.of(center), limits).band
        table = held.get(center.pk)
        lines = lines_of(
            norms.norms,
            list(table.positions.all()) if table else [],
            band=band,
            vehicles=vehicles.get(center.pk, 0),
            former=norms.former,
        )
        gaps.append(
            CenterGap(center, band, table is not None, vehicles.get(center.pk, 0), lines, Totals.of(lines))
        )
    version = calendars.edition.number
    return Country(on, quarter, version, region, gaps, _by_region(gaps), _by_position(norms.norms, gaps))


def _counts(rows: QuerySet) -> dict[int, int]:
    return dict(rows.order_by().values_list("center_id").annotate(found=Count("pk")))


def _by_region(gaps: Iterable[CenterGap]) -> list[RegionGap]:
    found: dict[int, RegionGap] = {}
    for gap in gaps:
        region = gap.center.district.region
        found.setdefault(region.pk, RegionGap(region)).add(gap)
    return list(found.values())


def _by_position(norms: Sequence[StaffingNorm], gaps: Iterable[CenterGap]) -> list[PositionGap]:
    found = {norm.code: PositionGap(norm) for norm in norms}
    for gap in gaps:
        if not gap.has_table:
            continue
        for line in gap.lines:
            if line.norm:
                row = found[line.norm.code]
                row.totals += Totals.of([line])
                row.lacking_in += bool(line.lacking)
    return list(found.values())
