"""Every component renders in every language, escapes what people typed, and keeps the address."""

from datetime import UTC, date, datetime

import pytest
from crispy_forms.layout import Layout, Row
from django import forms
from django.utils import translation

from family_support.ui import components as ui
from family_support.ui import masking
from family_support.ui.forms import Form
from family_support.ui.templatetags import ui as tags
from tests.ui.pages import PIECES, SampleForm, SampleTable, context, render


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_component_renders(language: str) -> None:
    with translation.override(language):
        html = render(PIECES)
    for text in (
        "Просрочено",
        "Провести оценку",
        "Хронология",
        "Қ. Г.",
        "Только с полицией",
        "Критический",
        "Номер",
    ):
        assert text in html


def test_typed_text_stays_text() -> None:
    html = render("{% timeline entries %}")
    assert "&lt;b&gt;не тег&lt;/b&gt;" in html
    assert "<b>не тег" not in html


def test_pages_keep_the_filters() -> None:
    html = render("{% pagination page %}")
    assert 'href="?state=open&amp;page=3"' in html


def test_table_sorts_by_address_and_becomes_cards() -> None:
    html = render('{% include "ui/table.html" %}')
    assert "sort=number" in html
    assert "state=open" in html
    assert 'data-label="Срок"' in html


def test_an_empty_table_says_so() -> None:
    assert "Пусто" in render('{% include "ui/table.html" %}', table=SampleTable([]))


@pytest.mark.parametrize(
    ("language", "days", "text", "tone"),
    [
        ("ru", -2, "просрочено на 2 рабочих дня", "red"),
        ("ru", -1, "просрочено на 1 рабочий день", "red"),
        ("ru", 0, "сегодня", "orange"),
        ("ru", 3, "ещё 3 раб. дня", "grey"),
        ("ru", 5, "ещё 5 раб. дней", "grey"),
        ("kk", 0, "бүгін", "orange"),
        ("kk", 2, "2 жұмыс күні қалды", "blue"),
        ("en", -1, "overdue by 1 working day", "red"),
    ],
)
def test_due_badge(language: str, days: int, text: str, tone: str) -> None:
    with translation.override(language):
        badge = ui.due_badge(days)
    assert (badge.text, badge.tone) == (text, tone)


def test_hours_badge() -> None:
    with translation.override("ru"):
        assert ui.hours_badge(252).text == "осталось 4 ч 12 мин"
        assert ui.hours_badge(-30).text == "просрочено на 30 мин"


def test_moments_are_shown_in_the_zone_of_the_product() -> None:
    evening = datetime(2026, 3, 12, 19, 30, tzinfo=UTC)
    assert tags.day(evening) == "13.03.2026"
    assert tags.moment(evening) == "13.03.2026 00:30"
    assert tags.clock(evening) == "00:30"
    assert tags.day(date(2026, 3, 12)) == "12.03.2026"
    assert tags.day(None) == tags.moment(None) == tags.clock(None) == ""


@pytest.mark.parametrize(
    ("language", "text"), [("ru", "Четверг, 12.03.2026"), ("kk", "Бейсенбі, 12.03.2026")]
)
def test_long_day(language: str, text: str) -> None:
    with translation.override(language):
        assert tags.long_day(date(2026, 3, 12)) == text


def test_masking() -> None:
    assert masking.initials("Нұрғалиева Әлия Ерланқызы") == "Н. Ә. Е."
    assert masking.short_name("Нұрғалиева Әлия Ерланқызы") == "Нұрғалиева Ә. Е."
    assert masking.short_name("Әлия") == "Әлия"
    assert masking.letters("Әлия Нұрғалиева") == "ӘН"
    assert masking.last_of_iin("940327450012") == "•••• •••• 0012"
    assert masking.last_of_phone("+7 701 123 45 67") == "••• 67"
    assert masking.initials("") == masking.last_of_iin("") == masking.last_of_phone("") == ""


def test_error_summary_links_to_fields() -> None:
    form = SampleForm({"text": "x" * 30})
    with translation.override("ru"):
        html = render("{% error_summary form %}", form=form)
    assert 'href="#id_iin"' in html
    assert 'href="#id_threat_0"' in html, "the first choice of a radio list"
    assert 'role="alert"' in html
    assert "Проверьте данные" in html


class ArrangedForm(Form):
    """Declared the other way round than it stands on the page."""

    second = forms.CharField(label="Второе")
    first = forms.CharField(label="Первое")

    def layout(self) -> Layout:
        return Layout(Row("first", "second"))


def test_error_summary_goes_down_the_page() -> None:
    html = render("{% error_summary form %}", form=ArrangedForm({}))
    assert html.index("#id_first") < html.index("#id_second")


def test_no_summary_without_errors() -> None:
    assert render("{% error_summary form %}", form=SampleForm()).strip() == ""


def test_next_action_may_be_absent() -> None:
    assert render("{% next_action action %}", action=None).strip() == ""


def test_context_is_complete() -> None:
    assert {"form", "table", "page"} <= set(context())
