"""Results of questions for ССТУ.РФ (Указ Президента РФ от 17.04.2017 № 171): JSON by the published field rules.

`results` reads them from the marts and divides them into valid and refused ones, `report` is the kind of the ledger,
`publish` makes the reports of a month."""

from mcu.publications.sstu.publish import publish

__all__ = ["publish"]
