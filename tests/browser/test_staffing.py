"""Staffing in the browser: the director records the table, the worker sees the own load, the ministry the country."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.utils import translation
from playwright.sync_api import Locator

from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.demo.organizations import Staffed
from staffing.models import PayrollFund, StaffingNorm, StaffingTable, Vehicle
from tests.browser.walker import Walker

pytestmark = pytest.mark.slow

# One Center a language: each journey begins without a table.
LANGUAGES = ("ru", "kk")
UNITS = {
    "director": ("1", "1"),
    "social-worker": ("3", "3"),
    "case-manager": ("2", "1,5"),
    "psychologist": ("1", "1"),
    "driver": ("1", "1"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_to_country(walker: Walker, center: Staffed, language: str, tmp_path: Path) -> None:
    """Every step through links and buttons of the page before it."""
    walker.speaks(language)
    # The second language records the next table of the same Center.
    first = language == LANGUAGES[0]
    day = clock.today() - timedelta(days=30 if first else 10)
    walker.sign_in(Role.DIRECTOR)
    walker.bar("/staffing/")
    record_table(walker, day, first=first)
    add_vehicle(walker, "Газель" if first else "Нива")
    add_fund(walker, day.year if first else day.year + 1)
    gap(walker, language, vehicles=1 if first else 2)
    correct(walker)
    papers(walker, tmp_path)
    load(walker)
    country(walker, center.center.pk, tmp_path)


def record_table(walker: Walker, day: object, *, first: bool) -> None:
    walker.follow("a[href='/staffing/tables/new/']")
    walker.fill(order_number="А-17", order_date=day, starts_on=day)  # type: ignore[arg-type]
    for code, (units, occupied) in UNITS.items():
        walker.fill(**{f"units_{code}": units, f"occupied_{code}": occupied})
    walker.fill(units_lawyer="-1", occupied_lawyer="0")
    walker.submit()
    assert walker.page.locator(".error-summary li").count() == 1
    assert walker.page.locator("#id_units_lawyer[aria-invalid]").count() == 1
    walker.fill(units_lawyer="2", occupied_lawyer="1")
    walker.submit()
    assert StaffingTable.objects.count() == (1 if first else 2)


def add_vehicle(walker: Walker, label: str) -> None:
    walker.follow_to("/staffing/vehicles/new/")
    walker.fill(label=label, starts_on=clock.today() + timedelta(days=1))
    walker.submit()
    assert walker.page.locator(".error-summary li").count() == 1
    walker.fill(starts_on=clock.today())
    walker.submit()
    assert Vehicle.objects.filter(label=label).exists()


def add_fund(walker: Walker, year: int) -> None:
    walker.follow_to("/staffing/funds/new/")
    walker.fill(
        amount="48 500 000",
        starts_on=clock.today().replace(year=year, month=1, day=1),
        ends_on=clock.today().replace(year=year, month=12, day=31),
        order_number="Б-4",
        order_date=clock.today() - timedelta(days=1),
    )
    walker.submit()
    assert PayrollFund.objects.filter(starts_on__year=year).exists()


def gap(walker: Walker, language: str, *, vehicles: int) -> None:
    """The page tells the band with its numbers, what is missing and who could stand in."""
    text = walker.text().replace("\xa0", " ")
    with translation.override(language):
        names = {norm.code: norm.name for norm in StaffingNorm.objects.all()}
    row = row_of(walker, names["case-manager"]).inner_text()
    assert names["social-worker"] in row.replace(names["case-manager"], "", 1)
    assert row_of(walker, names["driver"]).locator(".tone-red").count() == vehicles - 1
    lines = walker.page.locator("section[aria-labelledby=band] dd").all_inner_texts()
    assert any("÷" in line for line in lines)
    assert "48 500 000 ₸" in text
    assert walker.page.locator(".notice.tone-orange").count() == 1


def row_of(walker: Walker, name: str) -> Locator:
    """The line of a position, by the beginning of its name."""
    cell = walker.page.locator("div", has_text=re.compile(f"^{re.escape(name)}"))
    return walker.page.locator("tbody tr", has=cell)


def correct(walker: Walker) -> None:
    table = StaffingTable.objects.order_by("-starts_on")[0]
    walker.follow_to(f"/staffing/tables/{table.pk}/")
    walker.follow_to(f"/staffing/tables/{table.pk}/change/")
    walker.fill(occupied_lawyer="2")
    walker.submit()
    table.refresh_from_db()
    assert (table.version, table.positions.get(code="lawyer").occupied) == (2, 2)


def papers(walker: Walker, folder: Path) -> None:
    walker.paper(walker.page.locator("a[href='/staffing/paper/']").get_attribute("href") or "")
    sheet = folder / "staffing.xlsx"
    sheet.write_bytes(walker.download("a[href='/staffing/sheet/']", folder))
    assert "xl/workbook.xml" in ZipFile(sheet).namelist()


def load(walker: Walker) -> None:
    walker.follow_to("/staffing/load/")
    assert walker.page.locator("tbody tr").count() == 6
    walker.sign_in(Role.CASEWORKER)
    walker.bar("/staffing/load/own/")
    assert walker.page.locator(".tile").count() == 4


def country(walker: Walker, center: int, folder: Path) -> None:
    walker.sign_in(Role.MINISTRY_ANALYST)
    walker.bar("/staffing/country/")
    walker.paper("/staffing/country/paper/")
    walker.download("a[href='/staffing/country/sheet/']", folder)
    walker.follow_to(f"/staffing/country/centers/{center}/")
    assert walker.page.locator("section[aria-labelledby=band]").count() == 0
