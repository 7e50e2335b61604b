"""What is read out of texts that never leave staging. A module with a function `step` computes one dbt model of the
materialization `step`: rows of the model's SQL in, rows of its table out (`mcu.warehouse.step`)."""
