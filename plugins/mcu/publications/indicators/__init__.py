"""The monthly package of indicators for the regional centre (ЦУР): XLSX, CSV, JSON and a manifest.

`document` reads the figures, `workbook` and `package` make the files, `difference` compares two revisions, `publish`
calls them in order."""

from mcu.publications.indicators.publish import Publication, previous_month, publish, verify

__all__ = ["Publication", "previous_month", "publish", "verify"]
