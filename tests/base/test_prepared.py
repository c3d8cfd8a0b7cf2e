"""A statement made once: the values of each call, and nothing left of those before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet

from family_support.base.prepared import AnyOf, Given, Prepared, Together
from family_support.directory.models import Region

pytestmark = pytest.mark.django_db


def test_each_call_brings_its_own_values() -> None:
    made: list[int] = []

    def build() -> QuerySet[Any, tuple[Any, ...]]:
        made.append(1)
        return Region.objects.filter(kato=Given("kato")).values_list("kato", "name_ru")

    ask = Prepared(build)
    for region in Region.objects.order_by("kato")[:3]:
        assert ask(kato=region.kato) == [(region.kato, region.name_ru)]
    assert ask(kato="00") == []
    assert made == [1]


def test_a_value_is_no_sql() -> None:
    ask = Prepared(lambda: Region.objects.filter(kato=Given("kato")).values_list("kato"))
    assert ask(kato="10' OR '1' = '1") == []
    assert ask(kato="%s") == []


@pytest.mark.parametrize("wanted", [[], ["10"], ["10", "75", "00"]])
def test_a_list_of_values(wanted: list[str]) -> None:
    ask = Prepared(
        lambda: Region.objects.filter(AnyOf("kato", "wanted")).order_by("kato").values_list("kato")
    )
    assert [kato for (kato,) in ask(wanted=wanted)] == sorted(set(wanted) & {"10", "75"})


def test_a_value_that_was_not_brought_is_an_error() -> None:
    ask = Prepared(lambda: Region.objects.filter(kato=Given("kato")).values_list("kato"))
    with pytest.raises(KeyError):
        ask(other="10")


def test_several_together_tell_their_rows_apart() -> None:
    ask = Together(
        [
            lambda: Region.objects.filter(kato=Given("kato")).values_list("kato", "pk"),
            lambda: Region.objects.filter(kato="75").values_list("pk", F("pk")),
            lambda: Region.objects.filter(kato=Given("none")).values_list("name_ru", "pk"),
        ],
        "text",
        "bigint",
    )
    ten, other = Region.objects.get(kato="10").pk, Region.objects.get(kato="75").pk
    assert ask(kato="10", none="00") == [(0, "10", ten), (1, str(other), other)]


def test_threads_share_the_statement() -> None:
    ask = Prepared(lambda: Region.objects.filter(kato=Given("kato")).values_list("kato"))

    def run(kato: str) -> list[tuple[Any, ...]]:
        try:
            return ask(kato=kato)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, ["10", "75", "10", "75"])) == [[("10",)], [("75",)]] * 2
