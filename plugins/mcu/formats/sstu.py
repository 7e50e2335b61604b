"""The ССТУ question format: JSON of one appeal with the results of its questions, by its published field rules
(Указ Президента РФ от 17.04.2017 № 171).

`Appeal` checks what we write, `received_faults` what another system sends. Received records may break three rules:
the misspelt status NotRecieved is read as NotReceived; the author's name (sent empty by a known system) and the scan of
the answer are not demanded, since neither may land. Faults name fields and rules, never values."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

MISSPELT = {"NotRecieved": "NotReceived"}
LARGEST_ATTACHMENT = 10**7
"""Characters of base64 must be fewer."""

Status = Literal[
    "NotReceived",
    "NotRegistered",
    "InWork",
    "Explained",
    "Supported",
    "NotSupported",
    "Transferred",
    "Answered",
    "LeftWithoutAnswer",
]
EXTENDED = ("InWorkExtended", "ConsiderationExtended")
"""Newer spellings of InWork with isExtend."""
_REVIEWED = ("Explained", "Supported", "NotSupported", "Answered")
_WITH_RESPONSE = (*_REVIEWED, "LeftWithoutAnswer")
_BEFORE_REGISTRATION = ("NotReceived", "NotRegistered")


def _fault(what: str) -> PydanticCustomError:
    return PydanticCustomError("sstu", "{what}", {"what": what})


def _day(value: Any) -> date:
    """A date as the format writes it; pydantic by itself would accept seconds and times too."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    if type(value) is date:
        return value
    raise _fault("не дата вида гггг-мм-дд")


Day = Annotated[date, BeforeValidator(_day)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attachment(_Part):
    """A scan of the answer."""

    name: str = Field(min_length=1)
    content: str = Field(min_length=1, pattern=r"^[A-Za-z0-9+/]+={0,2}$")
    """Base64."""


class Transfer(_Part):
    """The authority to which a question was forwarded by competence."""

    departmentId: UUID
    transferDate: Day
    transferNumber: str = Field(min_length=1)


class Question(_Part):
    """One classifier code of an appeal with its result."""

    code: str = Field(pattern=r"^[0-9]{4}(\.[0-9]{4}){3,4}$")
    status: Status
    incomingDate: Day | None = None
    registrationDate: Day | None = None
    isExtend: StrictBool | None = None
    responseDate: Day | None = None
    attachment: Attachment | None = None
    actionsTaken: StrictBool | None = None
    transfer: Transfer | None = None

    @model_validator(mode="after")
    def _fits_its_status(self, info: ValidationInfo) -> Question:
        s = self.status
        demanded = {
            "incomingDate": s != "NotReceived",
            "registrationDate": s not in _BEFORE_REGISTRATION,
            "responseDate": s in _WITH_RESPONSE,
            "transfer": s == "Transferred",
            "attachment": s in _REVIEWED and not _is_reading(info),
        }
        for field, is_demanded in demanded.items():
            if is_demanded and getattr(self, field) is None:
                raise _fault(f"{field}: нужно при статусе {s}")
        allowed = {"actionsTaken": s == "Supported", "isExtend": s == "InWork", "transfer": s == "Transferred"}
        for field, is_allowed in allowed.items():
            if not is_allowed and getattr(self, field):
                raise _fault(f"{field}: не бывает при статусе {s}")
        if self.registrationDate and self.incomingDate and self.registrationDate < self.incomingDate:
            raise _fault("registrationDate: раньше incomingDate")
        if self.responseDate and self.registrationDate and self.responseDate < self.registrationDate:
            raise _fault("responseDate: раньше registrationDate")
        if self.attachment and len(self.attachment.content) >= LARGEST_ATTACHMENT:
            raise _fault("attachment: содержимое не меньше 10 000 000 знаков base64")
        return self


class Appeal(_Part):
    """One appeal as it is sent. `model_validate` checks what we write, `received_faults` what we receive."""

    departmentId: UUID
    isDirect: StrictBool
    format: Literal["Electronic", "Other"]
    number: str = Field(min_length=1)
    createDate: Day | None = None
    name: str | None = None
    address: str | None = None
    email: str | None = None
    questions: list[Question] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_its_channel(self, info: ValidationInfo) -> Appeal:
        if not self.isDirect and self.createDate is None:
            raise _fault("createDate: нужно, когда обращение поступило не напрямую")
        if not _is_reading(info) and not (self.name or "").strip():
            raise _fault("name: не заполнено")
        for number, question in enumerate(self.questions, 1):
            if self.isDirect or self.createDate is None or question.incomingDate is None:
                continue
            if question.incomingDate < self.createDate:
                raise _fault(f"questions.{number}.incomingDate: раньше createDate")
        return self


def received_faults(record: Any) -> list[str]:
    """The faults of a record that another system sent; the record is not changed."""
    try:
        Appeal.model_validate(_normalized(record), context={"reading": True})
    except ValidationError as error:
        return [_describe(e) for e in error.errors(include_input=False, include_url=False)]
    return []


def written(appeal: Appeal) -> dict[str, Any]:
    """The appeal as JSON that is sent: dates yyyy-MM-dd, empty fields left out."""
    return appeal.model_dump(mode="json", exclude_none=True)


def _normalized(record: Any) -> Any:
    """The record in the published spelling, without fields that the format does not know."""
    if not isinstance(record, dict):
        return record
    found = {key: value for key, value in record.items() if key in Appeal.model_fields}
    if isinstance(questions := found.get("questions"), list):
        found["questions"] = [_normalized_question(q) if isinstance(q, dict) else q for q in questions]
    return found


def _normalized_question(question: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in question.items() if key in Question.model_fields and value != ""}
    status = found.get("status")
    if isinstance(status, str) and status in MISSPELT:
        found["status"] = MISSPELT[status]
    elif status in EXTENDED:
        found |= {"status": "InWork", "isExtend": True}
    if isinstance(attachment := found.get("attachment"), str | dict) and not attachment:
        del found["attachment"]
    return found


def _is_reading(info: ValidationInfo) -> bool:
    return bool(info.context and info.context.get("reading"))


_WORDS = {
    "missing": "нет поля",
    "extra_forbidden": "неизвестное поле",
    "uuid_parsing": "не GUID",
    "uuid_type": "не GUID",
    "bool_type": "не true и не false",
    "literal_error": "нет такого значения в справочнике формата",
    "string_pattern_mismatch": "не подходит под образец",
    "string_too_short": "не заполнено",
    "string_type": "не текст",
    "too_short": "нет ни одного",
    "list_type": "не список",
    "model_type": "не объект с полями",
}


def _describe(error: Any) -> str:
    """A fault with its field; positions in lists count from 1."""
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
    what = error["ctx"]["what"] if error["type"] == "sstu" else _WORDS.get(error["type"], "не по формату")
    if not where:
        return what
    return f"{where}.{what}" if ":" in what else f"{where}: {what}"
