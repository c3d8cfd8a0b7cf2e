"""Files that no row names: what a crash between disk and database leaves behind."""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from family_support.documents.files import remove, stored_files
from family_support.documents.models import Attachment, Rendering

# Longer than any transaction lasts: a file this old without a row will never get one.
ORPHAN_AFTER = timedelta(days=1)
BATCH = 500


def remove_orphans(now: datetime) -> int:
    """Remove stored files older than a day that neither an attachment nor a rendering names; how many."""
    removed = 0
    names = list(stored_files(now - ORPHAN_AFTER))
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        known = set(Attachment.objects.filter(file__in=batch).values_list("file", flat=True))
        known |= set(Rendering.objects.filter(file__in=batch).values_list("file", flat=True))
        for name in batch:
            if name not in known:
                remove(default_storage.path(name))
                removed += 1
    return removed
