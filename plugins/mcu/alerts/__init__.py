"""Alerts by e-mail, one for each cause: `alert` opens one, `recover` closes it, `send_pending` sends what is unsent."""

from mcu.alerts.incidents import alert, recover
from mcu.alerts.mail import send_pending

__all__ = ["alert", "recover", "send_pending"]
