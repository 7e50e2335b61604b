"""The demonstration city: invented citizens of five real municipalities write for two years,
and what was planted among their messages is written down as the truth.

    Plan(seed, items)      what is planted, and where              truth.py
      → City.item(index)   one item, a pure function of its index  generate.py
      → payloads           as its source shows it at an instant    payloads.py
      → simulators         HTTP, XLSX folder, second database      store.py serve.py folder.py database.py
"""
