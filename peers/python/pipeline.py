"""A pipeline of two phases, each with a queue and threads of its own: first all count neighbors, then
all apply the rule, and a cell may be in the second phase while others are in the first.

Items are values, so that no grid needs a lock.
"""

from queue import SimpleQueue
from threading import Thread

from life import Stepper, serve

END = object()


class Stage:
    """Threads that take items from a queue and put what comes of them into the next one."""

    def __init__(self, function, workers, source, sink):
        self.function, self.source, self.sink = function, source, sink
        self.threads = [Thread(target=self.run) for _ in range(workers)]
        for thread in self.threads:
            thread.start()

    def run(self):
        while (item := self.source.get()) is not END:
            if not isinstance(item, Exception):
                try:
                    item = self.function(*item)
                except Exception as error:
                    item = error
            self.sink.put(item)

    def close(self):
        for _ in self.threads:
            self.source.put(END)
        for thread in self.threads:
            thread.join()


class Pipeline(Stepper):
    def __enter__(self):
        workers = self.work.workers
        self.says = {"concurrency": 2 * workers, "stages": [workers, workers]}
        self.cells, self.counted, self.results = SimpleQueue(), SimpleQueue(), SimpleQueue()
        self.stages = [
            Stage(self.count, workers, self.cells, self.counted),
            Stage(self.apply, workers, self.counted, self.results),
        ]
        return self

    def count(self, get, x, y, generation):
        return get(x, y), self.work.neighbors(get, x, y, generation), x, y, generation

    def apply(self, alive, neighbors, x, y, generation):
        return x, y, self.work.rule(alive, neighbors, x, y, generation)

    def step(self, grid, generation):
        for x, y in grid.cells():
            self.cells.put((grid.get, x, y, generation))
        results = [self.results.get() for _ in grid.cells()]
        following = grid.empty()
        for result in results:
            if isinstance(result, Exception):
                raise result
            following.set(*result)
        return following

    def __exit__(self, *_):
        for stage in self.stages:
            stage.close()


if __name__ == "__main__":
    serve(Pipeline)
