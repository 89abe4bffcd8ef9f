"""Drawings by the pixel: colours, lettering that is measured, shapes on a sheet, rows and axes."""
