"""The demo world: an invented sales organisation, written out in the formats of real exports."""
