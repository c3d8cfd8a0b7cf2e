"""Addresses of data protection."""

from django.urls import path

from family_support.protection import views

urlpatterns = [
    path("members/<int:pk>/data/", views.data_request_new, name="data-request-new"),
    path("data-requests/<int:pk>/", views.data_request, name="data-request"),
    path("data-requests/<int:pk>/pdf/", views.data_request_pdf, name="data-request-pdf"),
    path("disposals/", views.disposals, name="disposals"),
    path("disposals/<int:pk>/confirm/", views.disposal_confirm, name="disposal-confirm"),
    path("disposals/<int:pk>/take-back/", views.disposal_take_back, name="disposal-take-back"),
    path("cases/<int:pk>/hold/", views.hold_new, name="hold-new"),
    path("holds/<int:pk>/lift/", views.hold_lift, name="hold-lift"),
]
