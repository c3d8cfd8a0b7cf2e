from django.urls import path

from family_support.deadlines import calendar_views, held_views, hours_views, views

urlpatterns = [
    path("deadlines/<int:pk>/", views.explain, name="deadline-explain"),
    path("deadlines/held/", held_views.held, name="held-days"),
    path("reference/calendar/", calendar_views.calendar, name="calendar"),
    path("reference/calendar/change/", calendar_views.change, name="calendar-change"),
    path("reference/calendar/recounts/<int:pk>/", calendar_views.recount, name="calendar-recount"),
    path("directory/centers/<int:pk>/hours/", hours_views.hours, name="center-hours"),
]
