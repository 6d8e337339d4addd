"""What a replay amounts to: counts, how well rules foretell an outcome, how two versions of them differ; pure."""
