from mobile_groups.models.alarm import Alarm
from mobile_groups.models.group import GroupMember, MobileGroup
from mobile_groups.models.plan import ResponseMeasure, ResponsePlan
from mobile_groups.models.visit import Visit, VisitMember

__all__ = [
    "Alarm",
    "GroupMember",
    "MobileGroup",
    "ResponseMeasure",
    "ResponsePlan",
    "Visit",
    "VisitMember",
]
