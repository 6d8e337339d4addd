"""A lock that its holder cannot take again before a thread that waits for it."""

from __future__ import annotations

import threading


class FairLock:
    """A lock whose next holder waits at a door, so that a busy holder never shuts it out."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._lock = threading.Lock()

    def take(self, seconds: float = -1) -> bool:
        """Take the lock; return whether it came in time.

        Args:
            seconds: How long to wait for the door, and then for the lock; -1 waits without end.
        """
        if not self._door.acquire(timeout=seconds):
            return False
        try:
            return self._lock.acquire(timeout=seconds)
        finally:
            self._door.release()

    def release(self) -> None:
        """Let the thread at the door have the lock."""
        self._lock.release()

    @property
    def awaited(self) -> bool:
        """Whether a thread stands at the door."""
        return self._door.locked()
