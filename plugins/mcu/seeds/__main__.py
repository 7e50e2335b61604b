"""`python -m mcu.seeds`: the check of `make check`; needs no database."""

from mcu.errors import UserError
from mcu.seeds import check_seeds
from mcu.settings import ROOT

try:
    check_seeds(ROOT / "dbt_project", ROOT / "docs" / "indicators")
except UserError as error:
    raise SystemExit(str(error)) from None
print("Справочники: ошибок нет")
