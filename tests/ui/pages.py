"""A living page of every component, for tests only."""

from datetime import UTC, datetime
from typing import Any

import django_tables2
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from family_support.ui import components as ui
from family_support.ui import fields, tables, widgets
from family_support.ui.forms import Form, KeyMixin, VersionMixin

MOMENT = datetime(2026, 3, 12, 19, 30, tzinfo=UTC)


class SampleForm(KeyMixin, VersionMixin, Form):
    iin = forms.CharField(label="ИИН", widget=widgets.IinInput(), help_text="12 цифр")
    birth_date = fields.DayField(label="Дата рождения")
    phone = forms.CharField(label="Телефон", widget=widgets.PhoneInput(), required=False)
    agency = forms.ChoiceField(
        label="Орган", widget=widgets.SearchSelect, choices=[("", "—"), ("1", "Отдел образования")]
    )
    threat = fields.YesNoField(label="Есть ли угроза?")
    help_kinds = forms.MultipleChoiceField(
        label="Помощь", choices=[("1", "Психолог")], widget=widgets.CheckList, required=False
    )
    text = fields.TextField(label="Описание", max_length=20)
    paper = forms.FileField(label="Файл", widget=widgets.FileInput(), required=False)
    password = forms.CharField(label="Пароль", required=False)


class SampleTable(tables.Table):
    number = django_tables2.Column(verbose_name="Номер", orderable=True)
    due = django_tables2.Column(verbose_name="Срок")

    class Meta(tables.Table.Meta):
        empty_text = "Пусто"


PIECES = """
{% tiles tiles %}{% stepper steps %}{% next_action action %}{% tabs tabs %}{% timeline entries %}{% summary rows %}
{% checks checks %}{% risk_banner "Угроза" "Только с полицией" %}{% notice "Замечание" "orange" %}
{% empty "Пусто" "Добавьте" "/new/" "Добавить" %}{% breadcrumbs crumbs %}{% badge mark %}{% tag "Текст" "red" %}
{% chart chart %}{% filter_bar form %}{% form_fields form %}{% pagination page %}{% include "ui/table.html" %}
"""


def context() -> dict[str, Any]:
    """Everything that PIECES shows."""
    request = RequestFactory().get("/cases/", {"state": "open", "page": "2"})
    rows = [{"number": f"Ц-{number}", "due": "—"} for number in range(60)]
    return {
        "request": request,
        "tiles": [
            ui.Tile(2, "Просрочено", "alarm", "red", "/day/#late"),
            ui.Tile("—", "Без ссылки", "clock"),
        ],
        "steps": [ui.Step("Обращение", "done"), ui.Step("Оценка", "current"), ui.Step("План")],
        "action": ui.NextAction(
            "Провести оценку",
            "П-256, п. 12",
            ui.due_badge(2),
            url="/go/",
            button="Начать",
            total=5,
            elapsed=3.5,
        ),
        "tabs": [ui.Tab("Хронология", "/a/", current=True), ui.Tab("Документы", "/b/", count=7)],
        "entries": [ui.Entry("Зарегистрировано", MOMENT, "Ә. Нұрғалиева", "<b>не тег</b>", "phone", "green")],
        "rows": [ui.SummaryRow("Заявитель", "Қ. Г.", "/edit/"), ui.SummaryRow("Адрес", "")],
        "checks": [ui.Check("Согласие", "done"), ui.Check("Решение", "blocked", note="нет оценки")],
        "crumbs": [ui.Crumb("Дела", "/cases/"), ui.Crumb("Ц-1")],
        "mark": ui.Badge("Критический", "red", "alert-triangle", pill=True),
        "chart": ui.Chart("Обращения", "<svg></svg>", ("Регион", "Число"), (("Астана", 5),)),
        "form": SampleForm(),
        "page": Paginator(range(100), 10).page(2),
        "table": tables.page_of(request, SampleTable(rows)),
    }


def render(source: str, **extra: Any) -> str:
    """The source as a template of the project."""
    return engines["django"].from_string(source).render({**context(), **extra}, extra.get("request"))
