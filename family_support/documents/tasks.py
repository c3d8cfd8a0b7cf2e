"""Files made in the background, asked for again by beat when a message was lost; files without rows removed."""

from family_support.base import clock
from family_support.base.tasks import task
from family_support.documents.renderings import redispatch_stale, render
from family_support.documents.upkeep import remove_orphans


@task(name="documents.render")
def render_document(rendering_id: int) -> bool:
    """Make one queued file; whether it is ready now."""
    return render(rendering_id, clock.now())


@task(name="documents.redispatch")
def redispatch_documents() -> int:
    """Ask again for files that wait for too long; how many."""
    return redispatch_stale(clock.now())


@task(name="documents.remove_orphans")
def remove_orphan_files() -> int:
    """Daily: remove files that no row names; how many."""
    return remove_orphans(clock.now())
