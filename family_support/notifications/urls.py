from django.urls import path

from family_support.notifications import views

urlpatterns = [
    path("notices/", views.notice_list, name="notices"),
    path("notices/counter/", views.notice_counter, name="notice-counter"),
    path("notices/read/", views.notices_read, name="notices-read"),
    path("notices/<int:pk>/read/", views.notice_read, name="notice-read"),
    path("mail/parked/", views.parked_mail, name="parked-mail"),
    path("mail/parked/send-again/", views.parked_mail_retry, name="parked-mail-retry"),
    path("mail/parked/give-up/", views.parked_mail_give_up, name="parked-mail-give-up"),
]
