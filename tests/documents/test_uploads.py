"""What may be attached: by content, whole, without what it should not tell."""

from __future__ import annotations

import gc
import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image

from cases.models import Case
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import now
from family_support.base.errors import Invalid
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.documents.sniffing import DOCX, JPEG, PNG, XLSX, accept, clean_name
from family_support.documents.sniffing import PDF as PDF_TYPE
from tests.documents import samples
from tests.documents.conftest import files


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (samples.PDF, "Заявление.pdf", PDF_TYPE),
        (samples.office(), "акт.docx", DOCX),
        (samples.office("xl/workbook.xml"), "список.XLSX", XLSX),
        (samples.picture("PNG"), "скан.png", PNG),
        (samples.picture("JPEG"), "фото.jpeg", JPEG),
    ],
)
def test_honest_files_are_taken(content: bytes, name: str, kind: str) -> None:
    accepted = accept(content, name)
    assert (accepted.content_type, accepted.name) == (kind, name)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        pytest.param(b"", "a.pdf", "file_empty", id="nothing"),
        pytest.param(samples.PROGRAM, "отчёт.pdf", "file_type", id="a program called .pdf"),
        pytest.param(samples.WINDOWS_PROGRAM, "отчёт.pdf", "file_type", id="a Windows program called .pdf"),
        pytest.param(
            b"%PDF-1.4\n" + samples.PROGRAM,
            "отчёт.pdf",
            "file_damaged",
            id="a program behind a header of PDF",
        ),
        (b"#!/bin/sh\nrm -rf /\n", "отчёт.pdf", "file_type"),
        (b"<html><script>alert(1)</script></html>", "a.png", "file_type"),
        pytest.param(
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "a.svg",
            "file_type",
            id="a picture that may hold a script",
        ),
        (samples.PDF, "a.docx", "file_mismatch"),
        (samples.PDF, "a.exe", "file_type"),
        (samples.PDF, "a.pdf.exe", "file_type"),
        (samples.office(), "a.xlsx", "file_mismatch"),
        (samples.office("other.xml"), "a.docx", "file_type"),
        (samples.office(more={"xl/workbook.xml": b"<x/>"}), "a.docx", "file_type"),
        pytest.param(
            samples.office(more={"word/vbaProject.bin": b"x"}),
            "a.docx",
            "file_macros",
            id="a document with macros",
        ),
        (samples.office()[:-30], "a.docx", "file_damaged"),
        pytest.param(samples.bomb, "a.docx", "file_bomb", id="a bomb in DOCX"),
        pytest.param(lambda: samples.bomb("xl/workbook.xml"), "a.xlsx", "file_bomb", id="a bomb in XLSX"),
        pytest.param(
            samples.PDF + samples.office() + b"%%EOF",
            "a.pdf",
            "file_damaged",
            id="a PDF that is an archive too",
        ),
        (samples.picture("JPEG")[:60], "a.jpg", "file_damaged"),
        (samples.picture("PNG")[:60], "a.png", "file_damaged"),
        pytest.param(
            lambda: samples.picture("PNG", size=(9000, 9000), mode="1"),
            "a.png",
            "picture_too_large",
            id="a picture of eighty million points",
        ),
    ],
)
def test_what_is_refused_and_why(content: bytes | Callable[[], bytes], name: str, code: str) -> None:
    """What is large is made here: otherwise every test process would make it, whatever it runs."""
    with pytest.raises(Invalid) as refused:
        accept(content() if callable(content) else content, name, field="scan")
    assert refused.value.code == code
    assert set(refused.value.fields) == {"scan"}


