#!/usr/bin/env python3
"""Races the engines of the plane with other programs, where these are installed, and prints one table.

    cargo build --release -p lifelab-auto --example plane_speed
    benches/unbounded/race.py [--rounds N] [--quick] [--own] [ROW ...]

Looked for, and left out where missing: Golly's command line `bgolly` (QuickLife and HashLife), and lifelib
(the Python package `python-lifelib`, which compiles itself with g++). Rows whose pattern comes from Golly's
collection need that, too (GOLLY_PATTERNS, or /usr/share/golly/Patterns). gol_engines is a library; a program
around it that prints "population N" and "seconds S" for FILE GENERATIONS is raced if GOL_ENGINES names it.

Figures are processor seconds of the update alone, the least of all rounds, in which the programs take turns,
so that a busy machine is busy for all of them. Compare within a row. Every program must come to the same
population, or the row says so and the exit code is 1.
"""
import argparse, gzip, os, random, re, resource, shutil, subprocess, sys, tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPEED = Path(os.environ.get('PLANE_SPEED', HERE.parents[1] / 'target/release/examples/plane_speed'))
GOLLY_PATTERNS = Path(os.environ.get('GOLLY_PATTERNS', '/usr/share/golly/Patterns'))
FOLDER = Path(tempfile.gettempdir()) / 'lifelab-unbounded'
HANG = 900  # Seconds after which a program is given up.

LIFELIB = '''
import sys, time, lifelib
universe = lifelib.load_rules("b3s23").lifetree(memory=8000, n_layers=1).load(sys.argv[1])
start = time.process_time()
universe = universe[int(sys.argv[2])]
print("seconds", time.process_time() - start)
print("population", universe.population)
'''

GLIDER = [(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)]
SHIPS = [GLIDER] + [
    [(x, y) for y, row in enumerate(ship.split('/')) for x, cell in enumerate(row) if cell == 'O']
    for ship in ('.O..O/O/O...O/OOOO', '..O/O...O/.....O/O....O/.OOOOO', '..OO/O....O/......O/O.....O/.OOOOOO')
]


def rle(cells):
    """A set of cells as RLE."""
    rows, text, last = {}, [], 0
    for x, y in cells:
        rows.setdefault(y, []).append(x)
    for y in sorted(rows):
        if y > last:
            text.append(f'{y - last}$')
        last, end = y, 0
        for x in sorted(rows[y]):
            text.append(f'{x - end}bo' if x > end else 'o')
            end = x + 1
    lines = [''.join(text[i:i + 12]) for i in range(0, len(text), 12)]
    width = 1 + max(x for x, _ in cells)
    return f'x = {width}, y = {last + 1}, rule = B3/S23\n' + '\n'.join(lines) + '!\n'


def drawn(code):
    return lambda: f'x = 0, y = 0, rule = B3/S23\n{code}\n'


def gliders():
    """3,300 gliders that fly the same way and never meet."""
    places = ((97 * i + 31 * j % 41, 89 * j + 17 * i % 37) for i in range(60) for j in range(55))
    return rle({(left + x, top + y) for left, top in places for x, y in GLIDER})


def ships():
    """1,600 spaceships in all directions, most of which collide."""
    draw, cells = random.Random(7), set()
    for left, top in ((45 * i, 45 * j) for i in range(40) for j in range(40)):
        ship, turn, east, south = draw.choice(SHIPS), *(draw.random() < .5 for _ in range(3))
        left, top = left + draw.randrange(20), top + draw.randrange(20)
        for x, y in ((y, x) if turn else (x, y) for x, y in ship):
            cells.add((left + (8 - x if east else x), top + (8 - y if south else y)))
    return rle(cells)


def soup(side):
    def text():
        draw = random.Random(side)
        rows = (format(draw.getrandbits(side), f'0{side}b') for _ in range(side))
        return f'x = {side}, y = {side}, rule = B3/S23\n' + '$\n'.join(rows).translate({48: 'b', 49: 'o'}) + '!\n'
    return text


def golly(name):
    """A pattern of Golly's collection, unpacked, and of RLE what all readers take; None without it."""
    def text():
        path = GOLLY_PATTERNS / name
        if not path.exists():
            return None
        text = (gzip.open if path.suffix == '.gz' else open)(path, 'rb').read().decode('latin-1')
        if '.rle' in name:
            text = ''.join(line for line in text.splitlines(True) if not line.startswith('#'))
            text = text[:text.index('!') + 1] + '\n'
        return text
    return text


