"""Identity never lands: pseudonyms, masking of free text, names. Everything here runs before the first write."""
