"""Methods on arrays: arrays in, arrays out; no scenario is known here."""
