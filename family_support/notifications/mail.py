"""Sending: a neutral mail, at least once, under a Message-ID that does not change; a day of tries, then parked."""

from __future__ import annotations

import logging
import smtplib
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.notifications.models import PAUSES, Mail

logger = logging.getLogger(__name__)
# Tried after 1, 2, 4 … minutes, at most an hour; parked a day after it was written.
PARKED_AFTER = timedelta(days=1)
BATCH = 50
SERVER_TIMEOUT = 10  # seconds
# What such a failure says of one mail holds for all: the server is away, or does not want us.
SERVER_AWAY = (OSError, smtplib.SMTPException)
OF_ONE_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused)
NOT_EMPLOYED = "recipient_left"


def send_waiting(now: datetime, limit: int = BATCH, seconds: float = 0) -> int:
    """Send the mails whose turn it is; how many went out. Safe beside another sender, and never slows the sweep.

    A mail is first put off to its next try and only then sent: killed in between, it goes out once more under the same
    Message-ID; it is never lost. A server that is away is asked once a run, not once a mail. One batch of `limit`, or
    as many as go out within `seconds`: the digests of a whole country are written in one minute of the morning.
    """
    began, sent = time.monotonic(), 0
    server = get_connection(timeout=SERVER_TIMEOUT) if _over_network() else get_connection()
    try:
        while mails := _claim(now, limit):
            done, answers = _send_all(mails, server, now)
            sent += done
            if not answers or len(mails) < limit or time.monotonic() - began >= seconds:
                break
    finally:
        _close(server)
    return sent


def _send_all(mails: list[Mail], server: Any, now: datetime) -> tuple[int, bool]:
    """How many went out, and whether the server answers."""
    sent = 0
    told: set[int] = set()
    away: Exception | None = None
    for mail in mails:
        person = mail.recipient.user_id
        if person in told and mail.notice_id:
            continue  # marked with the one that went out
        if not mail.recipient.user.is_active:
            _parked(mail, NOT_EMPLOYED, now)
        elif away is not None:
            _failed(mail, away, now)
        else:
            try:
                _send(mail, server)
            except Exception as error:  # whatever the server or the network does
                # Classes only: the text may hold the address.
                logger.warning("mail %s not sent: %s", mail.pk, type(error).__name__)
                _failed(mail, error, now)
                away = (
                    error if isinstance(error, SERVER_AWAY) and not isinstance(error, OF_ONE_MAIL) else None
                )
            else:
                _sent(mail, now)
                sent += 1
                if mail.notice_id:
                    told.add(person)
    return sent, away is None


def _claim(now: datetime, limit: int) -> list[Mail]:
    with acting(SYSTEM), transaction.atomic():
        mails = list(
            Mail.objects.due(now)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient__user", "digest")
            # Urgent ones wait behind no digest.
            .order_by(F("digest").asc(nulls_first=True), "next_attempt_at", "pk")[:limit]
        )
        for mail in mails:
            mail.next_attempt_at = now + PAUSES[min(mail.attempts, len(PAUSES) - 1)]
            mail.attempts += 1
        Mail.objects.bulk_update(mails, ("attempts", "next_attempt_at"))
    return mails


def _sent(mail: Mail, now: datetime) -> None:
    """Mark it, and with it what else waited to tell the same person that there is something new."""
    done = {"sent_at": now, "next_attempt_at": None, "error": ""}
    with acting(SYSTEM):
        Mail.objects.filter(pk=mail.pk).update(**done)
        if mail.notice_id:
            same = Mail.objects.waiting().filter(
                recipient__user_id=mail.recipient.user_id, notice__isnull=False, created_at__lte=now
            )
            same.update(**done, covered_by=mail)


def _failed(mail: Mail, error: Exception, now: datetime) -> None:
    name = type(error).__name__
    if now - (mail.again_from or mail.created_at) >= PARKED_AFTER:
        _parked(mail, name, now)
        return
    with acting(SYSTEM):
        Mail.objects.filter(pk=mail.pk).update(error=name[:100])


def _parked(mail: Mail, error: str, now: datetime) -> None:
    with acting(SYSTEM):
        Mail.objects.waiting().filter(pk=mail.pk).update(
            error=error[:100], parked_at=now, next_attempt_at=None
        )


def _send(mail: Mail, server: Any) -> None:
    user = mail.recipient.user
    with translation.override(user.language):
        address = f"{settings.BASE_URL}{reverse('notices')}"
        if mail.digest:
            subject, template = _("Notices for today"), "notifications/digest.txt"
        else:
            subject, template = _("You have a new notice"), "notifications/mail.txt"
        message = EmailMessage(
            subject=subject,
            body=render_to_string(template, {"url": address, "digest": mail.digest}),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[user.email],
            headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
            connection=server,
        )
        message.send()


def _close(server: Any) -> None:
    try:
        server.close()
    except Exception as error:  # what was sent is sent
        logger.warning("mail server not closed: %s", type(error).__name__)


def _over_network() -> bool:
    return settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
