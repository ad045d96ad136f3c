"""Migration from the bottom up: a cell's work is a coroutine already, the program still has threads.
Each thread hands its coroutine to a loop that runs in another, by `run_coroutine_threadsafe`, and
waits for it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from life import Stepper, serve


class ThreadsOverAsync(Stepper):
    def __enter__(self):
        self.says = {"concurrency": self.work.workers}
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever)
        self.thread.start()
        self.pool = ThreadPoolExecutor(max_workers=self.work.workers)
        return self

    def next_state(self, get, x, y, generation):
        coroutine = self.work.next_state_async(get, x, y, generation)
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def step(self, grid, generation):
        run = lambda place: self.next_state(grid.get, *place, generation)
        following = grid.empty()
        for (x, y), alive in zip(grid.cells(), self.pool.map(run, grid.cells())):
            following.set(x, y, alive)
        return following

    def __exit__(self, *_):
        self.pool.shutdown()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


if __name__ == "__main__":
    serve(ThreadsOverAsync)
