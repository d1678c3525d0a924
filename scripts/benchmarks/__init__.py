"""What Signpost is measured by: one module an area, each yielding lines of one table."""
