"""Refusals: the right status, nothing that tells "absent" from "out of scope", nothing typed lost."""

import re
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.ui import views
from family_support.ui.middleware import PageMiddleware


class Person:
    """Somebody signed in, or not."""

    def __init__(self, signed_in: bool) -> None:
        self.is_authenticated = signed_in


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """What the middleware makes of a view's exception."""

    def middle(_: HttpRequest) -> HttpResponse:
        made = middleware.process_exception(request, error)
        assert made is not None
        return made

    middleware = PageMiddleware(middle)
    return middleware(request)


@pytest.mark.parametrize(
    ("error", "status"), [(Invalid(), 400), (Forbidden(), 403), (Missing(), 404), (Conflict(), 409)]
)
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_status_and_words(error: AppError, status: int, language: str) -> None:
    with translation.override(language):
        response = answer(RequestFactory().get("/x/"), error)
        assert response.status_code == status
        if status != 404:
            assert str(error.detail) in response.content.decode()


@pytest.mark.parametrize(
    ("code", "title"),
    [("stale_version", "Запись изменилась"), ("consent_missing", "Сейчас это сделать нельзя")],
)
def test_a_conflict_speaks_of_a_change_only_where_there_was_one(code: str, title: str) -> None:
    with translation.override("ru"):
        page = answer(
            RequestFactory().get("/x/"), Conflict(code, "Сначала запишите согласие.")
        ).content.decode()
    assert f">{title}</h1>" in page


def test_other_exceptions_go_on() -> None:
    middleware = PageMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/x/"), ValueError()) is None


def test_absent_and_out_of_scope_are_the_same_bytes() -> None:
    scope = answer(RequestFactory().get("/cases/1/"), Missing())
    absent = views.not_found(RequestFactory().get("/no/such/page/?a=1"), None)
    assert scope.content == absent.content
    assert scope.status_code == absent.status_code == 404


@pytest.mark.django_db
def test_not_found_tells_nothing(client: Client) -> None:
    first, second = client.get("/no-such-page/"), client.get("/another/17/")
    assert first.status_code == second.status_code == 404
    assert first.content == second.content
    text = first.content.decode()
    assert "no-such-page" not in text
    assert "csrf" not in text
    assert "nonce" not in text
    assert not re.search(r"\d\d:\d\d", text)


def test_conflict_gives_back_what_was_typed() -> None:
    request = RequestFactory().post(
        "/x/", {"narrative": "Долгий рассказ <b>", "version": "3", "password": "secret"}
    )
    text = answer(request, Conflict()).content.decode()
    assert "Долгий рассказ &lt;b&gt;" in text
    assert "secret" not in text


def test_conflict_prefers_the_labels_of_the_form() -> None:
    error = Conflict()
    vars(error)["typed"] = [("Описание", "Факты")]
    text = answer(RequestFactory().post("/x/", {"text": "Факты"}), error).content.decode()
    assert "Описание" in text


def test_a_foreign_referrer_is_no_way_back() -> None:
    request = RequestFactory().post("/x/", {}, headers={"Referer": "https://evil.example/a"})
    assert "evil" not in answer(request, Conflict()).content.decode()


def test_programs_get_json() -> None:
    request = RequestFactory().get("/api/x/")
    response = answer(request, Invalid("iin_checksum", "Wrong", {"iin": "Wrong"}))
    assert response.headers["Content-Type"] == "application/json"
    assert b'"iin_checksum"' in response.content


def test_too_much_is_413() -> None:
    assert views.bad_request(RequestFactory().post("/x/"), RequestDataTooBig()).status_code == 413
    assert views.bad_request(RequestFactory().post("/x/"), None).status_code == 400


def test_stale_token_gives_back_what_was_typed() -> None:
    response = views.csrf_failure(RequestFactory().post("/x/", {"text": "Важное"}))
    assert response.status_code == 403
    assert "Важное" in response.content.decode()


@pytest.mark.parametrize("page", [views.csrf_failure, views.session_ended])
def test_what_was_typed_is_spoken_of_only_where_something_was(page: Any) -> None:
    """A button or a choice leaves nothing to copy: "what you typed is below" stood over an empty page."""
    with translation.override("en"):
        assert "what you typed" in page(RequestFactory().post("/x/", {"text": "Важное"})).content.decode()
        assert "what you typed" not in page(RequestFactory().post("/x/", {"pk": "1"})).content.decode()


def view(request: HttpRequest) -> HttpResponse:
    """A view that needs somebody signed in."""
    return HttpResponse("done")


@pytest.mark.parametrize(
    ("signed_in", "method", "shown"), [(False, "post", True), (True, "post", False), (False, "get", False)]
)
def test_a_form_sent_after_the_session_ended(signed_in: bool, method: str, shown: bool) -> None:
    request: Any = getattr(RequestFactory(), method)("/x/", {"text": "Важное"})
    request.user = Person(signed_in)
    made = PageMiddleware(view).process_view(request, view, (), {})
    assert (made is not None) is shown
    if made is not None:
        assert made.status_code == 401
        assert "Важное" in made.content.decode()


def test_headers_of_every_page() -> None:
    response = PageMiddleware(view)(RequestFactory().get("/x/"))
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert "HX-Request" in response.headers["Vary"]


def test_failure_page_says_nothing_of_the_reason() -> None:
    response = views.server_error(RequestFactory().get("/x/"))
    assert response.status_code == 500
    assert "Traceback" not in response.content.decode()


@pytest.mark.parametrize(("chosen", "kept"), [("dark", "dark"), ("pink", None)])
def test_theme_is_a_cookie(chosen: str, kept: str | None) -> None:
    response = views.set_theme(RequestFactory().post("/theme/", {"theme": chosen, "next": "//evil.example/"}))
    assert response.headers["Location"] == "/"
    assert (response.cookies["theme"].value if "theme" in response.cookies else None) == kept
