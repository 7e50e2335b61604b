"""Who is responsible for an alert: the codes in rules and specs, and their Russian titles."""

OWNERS: dict[str, str] = {
    "data_engineer": "инженер данных",
    "curator": "куратор МЦУ",
    "operator": "оператор МЦУ",
    "mcc_head": "руководитель МЦУ",
}


def owner_title(owner: str) -> str:
    """The Russian title of an owner; an unknown code is shown as it is."""
    return OWNERS.get(owner, owner)


def owner_code(title: str) -> str:
    """The code of an owner whose title a DAG carries; anybody else's task is the data engineer's."""
    return next((code for code, known in OWNERS.items() if known == title), "data_engineer")
