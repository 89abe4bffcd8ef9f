"""The mathematics: trees, the stage solution and the process over time. Arrays in, arrays out."""
