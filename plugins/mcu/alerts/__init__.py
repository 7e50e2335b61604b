"""Who is told what, once: `alert` opens, `recover` closes, `send_pending` tells what is not told yet."""

from mcu.alerts.incidents import alert, recover
from mcu.alerts.mail import send_pending

__all__ = ["alert", "recover", "send_pending"]
