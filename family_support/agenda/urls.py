from django.urls import path

from family_support.agenda import feed_views, views

urlpatterns = [
    path("calendar/", views.agenda, name="agenda"),
    path("calendar/link/", feed_views.feed_page, name="calendar-feed"),
    path("calendar/link/new/", feed_views.feed_new, name="calendar-feed-new"),
    path("calendar/link/end/", feed_views.feed_end, name="calendar-feed-end"),
    path("calendar/<str:token>.ics", feed_views.feed, name="calendar-ics"),
]
