"""How upper apps let lists of deadlines name and link their records; notices link by the same entries."""

from family_support.access.subjects import register, subject_label, subject_url

__all__ = ["register", "subject_label", "subject_url"]
