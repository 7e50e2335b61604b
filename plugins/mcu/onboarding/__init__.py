"""What helps to add a source: reading an example, guessing a spec, drafting it, previewing a load, mapping gaps."""
