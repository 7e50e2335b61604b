"""The kinds of documents in the ledger. A new one is a line here: an object or a module with `KIND`, `title`, `files`
and `difference` (`ledger.Kind`), and its words for lists."""

from __future__ import annotations

from mcu.publications.indicators import package
from mcu.publications.ledger import Kind
from mcu.publications.note import weekly
from mcu.publications.open_data import dataset
from mcu.publications.papers.kinds import PAPERS
from mcu.publications.slices import document as slices
from mcu.publications.sstu import report

_ALL: dict[str, tuple[Kind, str]] = {
    package.KIND: (package, "показатели"),
    weekly.KIND: (weekly, "записка"),
    **{paper.KIND: (paper, paper.words) for paper in PAPERS},
    slices.KIND: (slices, "разрезы"),
    report.KIND: (report, "результаты для ССТУ"),
    dataset.KIND: (dataset, "открытые данные"),
}
"""By `kind`, in the order in which people read them."""

KINDS: dict[str, Kind] = {kind: found for kind, (found, _) in _ALL.items()}

TITLES = {kind: words for kind, (_, words) in _ALL.items()}
