from django.urls import path

from family_support.notifications import views

urlpatterns = [
    path("notices/", views.notice_list, name="notices"),
    path("notices/counter/", views.notice_counter, name="notice-counter"),
    path("notices/read/", views.notices_read, name="notices-read"),
    path("notices/<int:pk>/read/", views.notice_read, name="notice-read"),
]
