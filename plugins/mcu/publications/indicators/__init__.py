"""The monthly package of indicators for the regional centre (ЦУР): XLSX, CSV, JSON and a manifest.

`figures` reads the document, `workbook` and `package` make the files, `difference` compares two revisions, `publish`
calls them in order."""

from mcu.publications.indicators.publish import previous_month, publish

__all__ = ["previous_month", "publish"]
