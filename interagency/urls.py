from django.urls import path

from interagency.views import body, center, district, officer

urlpatterns = [
    path("tasks/", officer.inbox, name="task-inbox"),
    path("tasks/<int:pk>/", officer.task_page, name="task"),
    path("tasks/<int:pk>/accept/", officer.task_accept, name="task-accept"),
    path("tasks/<int:pk>/decline/", officer.task_decline, name="task-decline"),
    path("tasks/<int:pk>/report/", officer.task_report, name="task-report"),
    path("tasks/<int:pk>/review/", center.report_review, name="report-review"),
    path("tasks/<int:pk>/withdraw/", center.task_withdraw, name="task-withdraw"),
    path("tasks/<int:pk>/settle/", center.task_settle, name="task-settle"),
    path("body/tasks/", body.body_tasks, name="body-tasks"),
    path("district/", district.district_figures, name="district-figures"),
    path("handoffs/<int:pk>/undelivered/", center.handoff_undelivered, name="handoff-undelivered"),
    path("handoffs/<int:pk>/send/", center.handoff_send, name="handoff-send"),
    path("handoffs/<int:pk>/hold/", center.handoff_hold, name="handoff-hold"),
    path("cases/<int:pk>/agencies/", center.case_agencies, name="case-agencies"),
]
