from django.urls import path

from family_support.reference import views

urlpatterns = [
    path("reference/", views.index, name="reference"),
    path("reference/<slug:slug>/", views.row_list, name="reference-list"),
    path("reference/<slug:slug>/sheet/", views.export, name="reference-sheet"),
    path("reference/<slug:slug>/new/", views.add, name="reference-add"),
    path("reference/<slug:slug>/<int:pk>/", views.row_page, name="reference-row"),
    path("reference/<slug:slug>/<int:pk>/change/", views.change, name="reference-change"),
    path("reference/<slug:slug>/<int:pk>/end/", views.end, name="reference-end"),
    path("reference/<slug:slug>/<int:pk>/correct/", views.correct, name="reference-correct"),
    path("reference/<slug:slug>/<int:pk>/cancel/", views.cancel, name="reference-cancel"),
]
