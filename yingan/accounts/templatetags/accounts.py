"""Showing persons' data in pages."""

from django import template

from yingan.kernel.sealed import mask_phone

register = template.Library()
register.filter("masked", mask_phone)
