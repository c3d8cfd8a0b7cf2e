"""The calendar's reference file, made from the `holidays` package: names in three languages, transfers with orders."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import holidays

FIRST_YEAR = 2018
LAST_YEAR = 2036
SATURDAY = 5

KURBAN_AIT = "Құрбан айт"
NAMES: dict[str, tuple[str, str]] = {
    "Жаңа жыл": ("Новый год", "New Year"),
    "Православиелік Рождество": ("Православное Рождество", "Orthodox Christmas"),
    "Халықаралық әйелдер күні": ("Международный женский день", "International Women's Day"),
    "Наурыз мейрамы": ("Наурыз мейрамы", "Nauryz"),
    "Қазақстан халқының бірлігі мерекесі": (
        "Праздник единства народа Казахстана",
        "Unity Day of the People of Kazakhstan",
    ),
    "Отан Қорғаушы күні": ("День защитника Отечества", "Defender of the Fatherland Day"),
    "Жеңіс күні": ("День Победы", "Victory Day"),
    "Астана күні": ("День столицы", "Capital Day"),
    "Қазақстан Республикасының Конституциясы күні": (
        "День Конституции Республики Казахстан",
        "Constitution Day",
    ),
    "Республика күні": ("День Республики", "Republic Day"),
    "Қазақстан Республикасы күні": ("День Республики", "Republic Day"),
    "Қазақстан Республикасының Тұңғыш Президенті күні": (
        "День Первого Президента Республики Казахстан",
        "First President Day",
    ),
    "Тәуелсіздік күні": ("День Независимости", "Independence Day"),
    KURBAN_AIT: ("Курбан-айт, первый день", "Kurban Ait, first day"),
}
# Numbers of the acts that moved days off, by year of the days; the package cites them by their code in the Adilet base.
ORDERS: dict[int, str] = {
    2018: "№ 864 (P1700000864)",
    2019: "№ 888 (P1800000888)",
    2020: "№ 820 (P1900000820)",
    2021: "№ 930 (P2000000930)",
    2022: "№ 796 (P2200000796)",
    2023: "№ 326 (P2300000326)",
    2024: "№ 109 (G24G0000109)",
    2025: "№ 436 (G24G0000436)",
}
MOVED = re.compile(r"^(?P<name>.+?) \(қайта белгіленген демалыс\)$")
TRANSFERRED = re.compile(r"^Демалыс күні \((?P<day>\d\d\.\d\d\.\d{4}) бастап ауыстырылды\)$")
ESTIMATED = re.compile(r"^(?P<name>.+?) \(бағаланған\)$")


@dataclass(slots=True)
class _Row:
    day: date
    kind: str
    kk: list[str]
    ru: list[str]
    en: list[str]
    moved_from: date | None = None
    order: str = ""
    estimated: bool = False
    holidays: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            "date": self.day.isoformat(),
            "kind": self.kind,
            "name_kk": "; ".join(self.kk),
            "name_ru": "; ".join(self.ru),
            "name_en": "; ".join(self.en),
        }
        if self.moved_from:
            row["moved_from"] = self.moved_from.isoformat()
        if self.order:
            row["order_number"] = self.order
        if self.estimated:
            row["estimated"] = True
        return row


def calendar_days(first: int = FIRST_YEAR, last: int = LAST_YEAR) -> list[dict[str, Any]]:
    """Every day of the years that is not what its weekday says, as rows of the reference file.

    Errors: KeyError for a holiday or transfer that has no names or order here yet.
    """
    source = holidays.country_holidays("KZ", years=range(first, last + 1), language="kk")
    rows = {day: _row(day, text) for day, text in sorted(source.items())}
    _link_moved(rows)
    for row in [row for row in rows.values() if row.order]:
        if row.moved_from is not None:
            rows[row.moved_from] = _working(row.moved_from, row.day, row.order)
    return [rows[day].as_json() for day in sorted(rows)]


def _row(day: date, text: str) -> _Row:
    transferred = TRANSFERRED.match(text)
    if transferred:
        source = datetime.strptime(transferred["day"], "%d.%m.%Y").date()  # noqa: DTZ007 (a date, not a moment)
        shown = transferred["day"]
        return _Row(
            day,
            "rest",
            [f"{shown} күнінен ауыстырылған демалыс"],
            [f"День отдыха, перенесённый с {shown}"],
            [f"Day off transferred from {shown}"],
            moved_from=source,
            order=ORDERS[day.year],
        )
    row = _Row(day, "holiday", [], [], [])
    certain = 0
    for part in text.split("; "):
        moved, estimated = MOVED.match(part), ESTIMATED.match(part)
        name = (moved or estimated or {"name": part})["name"]
        ru, en = NAMES[name]
        row.holidays.append(name)
        row.kk.append(name)
        row.ru.append(ru)
        row.en.append(en)
        if moved:
            row.kind = "rest"
        certain += not estimated
    row.estimated = not certain
    return row


def _working(day: date, rest: date, order: str) -> _Row:
    shown = rest.strftime("%d.%m.%Y")
    return _Row(
        day,
        "working",
        [f"Демалыс {shown} күніне ауыстырылған жұмыс күні"],
        [f"Рабочий день, отдых перенесён на {shown}"],
        [f"Working day, its rest transferred to {shown}"],
        moved_from=rest,
        order=order,
    )


def _link_moved(rows: dict[date, _Row]) -> None:
    """Say of each day off given for a holiday which holiday it was: the earliest on a rest day not yet made good."""
    used: set[date] = set()
    for row in rows.values():
        if row.kind != "rest" or row.order:
            continue
        back = (row.day - timedelta(days=n) for n in range(7, 0, -1))
        for day in back:
            holiday = rows.get(day)
            if (
                holiday is not None
                and day not in used
                and holiday.kind == "holiday"
                and day.weekday() >= SATURDAY
                and set(holiday.holidays) & set(row.holidays)
            ):
                row.moved_from = day
                used.add(day)
                break
        else:
            raise KeyError(f"{row.day}: no holiday on a rest day accounts for it")
