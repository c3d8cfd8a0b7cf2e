"""Models whose changes the history does not record, each with its reason. A test fails for a model neither
here nor tracked.
"""

OPT_OUT: dict[str, str] = {
    "access.ReadEntry": "the read log: a view on append-only rows",
    "accounts.User_groups": "Django's groups are not used: rights come from memberships, which are tracked",
    "accounts.User_user_permissions": "Django's permissions of users are not used, for the same reason",
    "audit.Change": "the history itself: a view",
    "base.AllowedTransition": "written by migrations only, read-only for the runtime role",
    "base.IdempotencyKey": "hash of a form's body, kept for two weeks",
    "base.KeyFingerprint": "written by the owner's command only",
    "deadlines.Heartbeat": "signs of life of recurring jobs, overwritten each minute",
    "notifications.Digest": "figures of a mail, written once; what was told are notices",
    "notifications.Mail": "attempts of the sender; what was told is a notice, what the operator decides a MailDecision",
    "outbox.Delivery": "attempts of the deliverer, no decision of a person",
    "oversight.Trail": "the history itself without content: a view",
    "outbox.Event": "written once with the change that it tells, never edited",
}
