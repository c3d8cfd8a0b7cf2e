"""Fields refuse aloud; actions' errors come back to their fields; nothing typed is lost."""

from datetime import date, datetime
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils import translation

from family_support.base.errors import Conflict, Forbidden, Invalid
from family_support.ui import actions
from family_support.ui.fields import DayField, MomentField, TextField, YesNoField
from family_support.ui.forms import Form, ModelForm
from family_support.ui.templatetags.ui import form_fields
from tests.ui.pages import SampleForm

GOOD = {
    "version": "3",
    "key": "7d1b8f1c-6a54-4c0e-9a52-0c7a2c7c6a11",
    "iin": "940327450012",
    "birth_date": "27.03.1994",
    "agency": "1",
    "threat": "no",
    "text": "Факты",
    "password": "secret",
}


def test_good_form() -> None:
    form = SampleForm(GOOD)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["birth_date"] == date(1994, 3, 27)
    assert form.cleaned_data["threat"] is False


@pytest.mark.parametrize("text", ["31.02.2026", "2026.03.12", "12/03/2026", "0", "99.99.9999", "١٢.٠٣.٢٠٢٦x"])
def test_wrong_dates_are_refused(text: str) -> None:
    with translation.override("ru"):
        form = SampleForm({**GOOD, "birth_date": text})
        assert form.errors["birth_date"] == [
            "Такой даты нет. Укажите её в виде ДД.ММ.ГГГГ, например 27.03.2026."
        ]


class Chosen(Form):
    """Lists to choose from: two answers, a list with a given one, one that may stay empty, one of a single answer."""

    kind = forms.ChoiceField(choices=[("a", "Первый"), ("b", "Второй")])
    given = forms.ChoiceField(choices=[("a", "Первый"), ("b", "Второй")], initial="a")
    free = forms.ChoiceField(choices=[("", "Все"), ("a", "Первый")], required=False)
    only = forms.ChoiceField(choices=[("a", "Единственный")])


def test_a_list_opens_on_no_answer_of_its_own() -> None:
    """Who presses "save" without looking has chosen nothing: the first of the list is nobody's answer."""
    form = Chosen()
    html = form_fields({}, form)["fields"]
    first = {name: list(form.fields[name].widget.choices)[0] for name in form.fields}
    assert first == {
        "kind": ("", "—"),
        "given": ("a", "Первый"),
        "free": ("", "Все"),
        "only": ("a", "Единственный"),
    }
    assert html.count('<option value="">—</option>') + html.count('<option value="" selected>—</option>') == 1
    form_fields({}, form)
    assert len(list(form.fields["kind"].widget.choices)) == 3, "twice on a page is once"
    assert set(Chosen({"kind": "", "given": "a", "only": "a"}).errors) == {"kind"}


def test_dates_keep_their_form_on_the_page() -> None:
    html = str(SampleForm(GOOD)["birth_date"])
    assert 'value="27.03.1994"' in html
    assert "data-pick-for" in html
    assert DayField().prepare_value(date(2026, 3, 12)) == date(2026, 3, 12)


def test_moment_is_of_the_products_zone() -> None:
    moment = MomentField().clean("12.03.2026 14:30")
    assert isinstance(moment, datetime)
    assert moment.utcoffset() is not None
    assert moment.utcoffset().total_seconds() == 5 * 3600


def test_long_text_is_refused_not_cut() -> None:
    field = TextField(max_length=5)
    assert "maxlength" not in field.widget_attrs(field.widget)
    assert "text" in SampleForm({**GOOD, "text": "x" * 21}).errors


def test_yes_no_wants_an_answer() -> None:
    field = YesNoField()
    assert field.clean("yes") is True
    assert field.clean("no") is False
    assert field.prepare_value(False) == "no"
    assert "threat" in SampleForm({**GOOD, "threat": ""}).errors


def test_the_key_is_new_for_every_page() -> None:
    assert SampleForm()["key"].value() != SampleForm()["key"].value()


