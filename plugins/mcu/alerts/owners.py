"""Who answers for what: the codes that rules and sources use, and the words that people read."""

OWNERS: dict[str, str] = {
    "data_engineer": "инженер данных",
    "curator": "куратор МЦУ",
    "operator": "оператор МЦУ",
    "mcc_head": "руководитель МЦУ",
}


def owner_title(owner: str) -> str:
    """The owner for people; a code that nobody named is shown as it is."""
    return OWNERS.get(owner, owner)
