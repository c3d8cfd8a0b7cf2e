"""Re-encrypt every encrypted value with the current (first) key of FIELD_KEYS; afterwards the older keys may go."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, models, transaction

from family_support.base import crypto, rotation
from family_support.base.actor import SYSTEM
from family_support.base.database_context import signed
from family_support.base.fields import EncryptedJSONField, EncryptedTextField


class Command(BaseCommand):
    """Batches of rows, each in its own transaction: may be stopped and started again."""

    help = "Re-encrypt values of older keys with the first key of FIELD_KEYS."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--batch`` rows a transaction."""
        parser.add_argument("--batch", type=int, default=500, help="rows in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every model with an encrypted field."""
        for model in apps.get_models():
            if not model._meta.managed or model._meta.proxy:
                continue
            for field in model._meta.local_concrete_fields:
                if isinstance(field, EncryptedTextField | EncryptedJSONField):
                    count = rotate_column(model, field, options["batch"])
                    self.stdout.write(f"{field.binding}: {count} values")
        for name, rotate in rotation.elsewhere():
            self.stdout.write(f"{name}: {rotate(options['batch'])} values")


def rotate_column(
    model: type[models.Model], field: EncryptedTextField | EncryptedJSONField, batch: int
) -> int:
    """Re-encrypt one column's values of older keys; how many. Raises DecryptionError and leaves the batch alone."""
    quote = connection.ops.quote_name
    table, column, key = (
        quote(model._meta.db_table),
        quote(str(field.column)),
        quote(str(model._meta.pk.column)),
    )
    current = crypto.current_key_id()
    select = (
        f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL AND NOT starts_with({column}, %s) "  # noqa: S608
        f"ORDER BY {key} LIMIT %s FOR UPDATE"
    )
    update = f"UPDATE {table} SET {column} = %s WHERE {key} = %s"  # noqa: S608
    total = 0
    while True:
        with transaction.atomic(), signed(SYSTEM, "rotate_keys"), connection.cursor() as cursor:
            cursor.execute(select, [f"{crypto.PREFIX}.{current}.", batch])
            rows = cursor.fetchall()
            renewed = [
                (crypto.encrypt(crypto.decrypt(token, field.binding), field.binding), pk)
                for pk, token in rows
            ]
            cursor.executemany(update, renewed)
        total += len(rows)
        if len(rows) < batch:
            return total
