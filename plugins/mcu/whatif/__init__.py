"""«Модели последствий управленческих решений»: the last two years replayed under another deadline, calendar or
number of hands. Deadlines are built by their own models in a schema of their own, which is dropped at the end; nothing
is written into marts."""
