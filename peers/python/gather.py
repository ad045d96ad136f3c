"""A coroutine for each cell, awaited together by `asyncio.gather`: one thread runs them all, so
nothing needs a lock."""

import asyncio

from life import Stepper, serve


class Gather(Stepper):
    def __enter__(self):
        self.runner = asyncio.Runner()
        return self

    def step(self, grid, generation):
        return self.runner.run(self.step_async(grid, generation))

    async def step_async(self, grid, generation):
        states = await asyncio.gather(
            *(self.work.next_state_async(grid.get, x, y, generation) for x, y in grid.cells())
        )
        following = grid.empty()
        for (x, y), alive in zip(grid.cells(), states):
            following.set(x, y, alive)
        return following

    def __exit__(self, *_):
        self.runner.close()


if __name__ == "__main__":
    serve(Gather)
