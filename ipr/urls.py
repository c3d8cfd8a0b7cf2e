"""Addresses of the individual work plan."""

from django.urls import path

from ipr.views import approval, editor, ending, papers, plan, signing, termination

urlpatterns = [
    path("cases/<int:pk>/plan/", plan.plan, name="plan"),
    path("cases/<int:pk>/plan/start/", plan.plan_start, name="plan-start"),
    path("plans/<int:pk>/amend/", plan.plan_amend, name="plan-amend"),
    path("plans/<int:pk>/complete/", ending.plan_complete, name="plan-complete"),
    path("plans/<int:pk>/next/", ending.plan_next, name="plan-next"),
    path("plans/<int:pk>/end/", termination.plan_terminate, name="plan-terminate"),
    path("plans/<int:pk>/end/propose/", termination.plan_end_propose, name="plan-end-propose"),
    path("plans/<int:pk>/end/decision/", termination.plan_decision_print, name="plan-decision-print"),
    path("end-proposals/<int:pk>/recall/", termination.plan_end_recall, name="plan-end-recall"),
    path("end-proposals/<int:pk>/refuse/", termination.plan_end_refuse, name="plan-end-refuse"),
    path("plan-versions/<int:pk>/", plan.plan_version, name="plan-version"),
    path("plan-versions/<int:pk>/parts/", plan.plan_preview, name="plan-preview"),
    path("plan-versions/<int:pk>/difference/", plan.plan_compare, name="plan-compare"),
    path("plan-versions/<int:pk>/print/", papers.plan_print, name="plan-print"),
    path("plan-versions/<int:pk>/edit/", editor.plan_edit, name="plan-edit"),
    path("plan-versions/<int:pk>/day/", editor.plan_day, name="plan-day"),
    path("plan-versions/<int:pk>/measures/new/", editor.measure_add, name="plan-measure-new"),
    path("plan-versions/<int:pk>/family-measures/new/", editor.family_add, name="plan-family-new"),
    path("plan-versions/<int:pk>/participants/new/", editor.participant_add, name="plan-participant-new"),
    path("plan-versions/<int:pk>/freeze/", signing.plan_freeze, name="plan-freeze"),
    path("plan-versions/<int:pk>/sign/", signing.plan_sign, name="plan-sign"),
    path("plan-versions/<int:pk>/thaw/", signing.plan_thaw, name="plan-thaw"),
    path("plan-versions/<int:pk>/rework/", signing.plan_rework, name="plan-rework"),
    path("plan-versions/<int:pk>/discard/", signing.plan_discard, name="plan-discard"),
    path("plan-versions/<int:pk>/approve/", approval.plan_approve, name="plan-approve"),
    path("plan-versions/<int:pk>/return/", approval.plan_return, name="plan-return"),
    path("measures/<int:pk>/", editor.measure_edit, name="plan-measure"),
    path("measures/<int:pk>/remove/", editor.measure_remove, name="plan-measure-remove"),
    path("family-measures/<int:pk>/", editor.family_edit, name="plan-family"),
    path("family-measures/<int:pk>/remove/", editor.family_remove, name="plan-family-remove"),
    path("family-measures/<int:pk>/mark/", ending.family_mark, name="family-mark"),
    path("participants/<int:pk>/remove/", editor.participant_remove, name="plan-participant-remove"),
    path("approvals/", approval.approval_queue, name="approval-queue"),
]
