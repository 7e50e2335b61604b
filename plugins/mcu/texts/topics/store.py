"""The fitted models as files, `var/topics/<version>.npz`. A file is what its name says, or it is not there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mcu.errors import UserError
from mcu.settings import settings

if TYPE_CHECKING:
    from mcu.texts.topics.model import TopicModel


class ModelLost(UserError):
    """The file of a model is missing or was changed. Field: path."""

    code = "topic_model_lost"


def save(model: TopicModel) -> str:
    """Write a model, whole or not at all. Returns its version."""
    content = model.to_bytes()
    version = _version_of(content)
    path = _path(version)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_bytes(content)
    draft.replace(path)
    return version


def is_whole(version: str) -> bool:
    path = _path(version)
    return path.is_file() and _version_of(path.read_bytes()) == version


def load(version: str) -> TopicModel:
    """Raises ModelLost."""
    if not is_whole(version):
        path = _path(version)
        raise ModelLost(f"Файл модели тем {path} утрачен или изменён: выполните mcu topics train", path=path)
    from mcu.texts.topics.model import TopicModel  # slow to import: numpy, SciPy and dictionaries

    return TopicModel.from_bytes(_path(version).read_bytes())


def _version_of(content: bytes) -> str:
    """A model is called by what it consists of."""
    return hashlib.sha256(content).hexdigest()[:16]


def _path(version: str) -> Path:
    return settings().var / "topics" / f"{version}.npz"
