"""The first system administrator and the first security officer of an installation; others come by the pages."""

from typing import Any
from urllib.parse import urljoin

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation

from family_support.accounts.actions import create_user
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import NEEDS_APPROVAL
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.base.errors import Invalid

LOCK = 7_261_003  # one run at a time (advisory lock of the transaction)


class Command(BaseCommand):
    """Prints a link that sets the password, once; there is no default password and nothing is mailed."""

    help = (
        "Open the first account of a system administrator or a security officer and print a link, good once, by which "
        "its password is set. Refused while somebody holds the role: from then on the pages do it, with approval."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=sorted(role.value for role in NEEDS_APPROVAL))
        for name in ("email", "last-name", "first-name"):
            parser.add_argument(f"--{name}", required=True)
        parser.add_argument("--language", choices=("kk", "ru", "en"), default="ru")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raise CommandError when the role is held, or for an e-mail that is wrong or taken."""
        with translation.override("en"):
            user = self._open(**options)
        self.stdout.write(f"The account is open. This link sets its password, once, within {_days()} days:")
        self.stdout.write(_link(user))
        self.stdout.write("Hand it over in person; a second factor is set up at the first sign-in.")

    def _open(self, **options: Any) -> User:
        now, role, email = clock.now(), options["role"], options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError("This is no e-mail address.") from None
        with transaction.atomic():
            # One at a time, though no row be there to lock: two runs would open two accounts that nobody approved.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            if Membership.objects.active(clock.local_date(now)).filter(role=role).exists():
                raise CommandError(
                    f"There is a {role} already: they give the role on the page Users, and a security officer agrees."
                )
            try:
                return create_user(
                    email=email,
                    last_name=options["last_name"].strip(),
                    first_name=options["first_name"].strip(),
                    language=options["language"],
                    role=role,
                    by=SYSTEM,
                    now=now,
                )
            except Invalid as error:
                texts = [str(text) for found in error.fields.values() for text in found]
                raise CommandError(" ".join(texts) or error.code) from error


def _days() -> int:
    return int(settings.PASSWORD_RESET_TIMEOUT // 86_400)


def _link(user: User) -> str:
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return urljoin(settings.BASE_URL, reverse("account_reset_password_from_key", kwargs=key))
