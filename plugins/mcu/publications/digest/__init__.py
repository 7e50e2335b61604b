"""The deadline digest: each morning of a working day each recipient gets its own list by mail, of what is overdue and
what falls due within three working days. Letters leave in the administration's working hours only.

`lists` reads what is due, `letter` writes it, `addresses` finds where it goes, `sent` remembers what was sent,
`publish` calls them in order."""

from mcu.publications.digest.lists import preview
from mcu.publications.digest.publish import publish, publish_now
from mcu.publications.digest.sent import letters_of

__all__ = ["letters_of", "preview", "publish", "publish_now"]
