"""A fixed number of threads that take cells from a queue and put results into another.

Results are values, exceptions too; nobody but the main thread writes the next grid.
"""

from queue import SimpleQueue
from threading import Thread

from life import Stepper, serve

END = object()


class QueueWorkers(Stepper):
    def __enter__(self):
        self.says = {"concurrency": self.work.workers}
        self.cells, self.results = SimpleQueue(), SimpleQueue()
        self.threads = [Thread(target=self.run) for _ in range(self.work.workers)]
        for thread in self.threads:
            thread.start()
        return self

    def run(self):
        while (cell := self.cells.get()) is not END:
            get, x, y, generation = cell
            try:
                self.results.put((x, y, self.work.next_state(get, x, y, generation)))
            except Exception as error:
                self.results.put((x, y, error))

    def step(self, grid, generation):
        for x, y in grid.cells():
            self.cells.put((grid.get, x, y, generation))  # Fan out.
        results = [self.results.get() for _ in grid.cells()]  # Fan in; none is left over.
        following = grid.empty()
        for x, y, alive in results:
            if isinstance(alive, Exception):
                raise RuntimeError(f"cell ({x}, {y})") from alive
            following.set(x, y, alive)
        return following

    def __exit__(self, *_):
        for _ in self.threads:
            self.cells.put(END)  # Each takes one, and goes.
        for thread in self.threads:
            thread.join()


if __name__ == "__main__":
    serve(QueueWorkers)
