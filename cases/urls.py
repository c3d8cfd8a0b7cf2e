"""Addresses of intakes and cases."""

from django.urls import path

from cases.views import cases, day, intakes, people, steps, team

urlpatterns = [
    path("day/", day.my_day, name="my-day"),
    path("cases/", cases.case_list, name="case-list"),
    path("cases/search/", day.case_search, name="case-search"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/open/", cases.case_open, name="case-open"),
    path("cases/<int:pk>/people/", people.case_people, name="case-people"),
    path("cases/<int:pk>/people/new/", people.member_add, name="member-add"),
    path("members/<int:pk>/", people.member_change, name="member-change"),
    path("cases/<int:pk>/consent/", people.consent_new, name="consent-new"),
    path("consents/<int:pk>/", people.consent, name="consent"),
    path("consents/<int:pk>/withdraw/", people.consent_withdraw, name="consent-withdraw"),
    path("consents/<int:pk>/settle/", people.consent_settle, name="consent-settle"),
    path("cases/<int:pk>/documents/", team.case_documents, name="case-documents"),
    path("cases/<int:pk>/history/", cases.case_history, name="case-history"),
    path("cases/<int:pk>/consultation/", steps.case_consultation, name="case-consultation"),
    path("redirections/<int:pk>/", steps.redirection, name="redirection"),
    path("redirections/<int:pk>/print/", steps.redirection_print, name="redirection-print"),
    path("cases/<int:pk>/assess/", steps.case_assess, name="case-assess"),
    path("cases/<int:pk>/risk/", steps.case_risk, name="case-risk"),
    path("cases/<int:pk>/threat/", steps.threat_flag, name="threat-flag"),
    path("cases/<int:pk>/threat/response/", steps.threat_respond, name="threat-respond"),
    path("cases/<int:pk>/close/", steps.case_close, name="case-close"),
    path("cases/<int:pk>/take/", steps.case_take, name="case-take"),
    path("cases/<int:pk>/team/", team.case_team, name="case-team"),
    path("team/<int:pk>/remove/", team.member_remove, name="member-remove"),
    path("grants/<int:pk>/end/", team.grant_end, name="grant-end"),
    path("intakes/new/", intakes.intake_new, name="intake-new"),
    path("intakes/duplicates/", intakes.intake_duplicates, name="intake-duplicates"),
    path("intakes/<int:pk>/", intakes.intake, name="intake"),
    path("intakes/<int:pk>/register/", intakes.intake_register, name="intake-register"),
    path("intakes/<int:pk>/refuse/", intakes.intake_refuse, name="intake-refuse"),
    path("intakes/<int:pk>/slip/", intakes.intake_slip, name="intake-slip"),
    path("intakes/<int:pk>/slip/print/", intakes.intake_slip_print, name="intake-slip-print"),
    path("intakes/<int:pk>/consultation/", steps.consultation_new, name="consultation-new"),
]
