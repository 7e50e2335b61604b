"""The saved slices of a month as a document, one workbook a municipality."""

from mcu.publications.slices.publish import publish

__all__ = ["publish"]
