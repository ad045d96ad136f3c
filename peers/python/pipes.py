"""Child processes over pipes, the oldest way: each is this program again, is fed a share of the cells on
its standard input as a line of JSON, and answers on its standard output.

All are fed before the first is read, so that they wait side by side. Each pipe belongs to one child
alone (`close_fds` is the default), so that closing it ends that child's input; then it is waited for.
"""

import json
import subprocess
import sys

from life import Stepper, Work, serve
from processes import block


class Pipes(Stepper):
    def __enter__(self):
        self.says = {"concurrency": self.work.workers}
        request = {
            "birth": list(self.work.birth),
            "survival": list(self.work.survival),
            "workers": 1,
            "io": self.work.io,
        }
        command = [sys.executable, __file__, "child", json.dumps(request)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.children = [subprocess.Popen(command, **pipes) for _ in range(self.work.workers)]
        return self

    def step(self, grid, generation):
        places = list(grid.cells())
        shares = [places[first :: len(self.children)] for first in range(len(self.children))]
        for child, share in zip(self.children, shares):
            jobs = [(block(grid, x, y), x, y, generation) for x, y in share]
            child.stdin.write(json.dumps(jobs) + "\n")
            child.stdin.flush()
        following = grid.empty()
        for child, share in zip(self.children, shares):
            for (x, y), alive in zip(share, json.loads(child.stdout.readline())):
                following.set(x, y, alive)
        return following

    def __exit__(self, *_):
        for child in self.children:
            child.stdin.close()
        for child in self.children:
            if child.wait() != 0:
                raise RuntimeError(f"a child ended with {child.returncode}")


def child(request):
    work = Work(request)
    for line in sys.stdin:
        states = [
            work.next_state(lambda u, v: block[v - y + 1][u - x + 1], x, y, generation)
            for block, x, y, generation in json.loads(line)
        ]
        print(json.dumps(states), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(json.loads(sys.argv[2]))
    else:
        serve(Pipes)
