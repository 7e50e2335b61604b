"""What leaves the platform: packages of files with a manifest, kept in `ops.publications` as they were published."""
