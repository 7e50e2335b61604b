"""The demonstration: invented citizens of five real municipalities write for two years, and what was planted among
their messages is written down as the truth. It runs beside the platform (`companion.py`). It uses the platform; the
platform does not know it.

    City(seed, items).item(index)   one item, a pure function of its index      generate.py
      → payloads                    as its source shows it at an instant        payloads.py
      → systems                     23 sources over their real protocols        systems/
      → truth                       what must become of all that                truth.py truth_files.py
"""
