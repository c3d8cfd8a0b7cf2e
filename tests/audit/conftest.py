"""The scratch table of the audit tests."""

from typing import Any

import pytest

from family_support.audit.operations import TrackChanges
from tests.audit import probe


@pytest.fixture
def tracked(own_database: str, owner_cursor: Any) -> Any:
    """The owner's cursor, after the scratch table is made and tracked by its own case_id."""
    owner_cursor.execute(probe.TABLES)
    probe.run(owner_cursor, TrackChanges("Probe", case_id="case_id", hidden=["secret"], ignored=["seen"]))
    return owner_cursor
