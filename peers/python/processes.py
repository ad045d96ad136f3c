"""A pool of processes: `processes.py cells` sends cells one by one, `processes.py chunks` sends as many
at a time as there are for each process.

A cell travels as a value, place and neighborhood, for processes share no grid. They are forked while
there is one thread, and keep what a cell does, which is sent but once.
"""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

from life import Stepper, Work, serve

WORK = None


def prepare(request):
    global WORK
    WORK = Work(request)


def run(job):
    block, x, y, generation = job
    return WORK.next_state(lambda u, v: block[v - y + 1][u - x + 1], x, y, generation)


class Processes(Stepper):
    in_chunks = False

    def __enter__(self):
        workers = self.work.workers
        self.says = {"concurrency": workers}
        request = {
            "birth": list(self.work.birth),
            "survival": list(self.work.survival),
            "workers": workers,
            "io": self.work.io,
        }
        self.pool = ProcessPoolExecutor(
            workers, multiprocessing.get_context("fork"), prepare, (request,)
        )
        return self

    def step(self, grid, generation):
        jobs = [(block(grid, x, y), x, y, generation) for x, y in grid.cells()]
        size = -(-len(jobs) // self.work.workers) if self.in_chunks else 1
        following = grid.empty()
        for (x, y), alive in zip(grid.cells(), self.pool.map(run, jobs, chunksize=size)):
            following.set(x, y, alive)
        return following

    def __exit__(self, *_):
        self.pool.shutdown()


def block(grid, x, y):
    """A cell and its neighbors."""
    return [[grid.get(u, v) for u in (x - 1, x, x + 1)] for v in (y - 1, y, y + 1)]


class Chunks(Processes):
    in_chunks = True


if __name__ == "__main__":
    serve(Chunks if sys.argv[1:] == ["chunks"] else Processes)
