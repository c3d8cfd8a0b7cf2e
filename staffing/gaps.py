"""The gap of each position: norm, established, occupied, and who could stand in. Pure.

A shortfall warns and blocks nothing: "when necessary, established positions may substitute for each other within the
payroll fund" (annex to R256, note). Which ones is the director's choice; the product suggests positions of the same
function that have more people than their norm asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from staffing.models import PositionHolder, StaffingNorm, StaffPosition

NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Substitute:
    """A position of the same function with units to spare."""

    norm: StaffingNorm
    spare: Decimal


@dataclass(slots=True)
class Line:
    """One position of a Center. `minimum` is None where the annex sets no number, or does not know the position."""

    norm: StaffingNorm | None
    title: str
    minimum: Decimal | None
    units: Decimal
    occupied: Decimal
    substitutes: list[Substitute] = field(default_factory=list)
    position: StaffPosition | None = None
    # Who fills it, for the pages of the own Center only.
    people: Sequence[PositionHolder] = ()

    @property
    def name(self) -> str:
        return self.norm.name if self.norm else self.title

    @property
    def below(self) -> Decimal:
        """Units that the norm asks for and the staffing table does not have: the executive body's to establish."""
        return NONE if self.minimum is None else max(self.minimum - self.units, NONE)

    @property
    def vacant(self) -> Decimal:
        """Units established and not occupied."""
        return self.units - self.occupied

    @property
    def lacking(self) -> Decimal:
        """Units of the norm in which nobody works."""
        return NONE if self.minimum is None else max(self.minimum - self.occupied, NONE)

    @property
    def spare(self) -> Decimal:
        """Occupied units over the norm; none where there is no number to compare with."""
        return NONE if self.minimum is None else max(self.occupied - self.minimum, NONE)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the lines; shortfalls are summed a position, so that a surplus elsewhere hides none."""

    minimum: Decimal = NONE
    units: Decimal = NONE
    occupied: Decimal = NONE
    vacant: Decimal = NONE
    below: Decimal = NONE
    lacking: Decimal = NONE

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Totals:
        found = list(lines)
        return cls(
            minimum=sum((line.minimum or NONE for line in found), NONE),
            units=sum((line.units for line in found), NONE),
            occupied=sum((line.occupied for line in found), NONE),
            vacant=sum((line.vacant for line in found), NONE),
            below=sum((line.below for line in found), NONE),
            lacking=sum((line.lacking for line in found), NONE),
        )

    def __add__(self, other: Totals) -> Totals:
        return Totals(*(getattr(self, name) + getattr(other, name) for name in Totals.__slots__))


def lines_of(
    norms: Sequence[StaffingNorm],
    positions: Sequence[StaffPosition],
    *,
    band: str,
    vehicles: int,
    former: Mapping[str, StaffingNorm] | None = None,
) -> list[Line]:
    """A line for each row of the annex in force, then one for each position the annex does not know.

    `former` names positions of rows that are no longer in force, by code.
    """
    established = [position for position in positions if position.units]
    held = {position.code: position for position in established if position.code}
    others = [position for position in established if not position.code]
    lines = []
    for norm in norms:
        position = held.pop(norm.code, None)
        lines.append(
            Line(
                norm,
                "",
                norm.minimum(band, vehicles),
                position.units if position else NONE,
                position.working if position else NONE,
                position=position,
            )
        )
    suggest(lines)
    for position in (*held.values(), *others):
        known = (former or {}).get(position.code)
        title = known.name if known else str(position)
        lines.append(Line(None, title, None, position.units, position.working, position=position))
    return lines


def suggest(lines: Sequence[Line]) -> None:
    """Name for each position that lacks people those of the same function which have some to spare."""
    for line in lines:
        if line.lacking and line.norm:
            line.substitutes = [
                Substitute(other.norm, other.spare)
                for other in lines
                if other.norm and other.spare and other.norm.function == line.norm.function
            ]
