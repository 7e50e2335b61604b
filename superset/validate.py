"""Check the dashboards without a server: every name must lead to a column of a dbt model. Runs in the main environment.

python superset/validate.py [--assets FOLDER] [--manifest FILE] [--project FOLDER]   # manifest: `mcu-dbt parse`
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from deploy.chain import problems

HERE = Path(__file__).resolve().parent
VAR = Path(os.environ.get("MCU_VAR") or HERE.parent / "var")


def main() -> int:
    arguments = argparse.ArgumentParser(description="Проверить цепочку дашборд → диаграмма → набор → модель → столбец")
    arguments.add_argument("--assets", type=Path, default=HERE / "assets")
    arguments.add_argument("--manifest", type=Path, default=VAR / "dbt" / "target" / "manifest.json")
    arguments.add_argument("--project", type=Path, default=HERE.parent / "dbt_project")
    given = arguments.parse_args()
    if not given.manifest.exists():
        print(f"Нет {given.manifest}: сначала выполните mcu-dbt parse", file=sys.stderr)
        return 2
    found = problems(given.assets, given.manifest, given.project)
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"Дашборды: {'ошибок ' + str(len(found)) if found else 'цепочка цела'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
