// What the page costs: `node measure.mjs ADDRESS BROWSER PID-OF-THE-SERVER`. Six panels of 80 x 60 cells that wait
// 20 ms, for ten seconds after the first five.

import { readFileSync, readdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [, , address, executablePath, server] = process.argv;
const SECONDS = 10;
const TICKS = 100; // A second of processor time, as the kernel counts it.

const [base, secret] = address.split("#");
const browser = await chromium.launchServer({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const page = await (await chromium.connect(browser.wsEndpoint())).newPage({ viewport: { width: 1440, height: 1000 } });
await page.goto(`${base}?size=80x60#${secret}`);
await page.waitForTimeout(5000);
const before = await look();
await page.waitForTimeout(SECONDS * 1000);
const after = await look();
const rate = (name) => (after[name] - before[name]) / (after.time - before.time);
process.stdout.write(`${rate("frames").toFixed(1)} frames a second\n`);
process.stdout.write(`processors: server ${rate("server").toFixed(2)}, browser ${rate("browser").toFixed(2)}\n`);
await browser.close();

async function look() {
  const frames = await page.evaluate(() => window.lifelab.frames);
  return { frames, time: performance.now() / 1000, server: used(Number(server)), browser: used(browser.process().pid) };
}

/** Seconds of processor time of a process and all that it has started. */
function used(root) {
  const stats = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(stat).filter(Boolean);
  const mine = new Set([root]);
  // Parents have started before their children, but numbers may wrap: look until no more are found.
  for (let size = 0; size !== mine.size;) {
    size = mine.size;
    for (const { id, parent } of stats) if (mine.has(parent)) mine.add(id);
  }
  return stats.filter(({ id }) => mine.has(id)).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS;
}

function stat(id) {
  try {
    const fields = readFileSync(`/proc/${id}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
    return { id: Number(id), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null; // It has ended.
  }
}
