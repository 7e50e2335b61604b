"""What leaves the platform: the monthly package of indicators and the deadline digest.

Each publication is stored in `ops.publications` exactly as it was published."""