def test_what_an_archive_says_of_its_sizes_is_not_believed() -> None:
    with pytest.raises(Invalid) as refused:
        accept(samples.lying_bomb(), "a.docx")
    assert refused.value.code in {"file_bomb", "file_damaged"}


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_refusals_are_said_in_every_language(language: str) -> None:
    with translation.override(language), pytest.raises(Invalid) as refused:
        accept(samples.PROGRAM, "отчёт.pdf")
    with translation.override(language):
        said = str(refused.value.fields["file"][0])
    assert "DOCX" in said
    assert (said == "Only PDF, PNG, JPEG, DOCX and XLSX files are accepted.") is (language == "en")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\System32\\справка.pdf", "справка.pdf"),
        ("/root/..", "file"),
        ("отчёт\u202efdp.exe", "отчётfdp.exe"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("...", "file"),
        ("", "file"),
        ("я" * 400 + ".pdf", "я" * 146 + ".pdf"),
    ],
)
def test_path_like_names_become_names(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_tells_nothing_but_itself(kind: str) -> None:
    before = samples.picture(kind)
    assert b"Secret camera" in before
    after = accept(before, f"a.{kind.lower()}").content
    with Image.open(io.BytesIO(after)) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert picture.size == (20, 40)  # turned as it was meant, since the mark that said so is gone
    assert b"Secret" not in after
    assert b"home address" not in after


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("tail", [samples.office(), b"<script>alert(1)</script>", samples.PROGRAM])
def test_what_hangs_behind_a_picture_does_not_go_along(kind: str, tail: bytes) -> None:
    accepted = accept(samples.picture(kind) + tail, f"a.{kind.lower()}")
    assert tail not in accepted.content
    assert tail[:16] not in accepted.content


def add(case: Case, by: Actor, content: bytes = samples.PDF, name: str = "Иванова справка.pdf") -> Attachment:
    return attach(
        case_id=case.pk,
        subject=("cases.case", case.pk),
        kind=Attachment.Kind.OTHER,
        upload=samples.upload(content, name),
        by=by,
        now=now(),
    )


def test_an_attachment_lies_under_a_name_that_says_nothing(case: Case, worker: Actor, media: Path) -> None:
    attachment = add(case, worker)
    (stored,) = files(media)
    assert stored.read_bytes() == samples.PDF
    assert attachment.sha256 == hashlib.sha256(samples.PDF).hexdigest()
    assert stored.stat().st_mode & 0o077 == 0
    assert "Иванова" not in str(stored)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, file FROM documents_attachment WHERE id = %s", [attachment.pk])
        row = cursor.fetchone()
    assert "Иванова" not in "".join(row)
    attachment.refresh_from_db()
    assert attachment.name == "Иванова справка.pdf"


def test_too_large_is_said_with_the_limit(case: Case, worker: Actor, settings: object, media: Path) -> None:
    settings.ATTACHMENT_MAX_SIZE = 50  # type: ignore[attr-defined]
    with pytest.raises(Invalid) as refused:
        add(case, worker)
    assert refused.value.code == "file_too_large"
    assert "50" in str(refused.value.fields["file"][0])
    assert not files(media)


def test_a_file_goes_with_its_transaction(case: Case, worker: Actor, media: Path) -> None:
    gc.freeze()  # what lived before need not be looked through for what is dropped here

    def fail() -> None:
        with transaction.atomic():
            add(case, worker)
            assert len(files(media)) == 1
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    gc.collect()
    assert not files(media)
    with acting(worker):
        with pytest.raises(LookupError):
            fail()
        kept = add(case, worker)
    gc.collect()
    assert [path.name for path in files(media)] == [Path(kept.file.name).name]


def test_a_file_stays_once_committed(own_database: str, media: Path) -> None:
    from family_support.accounts.roles import Role
    from tests.places import make_actor, make_case, make_center

    gc.freeze()
    center = make_center()
    worker = make_actor(Role.CASEWORKER, center)
    add(make_case(center, worker), worker)
    gc.collect()
    assert len(files(media)) == 1


def test_one_upload_costs_few_statements(case: Case, worker: Actor) -> None:
    with CaptureQueriesContext(connection) as seen:
        add(case, worker)
    assert len(seen) <= 7
