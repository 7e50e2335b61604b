"""Help with adding a source: read an example, guess its columns, draft a spec and staging, preview a load, find the
names that no map knows."""
