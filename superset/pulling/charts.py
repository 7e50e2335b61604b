"""A chart as Superset has it, in the short form of our files: only what is neither the theme's nor the browser's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from deploy import files, names
from deploy.queries import QUERIES

Body = dict[str, Any]
OWN = {
    "slice_name": "название",
    "description": "подсказка",
    "cache_timeout": "срок кэша",
    "certified_by": "кем заверена",
    "certification_details": "что заверено",
}
"""What a file says of a chart beside its parameters, in the words of the messages."""
FIRST = ("adhoc_filters", "query_mode", "all_columns", "groupby", "metric", "metrics", "order_by_cols", "x_axis")
BROWSER = yaml.safe_load(Path(__file__).with_name("browser.yml").read_text(encoding="utf-8"))
_NONE = object()


def new(stored: Body, datasets: files.Found) -> tuple[Body, list[str]]:
    """The file of a chart that has none, see `short`."""
    empty = {"slice_name": "", "description": "", "viz_type": "", "dataset": "", "uuid": stored["uuid"]}
    made, faults = short(stored, empty, datasets, is_new=True)
    return {key: value for key, value in made.items() if value != ""}, faults


def short(stored: Body, file: Body, datasets: files.Found, *, is_new: bool = False) -> tuple[Body, list[str]]:
    """`file` changed so that it says what Superset has, and what of it no file can say."""
    faults: list[str] = []
    dataset = next((name for name, body in datasets.items() if str(body["uuid"]) == stored["dataset_uuid"]), None)
    if dataset is None:
        return file, ["набор данных не из нашего каталога"]
    if stored["viz_type"] not in QUERIES:
        return file, [f"вид «{stored['viz_type']}», которого нет в deploy/queries.py"]
    dataset = dataset.removeprefix("warehouse/")
    made = deepcopy(file) | {"viz_type": stored["viz_type"], "dataset": dataset}
    expected = files.chart(made, datasets)
    for key, what in OWN.items():
        if (stored[key] or None) == (expected.get(key) or None):
            continue
        made = _with(made, key, stored[key])
        if key in files.CERTIFIED and not stored[key] and not is_new:
            faults.append(f"{what}: снято, а файлы заверены все")
    wanted = _cleaned(stored["params"])
    if foreign := list(_foreign(wanted, datasets[f"warehouse/{dataset}"])):
        return _with(made, "params", file.get("params")), faults + foreign
    params, unnamed = _params(made, wanted, datasets)
    made = _with(made, "params", params or None)
    left = [f"параметр {key}" for key in _different(made, wanted, datasets)]
    return made, faults + (unnamed or left)


def _with(body: Body, key: str, value: Any) -> Body:
    """`body` with `key`, without it for None; keys keep their order."""
    if value is None:
        return {name: old for name, old in body.items() if name != key}
    return body | {key: value}


def _cleaned(params: Body) -> Body:
    """Without what the browser or the import has added."""
    kept = {key: value for key, value in params.items() if key not in BROWSER["generated"]}
    if not kept.get("matrixify_enable"):
        kept = {key: value for key, value in kept.items() if not key.startswith("matrixify_")}
    filters = [
        {key: value for key, value in given.items() if key not in BROWSER["of_a_filter"] or _is_sql(given)}
        for given in kept.get("adhoc_filters") or []
        if (given.get("operator"), given.get("comparator")) != ("TEMPORAL_RANGE", "No filter")
    ]
    return kept | {"adhoc_filters": filters}


def _is_sql(given: Body) -> bool:
    return given.get("expressionType") != "SIMPLE"


def _foreign(params: Body, dataset: Body) -> Iterator[str]:
    """What a chart has that the dataset does not: measures and columns written into the chart itself, SQL filters."""
    columns = {column["column_name"] for column in dataset["columns"]}
    metrics = {metric["metric_name"] for metric in dataset.get("metrics", [])}
    if any(_is_sql(given) or given.get("clause", "WHERE") != "WHERE" for given in params["adhoc_filters"]):
        yield "отбор, написанный на SQL: добавьте столбец в витрину"
        return
    for named, known, what in (
        (names.of_columns(params), columns, "столбец"),
        (names.of_metrics(params), metrics, "мера"),
        (names.of_either(params), columns | metrics, "оформление столбца"),
    ):
        for name in named:
            if not isinstance(name, str):
                label = name.get("label") or name.get("sqlExpression") if isinstance(name, dict) else name
                yield f"{what} «{label}» из самой диаграммы, а не из набора данных"
            elif name not in known:
                yield f"{what} «{name}», которого нет в наборе данных"


def _params(made: Body, wanted: Body, datasets: files.Found) -> tuple[Body, list[str]]:
    """The own parameters of a chart that has the parameters `wanted`."""
    own = dict(made.get("params", {}))
    expected = files.chart(made, datasets)["params"]
    faults = []
    for key in sorted(wanted.keys() | expected.keys(), key=_place):
        given = wanted.get(key, _NONE)
        if given == expected.get(key, _NONE) or key == "viz_type" or _means_nothing(key, given, own, expected):
            continue
        common = files.chart({**made, "params": _colourless(own)}, datasets)["params"]
        if given is _NONE or given == common.get(key, _NONE):
            own.pop(key, None)
            continue
        try:
            value = _in_words(key, given, own, common)
        except KeyError as unknown:
            faults.append(f"цвет {unknown.args[0]}, которого нет в theme/colours.yml")
            continue
        own = _with(own, key, None if value == {} else value)
    return own, faults


def _place(key: str) -> tuple[int, str]:
    return (FIRST.index(key) if key in FIRST else len(FIRST), key)


def _colourless(own: Body) -> Body:
    """The parameters of a chart that leaves all to the theme; names of columns give their formats."""
    return {key: own[key] for key in ("all_columns",) if key in own}


def _means_nothing(key: str, given: Any, own: Body, expected: Body) -> bool:
    """The parameter was written or dropped by the browser, not by a person."""
    if given is _NONE:
        return key not in own or key in BROWSER["dropped"]
    if key in expected:
        return False
    return given == BROWSER["defaults"].get(key, _NONE) or given in (None, "", [], {})


def _in_words(key: str, given: Any, own: Body, common: Body) -> Any:
    """A parameter as files write it. Raises KeyError with a colour without a name."""
    if key == "adhoc_filters":
        return [[one["subject"], one["operator"], one.get("comparator")] for one in given]
    if key == "color_picker":
        return _colour("#{r:02x}{g:02x}{b:02x}".format(**given), [own.get(key)])
    if key == "conditional_formatting":
        before = [rule["colorScheme"] for rule in own.get(key, [])]
        return [_rule(rule, before) for rule in given]
    if key == "column_config":
        return _formats(given, own.get(key, {}), common.get(key, {}))
    return given


def _rule(rule: Body, before: list[str]) -> Body:
    kept = {key: value for key, value in rule.items() if files.TEXT_RULE.get(key, _NONE) != value}
    return kept | {"colorScheme": _colour(rule["colorScheme"], before)}


def _colour(value: str, before: list[Any]) -> str:
    """The name of a colour: the one the file had, if that fits."""
    known = files.colours()
    named = [name for name in (*before, *files.theme("colours.yml")["meaning"], *known) if name in known]
    for name in named:
        if known[name].lower() == value.lower():
            return str(name)
    raise KeyError(value)


def _formats(given: Body, own: Body, common: Mapping[str, Any]) -> Body:
    """Formats of columns that differ from those of their type. A column without one has that of its type."""
    kept = {name: given[name] for name in own if name in given}
    return kept | {name: value for name, value in given.items() if name not in own and value != common.get(name)}


def _different(made: Body, wanted: Body, datasets: files.Found) -> list[str]:
    """Parameters in which the file, written out, differs from what Superset has."""
    own = made.get("params", {})
    expected = files.chart(made, datasets)["params"]
    return [
        key
        for key in sorted(wanted.keys() | expected.keys())
        if wanted.get(key, _NONE) != _among(wanted, key, expected.get(key, _NONE))
        and not _means_nothing(key, wanted.get(key, _NONE), own, expected)
    ]


def _among(wanted: Body, key: str, value: Any) -> Any:
    """Formats of columns that have none in Superset are not compared: they are those of their type."""
    if key != "column_config":
        return value
    return {name: given for name, given in value.items() if name in wanted.get(key, {})}
