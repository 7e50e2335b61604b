"""Reference data, `dbt_project/seeds`: checked as files, before dbt reads them."""

from mcu.seeds.check import SeedsFaulty, check_seeds

__all__ = ["SeedsFaulty", "check_seeds"]
