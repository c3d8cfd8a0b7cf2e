"""Quarters by the local calendar; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

ALMATY = ZoneInfo("Asia/Almaty")


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter, 1 to 4 of a year."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4:
            raise ValueError("A year has four quarters.")

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def starts_at(self) -> datetime:
        """Local midnight of the first day."""
        return datetime.combine(self.first_day, time.min, ALMATY)

    @property
    def ends_at(self) -> datetime:
        """Local midnight after the last day: the first moment that no longer belongs to it."""
        return self.next.starts_at

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def previous(self) -> Quarter:
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)
