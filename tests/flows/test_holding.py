"""Silence that may be an outage is nobody's alert until the data are back."""
