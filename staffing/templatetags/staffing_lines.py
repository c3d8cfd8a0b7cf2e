"""Lines of a gap and a computation, in words."""

from django import template

from staffing import presenting

register = template.Library()
register.filter(presenting.norm_text)
register.filter(presenting.norm_note)
register.filter(presenting.substitute_text)
register.filter(presenting.exception_lines)
register.filter(presenting.reach_lines)
register.filter(presenting.mean_text)
