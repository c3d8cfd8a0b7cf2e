from django.urls import path

from family_support.documents import views

urlpatterns = [
    path("attachments/<int:pk>/", views.attachment_download, name="attachment-download"),
    path("renderings/<int:pk>/", views.rendering_status, name="rendering-status"),
    path("renderings/<int:pk>/file/", views.rendering_download, name="rendering-download"),
]
