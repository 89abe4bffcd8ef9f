"""An assessment as a notebook shows it, and as labelled tables of other libraries."""
