"""How loudly a person is told of something: data of a term's ladder and of a kind of notice."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Loudness(models.TextChoices):
    """Everything stands in the product's own list; what differs is the mail."""

    URGENT = "urgent", _("mail at once")
    DIGEST = "digest", _("in the daily digest")
    QUIET = "quiet", _("in the product only")
