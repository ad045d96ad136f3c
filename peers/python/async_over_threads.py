"""Migration from the top down: the program is asynchronous, a cell's work still blocks, and so it is
sent to threads by `run_in_executor`."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from life import Stepper, serve


class AsyncOverThreads(Stepper):
    def __enter__(self):
        self.says = {"concurrency": self.work.workers}
        self.pool = ThreadPoolExecutor(max_workers=self.work.workers)
        self.runner = asyncio.Runner()
        return self

    def step(self, grid, generation):
        return self.runner.run(self.step_async(grid, generation))

    async def step_async(self, grid, generation):
        loop = asyncio.get_running_loop()
        states = await asyncio.gather(
            *(
                loop.run_in_executor(
                    self.pool, self.work.next_state, grid.get, x, y, generation
                )
                for x, y in grid.cells()
            )
        )
        following = grid.empty()
        for (x, y), alive in zip(grid.cells(), states):
            following.set(x, y, alive)
        return following

    def __exit__(self, *_):
        self.runner.close()
        self.pool.shutdown()


if __name__ == "__main__":
    serve(AsyncOverThreads)
