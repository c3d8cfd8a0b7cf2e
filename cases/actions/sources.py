"""What an intake came as: a letter with its scan, a publication with its link and screenshot, another file."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases.models import Intake
from cases.models.intake import LINK_LENGTH
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Text
from family_support.directory.models import Agency
from family_support.documents.actions import attach
from family_support.documents.models import Attachment
from family_support.documents.sniffing import JPEG, PNG, refused

Form = Intake.Form


@dataclass(frozen=True)
class Source:
    """Parts of an intake that only some forms have; `upload` is the letter's scan or the screenshot."""

    letter_number: str = ""
    letter_date: date | None = None
    link: str = ""
    seen_on: date | None = None
    upload: UploadedFile | None = None

    def plain(self) -> list[Any]:
        """What makes a repeat of the same form recognizable."""
        file = [self.upload.name, self.upload.size] if self.upload else None
        return [self.letter_number, str(self.letter_date), self.link, str(self.seen_on), file]


NO_SOURCE = Source()


def wrong_source(
    source: Source,
    channel: str,
    form: str,
    sender_name: str,
    sender_agency: Agency | None,
    now: datetime,
) -> dict[str, Text]:
    """Field -> message for what a letter or a publication lacks, or what cannot be."""
    if form == Form.LETTER:
        known = bool(sender_name) or sender_agency is not None or channel == Intake.Channel.SELF
        return _wrong_letter(source, known, sender_agency, local_date(now))
    if form == Form.LINK:
        return _wrong_link(source, local_date(now))
    return {}


def _wrong_letter(source: Source, known: bool, sender_agency: Agency | None, today: date) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if source.upload is None:
        errors["upload"] = _("Attach the scan of the letter.")
    if not known:
        errors["sender_name"] = _("Say who sent it: choose a body or write a name.")
    if sender_agency is not None and not source.letter_number.strip():
        errors["letter_number"] = _("Enter the number that the body gave its letter.")
    if source.letter_date is None:
        errors["letter_date"] = _("Enter the date of the letter.")
    elif source.letter_date > today:
        errors["letter_date"] = _("The date of the letter is in the future.")
    return errors


def _wrong_link(source: Source, today: date) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if not source.link.strip():
        errors["link"] = _("Enter the address of the publication.")
    elif len(source.link.strip()) > LINK_LENGTH:
        errors["link"] = _("The address is too long: at most 1000 characters.")
    elif not _is_web_address(source.link.strip()):
        errors["link"] = _("Only addresses that begin with http:// or https:// are accepted.")
    if source.seen_on is None:
        errors["seen_on"] = _("Enter the day when it was seen.")
    elif source.seen_on > today:
        errors["seen_on"] = _("The day when it was seen is in the future.")
    return errors


def _is_web_address(text: str) -> bool:
    """A plain http or https address with a host: no script, no user name, no control or direction marks."""
    if any(char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return text.startswith(("http://", "https://")) and bool(host) and "@" not in parts.netloc


def fields_of(source: Source, form: str) -> dict[str, Any]:
    """The fields of the intake's row; what does not belong to the form is not kept."""
    if form == Form.LETTER:
        return {
            "letter_number": " ".join(source.letter_number.split()),
            "letter_date": source.letter_date,
        }
    if form == Form.LINK:
        return {"link": source.link.strip(), "seen_on": source.seen_on}
    return {}


def keep_file(intake: Intake, source: Source, *, by: Actor, now: datetime) -> None:
    """Attach the scan, screenshot or file to the stored intake.

    Errors: Invalid on `upload`: what `attach` refuses, and a screenshot that is no picture.
    """
    if source.upload is None:
        return
    kind = Attachment.Kind.LETTER if intake.form in (Form.LETTER, Form.INBOX) else Attachment.Kind.EVIDENCE
    added = attach(
        case_id=intake.case_id,
        subject=("cases.intake", intake.pk),
        kind=kind,
        upload=source.upload,
        by=by,
        now=now,
        field="upload",
    )
    if intake.form == Form.LINK and added.content_type not in (PNG, JPEG):
        raise refused("not_a_picture", _("Attach the screenshot as a picture: PNG or JPEG."), "upload")
