"""What all peers in Python share: the game, what a cell waits for, and the protocol.

How the cells of a generation are fanned out and in is the matter of the programs beside this file.
"""

import asyncio
import contextlib
import itertools
import json
import math
import socket
import struct
import sys
import threading
import time

NEIGHBORS, RULE = "neighbors", "rule"


class Grid:
    """The cells of one generation, as booleans. Nothing in it locks: a generation that is over does
    not change any more, and who writes the next one together must see to that."""

    def __init__(self, width, height, is_torus):
        self.width, self.height, self.is_torus = width, height, is_torus
        self.rows = [[False] * width for _ in range(height)]

    def get(self, x, y):
        """The cell at a place. Beyond the edges of a torus lies the other side, beyond those of a
        plane nothing."""
        if self.is_torus:
            return self.rows[y % self.height][x % self.width]
        return 0 <= x < self.width and 0 <= y < self.height and self.rows[y][x]

    def set(self, x, y, alive):
        self.rows[y][x] = alive

    def empty(self):
        return Grid(self.width, self.height, self.is_torus)

    def cells(self):
        """All places in reading order."""
        return ((x, y) for y in range(self.height) for x in range(self.width))


def count_neighbors(get, x, y):
    around = [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)]
    return sum(get(x + dx, y + dy) for dx, dy in around)


class Work:
    """What each cell does: count its neighbors, apply the rule, and wait in one or both of these."""

    def __init__(self, request):
        self.birth, self.survival = set(request["birth"]), set(request["survival"])
        self.workers = request["workers"]
        io = request["io"]
        self.phases = io["phases"]
        self.wait, self.wait_async = {
            "none": (lambda *site: None, self._nothing),
            "sleep": (self._sleep, self._sleep_async),
            "socket": (self._ask, self._ask_async),
            "cpu": (self._compute, self._compute_async),
        }[io["wait"]]
        self.io = io
        self.numbers = itertools.count()
        self.connections = threading.local()
        self.channel = None

    # The two phases, for threads.

    def neighbors(self, get, x, y, generation):
        if NEIGHBORS in self.phases:
            self.wait(x, y, generation, NEIGHBORS)
        return count_neighbors(get, x, y)

    def rule(self, alive, neighbors, x, y, generation):
        if RULE in self.phases:
            self.wait(x, y, generation, RULE)
        return neighbors in (self.survival if alive else self.birth)

    def next_state(self, get, x, y, generation):
        return self.rule(get(x, y), self.neighbors(get, x, y, generation), x, y, generation)

    # The same for coroutines, form by form.

    async def next_state_async(self, get, x, y, generation):
        if NEIGHBORS in self.phases:
            await self.wait_async(x, y, generation, NEIGHBORS)
        neighbors = count_neighbors(get, x, y)
        if RULE in self.phases:
            await self.wait_async(x, y, generation, RULE)
        return neighbors in (self.survival if get(x, y) else self.birth)

    # What there is to wait for.

    def _sleep(self, *site):
        time.sleep(self.latency_ns(*site) / 1e9)

    async def _sleep_async(self, *site):
        await asyncio.sleep(self.latency_ns(*site) / 1e9)

    async def _nothing(self, *site):
        pass

    def _compute(self, *site):
        state = 1
        for number in range(self.io["rounds"]):
            state = ((state ^ state >> 31) * 0x94D049BB133111EB + number) & MASK
        return state

    async def _compute_async(self, *site):
        self._compute()

    def _ask(self, *site):
        """Asks the echo service, on a connection for each thread."""
        if not hasattr(self.connections, "own"):
            self.connections.own = connect(self.io["address"])
        request = struct.pack("<QQ", next(self.numbers), self.latency_ns(*site))
        self.connections.own.sendall(request)
        answer = b""
        while len(answer) < len(request):
            more = self.connections.own.recv(len(request) - len(answer))
            if not more:
                raise ConnectionError("the service has closed the connection")
            answer += more
        if answer != request:
            raise ConnectionError("this is the answer to another request")

    async def _ask_async(self, *site):
        """Asks the echo service; all coroutines of a loop share a connection."""
        if self.channel is None:
            self.channel = asyncio.create_task(Channel.open(self.io["address"]))
        channel = await self.channel
        await channel.ask(next(self.numbers), self.latency_ns(*site))

    def latency_ns(self, x, y, generation, phase):
        """How long a cell waits: the same for every contender."""
        latency = self.io["latency"]
        if "fixed_ns" in latency:
            return latency["fixed_ns"]
        place = 0
        for word in (self.io["seed"], generation, x, y, int(phase == RULE), 0):
            place = mix(place, word)
        u = unit(place)
        if "uniform_ns" in latency:
            low, high = latency["uniform_ns"]
            return low + int((high - low) * u)
        if "exponential_ns" in latency:
            return int(latency["exponential_ns"] * -math.log(1 - u))
        if "log_normal_ns" in latency:
            v = unit(mix(mix(0, place), 1))
            z = math.sqrt(-2 * math.log(1 - u)) * math.cos(math.tau * v)
            sigma = latency["sigma"]
            return int(latency["log_normal_ns"] * math.exp(sigma * z - sigma * sigma / 2))
        shape = latency["shape"]
        return int(latency["pareto_ns"] * (1 - 1 / shape) * (1 - u) ** (-1 / shape))


