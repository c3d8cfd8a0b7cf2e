"""Addresses of mobile groups, alarms, response plans and visits."""

from django.urls import path

from mobile_groups.views import alarms, groups, plans, visits

urlpatterns = [
    path("groups/", groups.group_list, name="group-list"),
    path("groups/new/", groups.group_new, name="group-new"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/edit/", groups.group_edit, name="group-edit"),
    path("groups/<int:pk>/in-force/", groups.group_in_force, name="group-in-force"),
    path("groups/<int:pk>/discard/", groups.group_discard, name="group-discard"),
    path("groups/<int:pk>/members/new/", groups.member_new, name="group-member-new"),
    path("group-members/<int:pk>/", groups.member_edit, name="group-member-edit"),
    path("group-members/<int:pk>/remove/", groups.member_remove, name="group-member-remove"),
    path("group-members/<int:pk>/up/", groups.member_up, name="group-member-up"),
    path("alarms/", alarms.alarm_list, name="alarm-list"),
    path("alarms/<int:pk>/", alarms.alarm, name="alarm"),
    path("alarms/<int:pk>/acknowledge/", alarms.alarm_acknowledge, name="alarm-acknowledge"),
    path("alarms/<int:pk>/engage/", alarms.alarm_engage, name="alarm-engage"),
    path("alarms/<int:pk>/brief/", alarms.alarm_brief, name="alarm-brief"),
    path("alarms/<int:pk>/close/", alarms.alarm_close, name="alarm-close"),
    path("alarms/<int:pk>/plan/", plans.plan_new, name="response-plan-new"),
    path("alarms/<int:pk>/visits/new/", visits.visit_new, name="visit-new"),
    path("cases/<int:pk>/alarms/", alarms.case_alarms, name="case-alarms"),
    path("response-measures/", plans.response_board, name="response-board"),
    path("response-measures/<int:pk>/", plans.measure_edit, name="response-measure-edit"),
    path("response-measures/<int:pk>/mark/", plans.measure_mark, name="response-measure-mark"),
    path("response-measures/<int:pk>/remove/", plans.measure_remove, name="response-measure-remove"),
    path("response-plans/<int:pk>/", plans.response_plan, name="response-plan"),
    path("response-plans/<int:pk>/print/", plans.response_plan_print, name="response-plan-print"),
    path("response-plans/<int:pk>/measures/new/", plans.measure_new, name="response-measure-new"),
    path("response-plans/<int:pk>/in-force/", plans.response_plan_in_force, name="response-plan-in-force"),
    path("response-plans/<int:pk>/complete/", plans.response_plan_complete, name="response-plan-complete"),
    path("response-plans/<int:pk>/cancel/", plans.response_plan_cancel, name="response-plan-cancel"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/print/", visits.visit_print, name="visit-print"),
    path("visits/<int:pk>/depart/", visits.visit_depart, name="visit-depart"),
    path("visits/<int:pk>/protocol/", visits.visit_protocol, name="visit-protocol"),
    path("visits/<int:pk>/sign/", visits.visit_sign, name="visit-sign"),
    path("visits/<int:pk>/paper/", visits.visit_paper, name="visit-paper"),
    path("visits/<int:pk>/cancel/", visits.visit_cancel, name="visit-cancel"),
]
