"""What monitoring holds: counts and keys; words of the Center about its work and that of bodies may name somebody."""

from family_support.base.personal_data import fields

PERSONAL = {
    "AnalyticNote": fields(text="text", none="title"),
    "CorrectionsAnnex": fields(text="note", none="figures lines"),
    "FrozenRecords": fields(none="records"),
    "OutreachEvent": fields(text="partners result cancel_reason", none="topic place"),
    "ProposedShortcoming": fields(text="reason", none="rule detail records"),
    "QuarterlyReport": fields(text="conclusion", none="figures shown"),
    "Roundup": fields(none="figures centers"),
    "Shortcoming": fields(text="text proposal"),
}
