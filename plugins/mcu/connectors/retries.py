"""Retries of failures that may be gone at the next attempt: one rule for every connector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_after_delay

from mcu.connectors.base import SourceError

Result = TypeVar("Result")

ATTEMPTS = 4
"""The first attempt and three retries."""
BACKOFF_SECONDS = 1.0
"""The wait before the second attempt; it doubles with each further one."""
LONGEST_BACKOFF_SECONDS = 30.0
LONGEST_SECONDS = 60.0
"""No attempt begins later than so long after the first one: a hanging source must give its place to the others."""


class TransientError(SourceError):
    """A failure that may be gone at the next attempt. `wait_seconds`: how long the source asks to wait, if it does."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


def with_retries(call: Callable[..., Result], *args: Any) -> Result:
    """The result of `call(*args)`; a TransientError is retried. Raises SourceError."""
    retrying = Retrying(
        retry=retry_if_exception_type(TransientError),
        stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(LONGEST_SECONDS),
        wait=_wait,
        reraise=True,
    )
    try:
        return retrying(call, *args)
    except TransientError as error:
        raise out_of_attempts(str(error), retrying.statistics["attempt_number"]) from None


def out_of_attempts(message: str, attempts: int = ATTEMPTS) -> SourceError:
    """The error of a failure that lasted through every attempt."""
    return SourceError(f"{message} Попыток: {attempts}.")


def backoff_seconds(failed_attempts: int) -> float:
    """The wait after so many failed attempts."""
    return min(BACKOFF_SECONDS * 2.0 ** (failed_attempts - 1), LONGEST_BACKOFF_SECONDS)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_seconds if isinstance(error, TransientError) else None
    return backoff_seconds(state.attempt_number) if asked is None else asked
