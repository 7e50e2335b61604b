"""Sending what was approved, by mail, SFTP or HTTPS, once.

`addresses` says where a publication goes, `parcel` what is sent, `record` keeps each attempt in `ops.sendings`; each
channel (`mail`, `sftp`, `https`) hands a parcel over and returns the receipt."""

from mcu.publications.sending.send import Sent, send

__all__ = ["Sent", "send"]