class Channel:
    """A connection to the echo service for many requests at once: their numbers tell them apart."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.waiting = reader, writer, {}
        self.task = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, address):
        if address.startswith("unix:"):
            return cls(*await asyncio.open_unix_connection(address.removeprefix("unix:")))
        host, port = address.rsplit(":", 1)
        return cls(*await asyncio.open_connection(host, int(port)))

    async def ask(self, number, latency_ns):
        answer = self.waiting[number] = asyncio.get_running_loop().create_future()
        self.writer.write(struct.pack("<QQ", number, latency_ns))
        await answer

    async def _read(self):
        while True:
            number, _ = struct.unpack("<QQ", await self.reader.readexactly(16))
            self.waiting.pop(number).set_result(None)


def connect(address):
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(address.removeprefix("unix:"))
        return connection
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)))


MASK = (1 << 64) - 1


def mix(state, word):
    """One round of the documented hash."""
    z = ((state ^ word) + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
    return z ^ z >> 31


def unit(hashed):
    """A hash as a number in [0, 1)."""
    return (hashed >> 11) / (1 << 53)


def serve(make):
    """Answers requests until the input ends.

    `make(work)` is a `Stepper`: what it starts it may keep until the end, as Lifelab's own do.
    """
    print(json.dumps({"lifelab_contender": 1}), flush=True)
    with contextlib.ExitStack() as stack:
        stepper = None
        for line in sys.stdin:
            request = json.loads(line)
            if stepper is None:  # All requests to a process ask for the same work.
                stepper = stack.enter_context(make(Work(request)))
            print(json.dumps(answer(request, stepper)), flush=True)


def answer(request, stepper):
    if request["topology"] not in ("torus", "plane"):
        return {"error": f"no topology but torus and plane: {request['topology']}"}
    grid = Grid(request["width"], request["height"], request["topology"] == "torus")
    for x, y in grid.cells():
        grid.set(x, y, request["rows"][y][x] == "O")
    times = []
    for number in range(request["generations"]):
        begin = time.perf_counter_ns()
        grid = stepper.step(grid, request["generation"] + number + 1)
        times.append(time.perf_counter_ns() - begin)
    rows = ["".join("O" if alive else "." for alive in row) for row in grid.rows]
    return {"times_ns": times, "rows": rows, **stepper.says}


class Stepper:
    """What the programs beside this file derive from. `step(grid, generation)` computes that generation
    from the one before; `says` is {"concurrency": N} if no more than N cells wait at once."""

    says = {}

    def __init__(self, work):
        self.work = work

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass
