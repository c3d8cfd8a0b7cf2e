"""The quarters that reports are of: those of the ground's calendar."""

from family_support.workdays.quarters import ALMATY, Quarter

__all__ = ["ALMATY", "Quarter"]
