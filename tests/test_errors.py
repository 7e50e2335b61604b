"""Errors for people carry a code and fields for programs."""

from __future__ import annotations

import pickle

from mcu.errors import UserError
from mcu.landing.load import SourceLocked
from mcu.landing.run import LoadBrokenOff, LoadError
from mcu.landing.writer_process import WriterStopped
from mcu.warehouse.dbt import DbtFailed


def test_an_error_survives_a_pipe_whole() -> None:
    """The writing process sends its errors to the load."""
    error = SourceLocked("Источник «Проба» уже загружается. Дождитесь окончания.", slug="demo")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is SourceLocked and str(copy) == str(error)
    assert (copy.code, copy.fields) == ("source_locked", {"slug": "demo"})


def test_each_kind_has_its_code() -> None:
    kinds = (UserError, LoadError, LoadBrokenOff, SourceLocked, WriterStopped, DbtFailed)
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert UserError("Файла нет.").fields == {}
