"""Municipal boundaries, which an installation lays into a folder as GeoJSON (`MCU_GEO`), for the map of places."""
