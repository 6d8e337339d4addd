"""Statistics over a replay: counts, prediction of an outcome, differences of versions; pure."""
