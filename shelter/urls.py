"""Addresses of temporary stays."""

from django.urls import path

from shelter.views import board, direction, notices, stays

urlpatterns = [
    path("shelter/", board.shelter_board, name="shelter-board"),
    path("shelter/places/", direction.places, name="shelter-places"),
    path("shelter/houses/new/", direction.shelter_new, name="shelter-new"),
    path("shelter/houses/<int:pk>/", direction.shelter_change, name="shelter-change"),
    path("shelter/places/new/", direction.place_new, name="shelter-place-new"),
    path("shelter/places/<int:pk>/", direction.place_change, name="shelter-place-change"),
    path("stays/", board.stay_list, name="stay-list"),
    path("stays/<int:pk>/", stays.stay, name="stay"),
    path("stays/<int:pk>/check-in/", stays.stay_check_in, name="stay-check-in"),
    path("stays/<int:pk>/child/", stays.stay_minor, name="stay-minor"),
    path("stays/<int:pk>/cancel/", stays.stay_cancel, name="stay-cancel"),
    path("stays/<int:pk>/exit-plan/", stays.stay_exit_plan, name="stay-exit-plan"),
    path("stays/<int:pk>/check-out/", stays.stay_check_out, name="stay-check-out"),
    path("stays/<int:pk>/allow/", direction.stay_allow, name="stay-allow"),
    path("stays/<int:pk>/overstay/", direction.stay_overstay, name="stay-overstay"),
    path("notices-about-minors/<int:pk>/", notices.notice, name="minor-notice"),
    path("notices-about-minors/<int:pk>/print/", notices.notice_print, name="minor-notice-print"),
    path("notices-about-minors/<int:pk>/send/", notices.notice_send, name="minor-notice-send"),
    path("notices-about-minors/<int:pk>/answer/", notices.notice_answer, name="minor-notice-answer"),
    path("cases/<int:pk>/stay/", stays.case_stay, name="case-stay"),
    path("cases/<int:pk>/stay/reserve/", stays.stay_reserve, name="stay-reserve"),
]
