"""What people do with places, stays and the notices about minors: one function a use case."""

from shelter.actions.admitting import admit_minor, check_in
from shelter.actions.leaving import check_out, write_exit_plan
from shelter.actions.notices import receive_notice, register_notice, remind_notices, send_notice
from shelter.actions.overstays import explain_overstay, mark_overstay
from shelter.actions.places import put_place, put_shelter
from shelter.actions.reserving import allow_new_stay, cancel_reservation, reserve_place

__all__ = [
    "admit_minor",
    "allow_new_stay",
    "cancel_reservation",
    "check_in",
    "check_out",
    "explain_overstay",
    "mark_overstay",
    "put_place",
    "put_shelter",
    "receive_notice",
    "register_notice",
    "remind_notices",
    "reserve_place",
    "send_notice",
    "write_exit_plan",
]
