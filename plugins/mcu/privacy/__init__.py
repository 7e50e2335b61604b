"""Removes identity before anything is written: pseudonyms for authors, masking of free text, Russian names."""
