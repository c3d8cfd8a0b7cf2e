"""Two editors at the same moment: one succeeds, the other is told, nothing is made twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

from django.db import connection

from family_support.base.actor import Actor
from family_support.base.errors import AppError
from family_support.deadlines.calendar_actions import publish_calendar
from family_support.deadlines.models import Recount, Term
from family_support.directory.models import Sector, SectorField
from family_support.reference import actions
from family_support.workdays.edition import Line, What
from family_support.workdays.queries import current_version
from tests.reference.samples import ACT, NOW, TODAY, TOMORROW, content_of, editor, listed, seen


def both(action: Callable[[Actor], Any]) -> list[str]:
    """What two editors hear who send the same at once."""
    people, start = [editor(), editor()], Barrier(2)

    def send(by: Actor) -> str:
        start.wait(10)
        try:
            action(by)
        except AppError as error:
            return error.code
        finally:
            connection.close()
        return "ok"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(send, people))


def test_two_editors_at_once(own_database: str) -> None:
    version = current_version()
    order = {"order_number": "512", "order_date": TODAY, "region": None, "center": None, "now": NOW}
    lines = [Line(What.TRANSFER, date(2026, 5, 16), date(2026, 5, 18))]
    heard = both(lambda by: publish_calendar(lines=lines, seen=version, by=by, **order))
    assert heard == ["ok", "stale_version"]
    assert (current_version(), Recount.objects.count()) == (version + 1, 1)

    terms = listed("terms")
    row = Term.objects.get(code="assessment")
    opened = seen(terms, row)
    content = content_of(terms, row, length=5)
    heard = both(
        lambda by: actions.change_row(
            catalog=terms, row=row, content=content, valid_from=TOMORROW, act=ACT, seen=opened, by=by, now=NOW
        )
    )
    assert heard == ["ok", "stale_version"]
    assert Term.objects.filter(code="assessment").count() == 2

    fields = listed("sector-fields")
    key = {"sector_id": Sector.objects.get(code="internal_policy").pk, "field": "address"}
    heard = both(
        lambda by: actions.add_row(
            catalog=fields, key=key, content={}, valid_from=TODAY, act=ACT, by=by, now=NOW
        )
    )
    assert heard == ["ok", "taken"]
    assert SectorField.objects.filter(**key).count() == 1
