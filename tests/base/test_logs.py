"""The request log names no people."""

import logging

import pytest
import structlog
from django.test import Client

from family_support.base.logs import without_people


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
