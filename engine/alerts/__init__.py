"""Alerts: from the spans of rules and the alerts there are to decisions, each with its reason.

Pure.
"""
