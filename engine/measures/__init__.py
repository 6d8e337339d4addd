"""A client's history and instants in, values out: pure and vectorised over many clients at once."""
