"""Open data: a fixed list of indicators as CSV with structure and passport, as Russian open-data sets have them.

What may be public is the constant `dataset.PUBLIC` and nothing else: no parameter, setting or reference data widens
it."""

from mcu.publications.open_data.publish import publish

__all__ = ["publish"]
