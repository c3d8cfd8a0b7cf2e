"""PDFs are accessible, complete in Kazakh, the same every time, and fetch nothing; charts hold no style or script."""

import io
from unittest.mock import patch

import pytest
from django.template import engines
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from family_support.documents import render as module
from family_support.documents.charts import render_charts
from family_support.documents.children import RenderError, make_paper, run_child
from family_support.documents.render import render_pdf

KAZAKH = "Ә ә Ғ ғ Қ қ Ң ң Ө ө Ұ ұ Ү ү Һ һ І і"
SPEC = {
    "width": 300,
    "height": 120,
    "data": {"values": [{"region": "Ұлытау", "count": 1250}, {"region": "Астана", "count": 70}]},
    "mark": "bar",
    "encoding": {
        "x": {"field": "region", "type": "nominal", "title": None},
        "y": {"field": "count", "type": "quantitative", "title": None},
    },
}
BODY = """{% extends "pdf/base.html" %}{% block number %}№ 1{% endblock %}{% block content %}
<h1>{{ title }}</h1><p class="prewrap">{{ text }}</p>
<table><thead><tr><th>№</th><th>Мера</th></tr></thead><tbody>
{% for row in rows %}<tr><td>{{ row }}</td><td>Мера {{ row }}</td></tr>{% endfor %}</tbody></table>{% endblock %}"""


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch) -> str:
    """A document of the test's own."""
    made = engines["django"].from_string(BODY)
    monkeypatch.setattr(module.loader, "render_to_string", lambda name, context: made.render(context))
    return "test.html"


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def test_kazakh_document(template: str) -> None:
    pdf = render_pdf(template, {"text": KAZAKH, "rows": range(60)}, "kk", title="Жеке жұмыс жоспары")
    reader = read(pdf)
    text = " ".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) > 1
    for letter in KAZAKH.split():
        assert letter in text
    assert reader.metadata is not None
    assert reader.metadata.title == "Жеке жұмыс жоспары"
    assert set(reader.metadata) <= {"/Title", "/Producer"}
    assert reader.trailer["/Root"]["/Lang"] == "kk"  # type: ignore[index]


def test_document_is_accessible(template: str) -> None:
    pdf = render_pdf(template, {"text": "Текст", "rows": [1, 2]}, "ru", title="План")
    report = validate_pdf_bytes(pdf, profile=ValidationProfile.PDF_UA_1)
    assert report.is_compliant, [(failure.rule_id, failure.message) for failure in report.failures]


def test_the_same_input_gives_the_same_bytes(template: str) -> None:
    first, second = (render_pdf(template, {"text": "Текст"}, "ru", title="План") for _ in range(2))
    assert first == second


def test_typed_markup_is_inert(template: str) -> None:
    typed = '<img src="file:///etc/passwd"><script>1</script> =cmd()'
    text = read(render_pdf(template, {"text": typed}, "ru", title="План")).pages[0].extract_text()
    assert '<img src="file:///etc/passwd">' in text.replace("\n", "")


def test_markup_of_a_template_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    html = '<html lang="ru"><title>x</title><body><p>Текст</p><iframe src="file:///etc/passwd"></iframe>'
    html += (
        '<img alt="нет картинки" src="file:///etc/hostname"><link rel="attachment" href="file:///etc/passwd">'
    )
    monkeypatch.setattr(module.loader, "render_to_string", lambda name, context: html)
    reader = read(render_pdf("x", {}, "ru", title="x"))
    assert "root:" not in reader.pages[0].extract_text()
    assert not reader.attachments


def test_a_child_that_fails_is_a_render_error(tmp_path: object) -> None:
    with pytest.raises(RenderError):
        make_paper(["/no/such.css"], b"<p>", seconds=30)


def test_a_child_that_hangs_is_stopped() -> None:
    with pytest.raises(RenderError):
        run_child("svg", b"{}", seconds=0)


@pytest.mark.parametrize(
    ("language", "number"), [("ru", "1\u00a0000"), ("kk", "1\u00a0000"), ("en", "1,000")]
)
def test_chart_speaks_the_language(language: str, number: str) -> None:
    (svg,) = render_charts([SPEC], language)
    assert svg.startswith("<svg")
    assert "Ұлытау" in svg
    assert number in svg
    assert "style=" not in svg
    assert "<script" not in svg
    assert "Inter" in svg.split(">", 1)[0]


def test_chart_fetches_nothing() -> None:
    with pytest.raises(RenderError):
        render_charts([{**SPEC, "data": {"url": "http://127.0.0.1:9/data.json"}}], "ru")


def test_charts_of_a_page_keep_their_order_and_need_one_child() -> None:
    other = {**SPEC, "data": {"values": [{"region": "Абай", "count": 3}]}}
    with patch("family_support.documents.charts.run_child", wraps=run_child) as child:
        first, second = render_charts([SPEC, other], "kk")
        assert render_charts([], "kk") == []
    assert child.call_count == 1
    assert ("Ұлытау" in first, "Ұлытау" in second) == (True, False)
    assert ("Абай" in first, "Абай" in second) == (False, True)
