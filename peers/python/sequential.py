"""One cell after the other: the plain program, without any concurrency."""

from life import Stepper, serve


class Sequential(Stepper):
    says = {"concurrency": 1}

    def step(self, grid, generation):
        following = grid.empty()
        for x, y in grid.cells():
            following.set(x, y, self.work.next_state(grid.get, x, y, generation))
        return following


if __name__ == "__main__":
    serve(Sequential)
