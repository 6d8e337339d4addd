"""A Twilio on this machine, for tests and trials: takes texts, signs its calls, misbehaves by seed when asked to."""
