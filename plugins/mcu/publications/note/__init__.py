"""The weekly analytical note to the head of administration: DOCX with charts, and the list of its numbers.

`figures` reads the marts, `sections` and `outlook` put them into words through `bindings`, `document` fills the Word
template, `weekly` is the kind of publication, `publish` calls them in order."""

from mcu.publications.note.publish import publish

__all__ = ["publish"]
