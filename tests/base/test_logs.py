"""The request log names no people."""

import logging
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils.log import AdminEmailHandler

from family_support.accounts.models import User
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.logs import NamedFailures, WithoutValues, trace_of, without_people


@pytest.mark.django_db
def test_a_refused_request_leaves_no_query_and_no_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        client.get("/nothing/?q=Сәрсенова", REMOTE_ADDR="10.1.2.3", HTTP_USER_AGENT="Browser/1")
    text = "\n".join(
        record.getMessage() for record in caplog.records if "request_finished" in record.getMessage()
    )
    assert "/nothing/" in text
    for secret in ("Сәрсенова", "q=", "10.1.2.3", "Browser/1"):
        assert secret not in text


def test_the_logger_goes_through_the_standard_library() -> None:
    assert isinstance(structlog.get_config()["logger_factory"], structlog.stdlib.LoggerFactory)
    assert without_people(None, "info", {"event": "x", "request": "GET /a?b=c"}) == {
        "event": "x",
        "request": "GET /a",
    }


def test_a_traceback_names_the_constraint_and_no_value(db: None) -> None:
    given = {"email": "secret.address@test.example", "last_name": "x", "first_name": "y"}
    with acting(SYSTEM, reason="test"):
        User.objects.create(**given)
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            User.objects.create(**given)
    assert "secret.address" in str(refused.value)
    trace = trace_of(refused.value)
    assert "secret.address" not in trace
    assert "UniqueViolation (23505, accounts_user_email" in trace
    assert "test_logs.py" in trace
    assert trace.endswith("IntegrityError")


def failure(text: str) -> Any:
    try:
        raise ValueError(text)
    except ValueError as error:
        return type(error), error, error.__traceback__


@pytest.mark.parametrize("logger", ["django.request", "celery.app.trace", ""])
def test_no_line_of_a_failure_repeats_what_was_typed(logger: str) -> None:
    info = failure("Сәрсенова")
    context = {
        "name": "x",
        "exc": repr(info[1]),
        "traceback": "ValueError: Сәрсенова",
        "args": "[]",
        "kwargs": "{}",
    }
    made = logging.LogRecord(
        logger, logging.ERROR, "", 1, "Task %(name)s raised: %(exc)s%(traceback)s", (context,), info
    )
    if logger != "celery.app.trace":
        made.msg, made.args = "failed", ()
    else:
        NamedFailures().filter(made)
    said = WithoutValues().format(made)
    assert "Сәрсенова" not in said
    assert "ValueError" in said


def test_a_fault_of_the_code_is_told_in_full() -> None:
    with pytest.raises(AttributeError) as fault:
        None.missing  # type: ignore[attr-defined]  # noqa: B018
    assert trace_of(fault.value).endswith("'NoneType' object has no attribute 'missing'")


@pytest.mark.parametrize(
    ("setting", "value"), [("log_min_error_statement", "panic"), ("log_error_verbosity", "terse")]
)
def test_postgresql_logs_neither_statements_nor_details(setting: str, value: str, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [setting])
        assert cursor.fetchone() == (value,)


def test_no_failure_is_mailed_to_anybody(settings: Any) -> None:
    """Django's handler for mail to administrators would send the request with all its values."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    assert [
        each for each in loggers for handler in each.handlers if isinstance(handler, AdminEmailHandler)
    ] == []
    assert (settings.ADMINS, settings.MANAGERS, settings.DEBUG) == ([], [], False)
