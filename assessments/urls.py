"""Addresses of the primary assessment."""

from django.urls import path

from assessments import views

urlpatterns = [
    path("cases/<int:pk>/assessment/", views.assessment, name="assessment"),
    path("cases/<int:pk>/assessment/start/", views.assessment_start, name="assessment-start"),
    path("cases/<int:pk>/assessment/grounds/", views.assessment_grounds, name="assessment-grounds"),
    path("cases/<int:pk>/assessment/immediate/", views.assessment_immediate, name="assessment-immediate"),
    path("cases/<int:pk>/assessment/conclude/", views.assessment_conclude, name="assessment-conclude"),
    path(
        "cases/<int:pk>/assessment/sections/<slug:section>/",
        views.assessment_section,
        name="assessment-section",
    ),
    path("cases/<int:pk>/needs/", views.needs, name="needs"),
    path("assessments/<int:pk>/", views.assessment_read, name="assessment-read"),
    path("immediate-measures/<int:pk>/remove/", views.immediate_remove, name="immediate-remove"),
    path("immediate-measures/<int:pk>/done/", views.immediate_done, name="immediate-done"),
    path("needs/<int:pk>/remove/", views.need_remove, name="need-remove"),
]
