"""Tables, migrations and queries, by noun; the only importer of SQLAlchemy.

Statements are module constants, because a statement takes longer to build than to run for one
client (ADR 0031).
"""
