"""Norms of the annex as dated data, and what the executive body established for a Center."""

from staffing.models.norms import Band, BandLimits, StaffingNorm, StaffingNormQuerySet
from staffing.models.tables import (
    KEEPERS,
    READERS,
    PayrollFund,
    PayrollFundQuerySet,
    PositionHolder,
    PositionHolderQuerySet,
    StaffingTable,
    StaffingTableQuerySet,
    StaffPosition,
    Vehicle,
    VehicleQuerySet,
)

__all__ = [
    "KEEPERS",
    "READERS",
    "Band",
    "BandLimits",
    "PayrollFund",
    "PayrollFundQuerySet",
    "PositionHolder",
    "PositionHolderQuerySet",
    "StaffPosition",
    "StaffingNorm",
    "StaffingNormQuerySet",
    "StaffingTable",
    "StaffingTableQuerySet",
    "Vehicle",
    "VehicleQuerySet",
]
