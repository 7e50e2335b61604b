"""Documents of one shape: assessment of a year, rating of a quarter, справка on a topic, report of a sector block,
register of requests. A maker says what stands in them; looks, bindings, ledger and files are shared.

| module | holds |
|---|---|
| `period` | months, quarters and years, as people name them |
| `paper` | sections with lines, points and tables, written through `Bindings` |
| `document` | the DOCX by the template `paper.docx` |
| `kinds` | the kinds of the ledger |
| `publish` | making them, one a municipality |
| `assessment`, `quarter`, `subject`, `requests` | the makers |
"""