GUN = ('24bo$22bobo$12b2o6b2o12b2o$11bo3bo4b2o12b2o$2o8bo5bo3b2o$2o8bo3bob2o4bobo$10bo5bo7bo$11bo3bo$12b2o!')
# Row: the pattern, generations, the step after which somebody looks, and what is too slow to wait for.
ROWS = {
    'lidka': (drawn('6bo$6b3o2$3b2o3bo$3bo4bo$3o5bo!'), 30000, None, ()),
    'gun': (drawn(GUN), 100000, None, ()),
    'puffer': (golly('Life/Puffers/puffer-train.rle'), 20000, None, ()),
    'spacefiller': (golly('Life/Breeders/spacefiller.rle'), 3000, None, ()),
    'ships': (ships, 4800, None, ()),
    'gliders': (gliders, 4800, None, ()),
    'soup': (soup(4096), 1000, None, ('hashlife', 'golly hashlife', 'lifelib')),
    'p216': (golly('HashLife/metapixel-p216-gun.mc.gz'), 1 << 20, None, ('tiles', 'golly quicklife')),
    'galaxy': (golly('HashLife/metapixel-galaxy.mc.gz'), 1 << 20, None, ('tiles', 'golly quicklife')),
    'jagged2': (golly('HashLife/jagged2.mc'), 1 << 20, None, ('tiles', 'golly quicklife')),
    'oddity1': (golly('HashLife/hashlife-oddity1.mc'), 1 << 20, None, ('tiles', 'golly quicklife')),
    'turing': (golly('Life/Signal-Circuitry/Turing-Machine-3-state.rle'), 1 << 20, None, ('tiles', 'golly quicklife')),
    'demonoid': (golly('HashLife/demonoid-c512-hashlife-friendly.mc.gz'), 1 << 20, None, ('tiles', 'golly quicklife')),
    'hexadecimal': (golly('HashLife/hexadecimal.mc.gz'), 1 << 20, None, ('tiles', 'golly quicklife')),
    'hexadecimal-1000s': (golly('HashLife/hexadecimal.mc.gz'), 100_000, 1000, ('tiles', 'golly quicklife', 'lifelib')),
}
OURS = ('tiles', 'hashlife', 'auto')


def programs(path, generations, step, own):
    """Each program's name and command line."""
    for engine in OURS:
        yield engine, [SPEED, path, str(generations), engine] + ([str(step)] if step else [])
    if own:
        return
    if bgolly := shutil.which('bgolly'):
        for engine in ('QuickLife', 'HashLife'):
            steps = ['-m', str(generations), '-i', str(step or generations)]
            yield f'golly {engine.lower()}', [bgolly, '-a', engine, '-M', '8000', *steps, path]
    if subprocess.run([sys.executable, '-c', 'import lifelib'], capture_output=True).returncode == 0:
        yield 'lifelib', [sys.executable, '-c', LIFELIB, path, str(generations)]
    if program := os.environ.get('GOL_ENGINES'):
        yield 'gol_engines', [program, path, str(generations)]


def run(command):
    """Seconds and population. A program that does not time itself is timed with its loading."""
    usage = lambda: resource.getrusage(resource.RUSAGE_CHILDREN)
    before = usage()
    try:
        text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=HANG).stdout
    except subprocess.TimeoutExpired:
        return None, f'none within {HANG} s'
    spent = usage()
    own = re.findall(r'^seconds ([\d.e+-]+)', text, re.M)
    populations = re.findall(r'^(?:population |[\d,]+: )([\d,]+)', text, re.M)
    seconds = float(own[-1]) if own else spent.ru_utime - before.ru_utime + spent.ru_stime - before.ru_stime
    return seconds, populations[-1].replace(',', '') if populations else text.strip()[-200:]


def race(name, rounds, quick, own):
    make, generations, step, too_slow = ROWS[name]
    text = make()
    if text is None:
        print(f'{name}: left out, for Golly\'s collection is missing')
        return True
    if quick:
        generations //= 16
    path = FOLDER / (name + ('.mc' if text.startswith('[M2]') else '.rle'))
    path.write_text(text)
    best, populations = {}, {}
    for _ in range(rounds):
        for program, command in programs(path, generations, step, own):
            if program in too_slow:
                continue
            seconds, populations[program] = run([str(part) for part in command])
            if seconds is not None:
                best[program] = min(seconds, best.get(program, seconds))
    agree = len(set(populations.values())) == 1
    print(f'{name}, {generations:,} generations' + (f' in steps of {step:,}' if step else '')
          + (f': population {populations["auto"]}' if agree else f': POPULATIONS DIFFER {populations}'))
    better = min((best[engine] for engine in OURS[:2] if engine in best), default=None)
    for program, seconds in best.items():
        ratio = f'{seconds / better:8.2f} x the better of tiles and hashlife' if better else ''
        print(f'  {program:16} {seconds:10.4f} s {ratio}', flush=True)
    return agree


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rounds', type=int, default=3, help='how often each program runs [3]')
    parser.add_argument('--quick', action='store_true', help='a sixteenth of the generations')
    parser.add_argument('--own', action='store_true', help='only tiles, hashlife and auto')
    parser.add_argument('rows', nargs='*', metavar='ROW', help=', '.join(ROWS))
    arguments = parser.parse_args()
    if unknown := [row for row in arguments.rows if row not in ROWS]:
        parser.error(f'no row {", ".join(unknown)}: there are {", ".join(ROWS)}')
    if arguments.rounds < 1:
        parser.error('--rounds: at least 1')
    if not SPEED.exists():
        parser.error(f'{SPEED} is missing: cargo build --release -p lifelab-auto --example plane_speed')
    FOLDER.mkdir(exist_ok=True)
    good = [race(row, arguments.rounds, arguments.quick, arguments.own) for row in arguments.rows or ROWS]
    sys.exit(not all(good))


main()
