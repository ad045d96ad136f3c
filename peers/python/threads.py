"""A thread for each cell, which writes its result into a grid behind a lock.

An exception in a thread is printed and lost, and with it the cell: here it is kept, and raised again.
"""

from threading import Lock, Thread

from life import Stepper, serve


class LockingGrid:
    """A grid that many threads write."""

    def __init__(self, grid):
        self.grid, self.lock = grid, Lock()

    def set(self, x, y, alive):
        with self.lock:
            self.grid.set(x, y, alive)


class ThreadPerCell(Stepper):
    def step(self, grid, generation):
        following = LockingGrid(grid.empty())
        errors = []

        def run(x, y):
            try:
                following.set(x, y, self.work.next_state(grid.get, x, y, generation))
            except Exception as error:  # Whatever it is, the caller wants it.
                errors.append(error)

        threads = [Thread(target=run, args=place) for place in grid.cells()]
        for thread in threads:
            thread.start()  # Fan out.
        for thread in threads:
            thread.join()  # Fan in.
        if errors:
            raise errors[0]
        return following.grid


if __name__ == "__main__":
    serve(ThreadPerCell)
