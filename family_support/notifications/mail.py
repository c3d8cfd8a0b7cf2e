"""Sending: a neutral mail, at least once, under a Message-ID that does not change; a day of tries, then parked."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.notifications.models import Mail

logger = logging.getLogger(__name__)
# After each failed try: 1, 2, 4 … minutes, at most an hour; given up a day after it was written.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=1)
BATCH = 50
SERVER_TIMEOUT = 10  # seconds


def send_waiting(now: datetime, limit: int = BATCH) -> int:
    """Send the mails whose turn it is; how many went out. Safe beside another sender, and never slows the sweep.

    A mail is first put off to its next try and only then sent: killed in between, it goes out once more under the same
    Message-ID; it is never lost.
    """
    sent = 0
    for mail in _claim(now, limit):
        try:
            _send(mail)
        except (
            Exception
        ) as error:  # whatever the server or the network does; classes only, texts may hold the address
            logger.warning("mail %s not sent: %s", mail.pk, type(error).__name__)
            _failed(mail, error, now)
        else:
            with acting(SYSTEM):
                Mail.objects.filter(pk=mail.pk).update(sent_at=now, next_attempt_at=None, error="")
            sent += 1
    return sent


def _claim(now: datetime, limit: int) -> list[Mail]:
    due = Q(next_attempt_at__lte=now)
    with acting(SYSTEM), transaction.atomic():
        mails = list(
            Mail.objects.waiting()
            .filter(due)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient__user")
            .order_by("next_attempt_at")[:limit]
        )
        for mail in mails:
            pause: timedelta = min(FIRST_PAUSE * 2 ** min(mail.attempts, 10), LONGEST_PAUSE)
            mail.attempts += 1
            mail.next_attempt_at = now + pause
        Mail.objects.bulk_update(mails, ("attempts", "next_attempt_at"))
    return mails


def _failed(mail: Mail, error: Exception, now: datetime) -> None:
    mail.error = type(error).__name__[:100]
    if now - mail.created_at >= GIVE_UP_AFTER:
        mail.parked_at, mail.next_attempt_at = now, None
    with acting(SYSTEM):
        mail.save(update_fields=("error", "parked_at", "next_attempt_at"))


def _send(mail: Mail) -> None:
    user = mail.recipient.user
    with translation.override(user.language):
        message = EmailMessage(
            subject=_("You have a new notice"),
            body=render_to_string(
                "notifications/mail.txt", {"url": f"{settings.BASE_URL}{reverse('notices')}"}
            ),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[user.email],
            headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
            connection=get_connection(timeout=SERVER_TIMEOUT) if _over_network() else get_connection(),
        )
        message.send()


def _over_network() -> bool:
    return settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