def test_forms_do_not_write() -> None:
    with pytest.raises(TypeError):
        ModelForm.save(object())  # type: ignore[arg-type]


def test_run_returns_the_value() -> None:
    done = actions.run(SampleForm(GOOD), lambda *, number: number + 1, number=1)
    assert done
    assert done.value == 2


def test_run_puts_errors_on_their_fields() -> None:
    def refuse(**_: Any) -> None:
        raise Invalid(fields={"iin": "Неверный ИИН.", "measures": "Нет мероприятий."})

    form = SampleForm(GOOD)
    assert form.is_valid()
    assert not actions.run(form, refuse, number=1)
    assert form.errors["iin"] == ["Неверный ИИН."]
    assert form.non_field_errors() == ["Нет мероприятий."]


class PaperForm(Form):
    """A date and a paper that need not come."""

    day = DayField(label="День")
    paper = forms.FileField(label="Бумага", required=False)


@pytest.mark.parametrize("day", ["31.02.2026", "27.03.2026"])
def test_a_file_sent_with_a_refused_form_is_asked_for_again(day: str) -> None:
    """The page that comes back cannot hold it: without a word the form would be sent once more without the paper."""

    def refuse(**_: Any) -> None:
        raise Invalid(fields={"day": "День занят."})

    form = PaperForm({"day": day}, {"paper": SimpleUploadedFile("a.pdf", b"%PDF-1.4")})
    assert form.is_valid() == (day == "27.03.2026")
    if form.is_valid():
        actions.run(form, refuse, number=1)
    assert set(form.errors) == {"day", "paper"}
    without = PaperForm({"day": "31.02.2026"}, {})
    assert set(without.errors) == {"day"}


def test_run_without_a_form_lets_errors_rise() -> None:
    def refuse() -> None:
        raise Invalid()

    with pytest.raises(Invalid):
        actions.run(None, refuse)


def test_conflict_takes_the_typed_text_along() -> None:
    def clash() -> None:
        raise Conflict()

    form = SampleForm(GOOD)
    assert form.is_valid()
    with pytest.raises(Conflict) as caught:
        actions.run(form, clash)
    typed = dict(vars(caught.value)["typed"])
    assert typed["Описание"] == "Факты"
    assert typed["Орган"] == "Отдел образования", "the chosen words, not their code"
    assert "Пароль" not in typed


def test_other_errors_rise() -> None:
    def forbid() -> None:
        raise Forbidden()

    with pytest.raises(Forbidden):
        actions.run(SampleForm(GOOD), forbid)


def test_typed_text_of_a_post_without_its_form() -> None:
    request = RequestFactory().post("/x/", {**GOOD, "csrfmiddlewaretoken": "t", "totp_code": "123456"})
    with translation.override("ru"):
        typed = dict(actions.typed_in(request))
    assert typed == {"Поле 1": "940327450012", "Поле 2": "27.03.1994", "Поле 3": "Факты"}, (
        "no codes, no secrets"
    )


def test_refused_form_answers_400() -> None:
    request = RequestFactory().post("/x/")
    request.user = None  # type: ignore[assignment]
    page = actions.respond(request, "ui/form_fields.html", {"form": SampleForm({}), "summary": True})
    assert page.status_code == 400
    assert actions.respond(request, "ui/form_fields.html", {"form": SampleForm()}).status_code == 200


def _forms() -> list[type[Form]]:
    """Every form of the product: the addresses have brought their modules in."""
    get_resolver().url_patterns  # noqa: B018  # imports the views, and with them the forms
    found, waiting = [], [Form, ModelForm]
    while waiting:
        children = waiting.pop().__subclasses__()
        found += [each for each in children if not each.__module__.startswith("tests.")]
        waiting += children
    return found


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_every_label_begins_with_a_capital(language: str) -> None:
    forms = _forms()
    assert len(forms) > 100
    with translation.override(language):
        labels = {
            f"{form.__name__}.{name}": str(field.label)
            for form in forms
            for name, field in form.base_fields.items()
            if field.label
        }
        assert {name: text for name, text in labels.items() if text[0].islower()} == {}
