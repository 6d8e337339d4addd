"""A Twilio on this machine for tests and trials.

It takes texts, signs its calls, and misbehaves by a seed when asked to.
"""
