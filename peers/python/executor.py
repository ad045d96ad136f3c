"""An executor with a fixed number of threads: submit a cell, get a future, whose result raises what
the cell has raised."""

from concurrent.futures import ThreadPoolExecutor

from life import Stepper, serve


class Executor(Stepper):
    def __enter__(self):
        self.says = {"concurrency": self.work.workers}
        self.pool = ThreadPoolExecutor(max_workers=self.work.workers)
        return self

    def step(self, grid, generation):
        futures = [
            (x, y, self.pool.submit(self.work.next_state, grid.get, x, y, generation))
            for x, y in grid.cells()
        ]
        following = grid.empty()
        for x, y, future in futures:
            following.set(x, y, future.result())
        return following

    def __exit__(self, *_):
        self.pool.shutdown()


if __name__ == "__main__":
    serve(Executor)
