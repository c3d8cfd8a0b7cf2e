"""Two people whose changes wait for each other: PostgreSQL ends one of them, and that one is told to send it again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django import forms
from django.db import OperationalError, connection, transaction

from family_support.base.errors import Conflict
from family_support.directory.models import Region
from family_support.ui.actions import run


class NoteForm(forms.Form):
    note = forms.CharField(label="Note")


def test_who_lost_hears_it_with_what_was_typed(own_database: str) -> None:
    first, second = Region.objects.order_by("pk")[:2]
    both_hold_one = Barrier(2)

    def change(*, rows: tuple[int, int]) -> None:
        with transaction.atomic():
            Region.objects.select_for_update().get(pk=rows[0])
            both_hold_one.wait(30)
            Region.objects.select_for_update().get(pk=rows[1])

    def send(rows: tuple[int, int]) -> Conflict | None:
        form = NoteForm({"note": "Written long"})
        form.is_valid()
        try:
            run(form, change, rows=rows)
        except Conflict as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        heard = list(pool.map(send, [(first.pk, second.pk), (second.pk, first.pk)]))
    (lost,) = [error for error in heard if error is not None]
    assert (lost.status, lost.code) == (409, "crossed")
    assert vars(lost)["typed"] == [("Note", "Written long")]


def test_another_failure_of_the_database_is_none() -> None:
    def fail(**kwargs: Any) -> None:
        raise OperationalError("the server went away")

    with pytest.raises(OperationalError):
        run(None, fail)
