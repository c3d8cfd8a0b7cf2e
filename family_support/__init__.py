"""Case management of Kazakhstan's Family Support Centers: the project and the ground its apps stand on."""

from family_support.celery import app as celery_app

__all__ = ["celery_app"]
