"""Who sees what: scopes that upper apps register, openings with a reason, the barred list, the read log."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from family_support.base.database import Cursor, quoted
from family_support.base.partitions import register_partitioned
from family_support.base.rights import limit_table, register_grants
from family_support.base.rotation import register_index


def grant_read_log(cursor: Cursor, runtime_role: str) -> None:
    """The runtime role writes the read log through its function only, and reads it through the view."""
    role = quoted(runtime_role)
    cursor.execute(
        "REVOKE ALL ON FUNCTION public.access_log_read(bigint, bigint, bigint, text, text) FROM PUBLIC"
    )
    cursor.execute(
        f"GRANT EXECUTE ON FUNCTION public.access_log_read(bigint, bigint, bigint, text, text) TO {role}"
    )
    cursor.execute(f"REVOKE ALL ON SCHEMA access_log FROM PUBLIC, {role}")
    cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA access_log FROM PUBLIC, {role}")


class AccessConfig(AppConfig):
    name = "family_support.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        register_partitioned("access_log", "reading")
        register_index("access.Barred", "iin_index", "iin", lambda barred: barred.iin)
        limit_table("access_read_log_view", "SELECT")
        # A trigger lets the update bring the end forward and nothing else.
        limit_table("access_caseopening", "SELECT", "INSERT", "UPDATE")
        register_grants(grant_read_log)
