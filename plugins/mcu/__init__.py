"""The data platform of a municipal control centre (МЦУ)."""
