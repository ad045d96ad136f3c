// The page in a real browser: `node page.mjs ADDRESS BROWSER [FOLDER]`. Each check waits for what it expects, and
// never for a time. Pictures go to the folder, if there is one.

import assert from "node:assert/strict";
import path from "node:path";
import { chromium } from "playwright-core";

const [, , address, executablePath, folder] = process.argv;
const HANG = 60_000;
const [base, secret] = address.split("#");

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const troubles = [];

/** Opens the page, does something there, and closes it. */
async function onPage(name, { query = "", width = 1440, height = 1000, dark = false, hash = secret }, work) {
  const colorScheme = dark ? "dark" : "light";
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.setDefaultTimeout(HANG);
  page.on("console", (said) => { if (["error", "warning"].includes(said.type())) troubles.push(`${name}: ${said.text()}`); });
  page.on("pageerror", (error) => troubles.push(`${name}: ${error.stack}`));
  try {
    await page.goto(`${base}${query}#${hash}`);
    await work(page);
    process.stdout.write(`ok: ${name}\n`);
  } catch (error) {
    troubles.push(`${name}: ${error.stack}`);
  }
  await context.close();
}

/** A figure of the first panel, or of another. */
const figure = (page, name, panel = 0) => page.locator(`.panel .${name}`).nth(panel);

const says = (locator, expected) => locator.filter({ hasText: expected }).waitFor({ timeout: HANG });

/** Waits until something is true in the page. */
const until = (page, condition, argument) => page.waitForFunction(condition, argument, { timeout: HANG });

const keep = (page, name) => (folder ? page.screenshot({ path: path.join(folder, name) }) : null);

const STILL = "?pattern=blinker&size=9x9&wait=none&steppers=sequential&autostart=0";

/** Whether nothing is wider than the page. */
const isWithin = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

await onPage("the opening view shows cells that wait, under six steppers", {}, async (page) => {
  await until(page, () => document.querySelectorAll(".panel").length === 6);
  assert.equal(new URL(page.url()).hash, "", "the secret leaves the address");
  // One cell at a time, and all of them: the first is in its first generation still, the fifth far ahead.
  await until(page, () => {
    const { panels } = window.lifelab;
    const done = panels.map((panel) => Number(panel.figures?.generation ?? 0));
    return done[0] === 0 && done[4] > 10 && done[3] > 1 && panels[0].figures.done > 100;
  });
  await says(figure(page, "workforce", 3), /64 threads/);
  await says(figure(page, "floor", 4), "20.0 ms");
  const colors = await page.evaluate(() => window.lifelab.panels[3].cells.by.filter((worker) => worker > 0).length);
  assert.ok(colors > 1000, "cells have lit up");
  assert.ok(await isWithin(page));
  await keep(page, "serve-panels.png");
});

await onPage("a reload keeps the page open, for this tab knows the secret", { query: STILL }, async (page) => {
  await says(figure(page, "generation"), "0");
  await page.reload();
  await says(figure(page, "generation"), "0");
});

await onPage("without the secret nothing is shown, and it is said why", { hash: "" }, async (page) => {
  await says(page.locator("#message"), "Open the whole address");
  assert.equal(await page.locator(".panel").count(), 0);
});

await onPage("keys do what the help says", { query: STILL }, async (page) => {
  const generation = figure(page, "generation");
  await says(generation, /^0$/);
  await page.keyboard.press("Space");
  await says(generation, /^1$/);
  await page.keyboard.press("Tab");
  await says(generation, /^65$/);
  await page.keyboard.press(".");
  await page.keyboard.press("Backspace");
  await says(generation, /^1$/);
  await page.keyboard.press("Tab");
  await says(generation, /^129$/);
  await page.keyboard.press("r");
  await says(generation, /^0$/);
  await page.keyboard.press("Enter");
  await until(page, () => Number(window.lifelab.panels[0].figures.generation) > 3);
  await page.keyboard.press("Enter");
  await until(page, () => window.lifelab.panels[0].figures.mode === "paused");
  const side = await page.evaluate(() => window.lifelab.camera.side);
  await page.keyboard.press("[");
  assert.equal(await page.evaluate(() => window.lifelab.camera.side), side / 2);
  await page.keyboard.press("f");
  await page.keyboard.press("c");
  assert.equal(await page.locator("#colors").inputValue(), "none");
  await page.keyboard.press("s");
  await until(page, () => window.lifelab.panels[0].figures.stepper.startsWith("thread_per_cell"));
  await page.keyboard.press("t");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.keyboard.press("?");
  assert.ok(await page.locator("#keys").isVisible());
  await page.keyboard.press("Escape");
  assert.ok(!(await page.locator("#keys").isVisible()));
});

await onPage("the mouse pans, zooms and draws", { query: STILL }, async (page) => {
  await says(figure(page, "generation"), /^0$/);
  await until(page, () => window.lifelab.panels[0].cells.view && !window.lifelab.isFresh);
  const box = await page.locator(".view canvas").boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const camera = () => page.evaluate(() => ({ x: window.lifelab.camera.x, side: window.lifelab.camera.side }));
  const before = await camera();
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 2 * before.side, y, { steps: 4 });
  await page.mouse.up();
  assert.equal((await camera()).x, before.x + 2);
  await page.mouse.wheel(0, 100);
  assert.equal((await camera()).side, before.side / 2);
  await page.keyboard.press("f");
  // A stroke of the right button through dead cells, from one corner of the block to the other.
  await page.keyboard.press("e");
  const place = await page.evaluate(() => window.lifelab.camera.place(3.5, 1.5));
  await page.mouse.move(box.x + place[0], box.y + place[1]);
  await page.mouse.down();
  await page.mouse.up();
  await until(page, () => window.lifelab.panels[0].figures.population === "4");
  assert.ok(await page.evaluate(() => window.lifelab.panels[0].cells.isAlive(3, 1)));
});

const GLIDER = "x = 3, y = 3, rule = B36/S23\nbo$2bo$3o!";

await onPage("patterns are pasted, dropped, and refused with a reason", { query: STILL }, async (page) => {
  await says(figure(page, "generation"), /^0$/);
  await page.evaluate((text) => navigator.clipboard.writeText(text), GLIDER);
  await page.keyboard.press("Control+v");
  await until(page, () => window.lifelab.panels[0].figures?.rule === "B36/S23" && window.lifelab.panels[0].figures.population === "5");
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["!Name: Row\nOOOOOO\n"], "row.cells"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
  });
  await until(page, () => window.lifelab.panels[0].figures?.population === "6");
  await page.click("#paste");
  await page.fill("#pattern-text", "x = 3, y = 3\nboo$what");
  await page.click("#paste-dialog .primary");
  await says(page.locator("#message.wrong"), "this is no pattern");
  assert.equal(await page.evaluate(() => window.lifelab.panels[0].figures.population), "6", "it stays");
});

await onPage("waits, steppers and sizes are chosen in the page", { query: "?autostart=0" }, async (page) => {
  await until(page, () => document.querySelectorAll(".panel").length === 6);
  await page.selectOption("#wait", "none");
  await until(page, () => window.lifelab.panels.every((panel) => panel.figures?.io === "none"));
  await page.selectOption("#wait", "random");
  await page.fill("#milliseconds", "2");
  await page.press("#milliseconds", "Tab");
  await until(page, () => window.lifelab.panels.every((panel) => panel.figures?.io === "sleep:exp(2ms)"));
  await page.selectOption("#layout", "two");
  await until(page, () => document.querySelectorAll(".panel").length === 2);
  await page.locator(".workers input").first().fill("7");
  await page.locator(".workers input").first().press("Enter");
  await until(page, () => window.lifelab.panels[0].figures?.stepper === "thread_pool(workers: 7)");
  assert.match(page.url(), /steppers=thread_pool%3A7%2Casync_tasks/);
  await page.selectOption("#layout", "plane");
  await until(page, () => window.lifelab.panels[0].figures?.size === null);
});

await onPage("an address says what is shown", { query: "?rle=x%3D3,y%3D1%0A3o!&rule=B36/S23&size=20x10&wait=none&steppers=thread_pool:2,sequential&colors=age&theme=dark&speed=5&step=3&zoom=8&x=4&y=6&autostart=0" }, async (page) => {
  await until(page, () => window.lifelab.panels.length === 2 && window.lifelab.panels.every((panel) => panel.figures));
  const seen = await page.evaluate(() => {
    const { camera, panels } = window.lifelab;
    return { x: camera.x, y: camera.y, side: camera.side, size: panels[0].figures.size, stepper: panels[0].figures.stepper, rule: panels[0].figures.rule };
  });
  assert.deepEqual(seen, { x: 4, y: 6, side: 8, size: [20, 10], stepper: "thread_pool(workers: 2)", rule: "B36/S23" });
  assert.equal(await page.locator("#speed").inputValue(), "5");
  await page.click("#share");
  const shared = await page.evaluate(() => navigator.clipboard.readText());
  for (const part of ["zoom=8", "x=4", "y=6", "theme=dark", "step=3"]) assert.ok(shared.includes(part), `${part} in ${shared}`);
  assert.ok(!shared.includes(secret));
});

await onPage("one panel can be alone, and all are there again", { query: "?autostart=0" }, async (page) => {
  await until(page, () => document.querySelectorAll(".panel").length === 6);
  await says(figure(page, "generation"), /^0$/);
  await page.keyboard.press("4");
  await until(page, () => [...document.querySelectorAll(".panel")].filter((panel) => panel.offsetParent).length === 1);
  await page.keyboard.press("Escape");
  await until(page, () => [...document.querySelectorAll(".panel")].filter((panel) => panel.offsetParent).length === 6);
});

await onPage("a phone shows all of it in one column", { query: "?steppers=thread_pool:64,async_tasks", width: 390, height: 844 }, async (page) => {
  await until(page, () => window.lifelab.panels.every((panel) => Number(panel.figures?.generation ?? 0) > 1));
  assert.ok(await isWithin(page));
  await keep(page, "serve-phone.png");
});

await onPage("a tablet has two columns", { width: 820, height: 1100 }, async (page) => {
  await until(page, () => document.querySelectorAll(".panel").length === 6);
  const lefts = await page.evaluate(() => new Set([...document.querySelectorAll(".panel")].map((panel) => panel.offsetLeft)).size);
  assert.equal(lefts, 2);
  assert.ok(await isWithin(page));
});

await onPage("a viewer of patterns, in the dark", { query: "?pattern=acorn&engine=auto&speed=full&autostart=0&step=10", dark: true }, async (page) => {
  await says(figure(page, "generation"), /^0$/);
  await page.keyboard.press("Tab");
  await says(figure(page, "generation"), /^1.024$/);
  await page.keyboard.press("f");
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
  await until(page, () => window.lifelab.panels[0].cells.generation === 1024 && window.lifelab.panels[0].cells.view.width > 50);
  for (const next of [1025, 1026, 1027, 1028]) {
    await page.keyboard.press("Space");
    await until(page, (expected) => window.lifelab.panels[0].cells.generation === expected, next);
  }
  await keep(page, "serve-dark.png");
});

await browser.close();
if (troubles.length > 0) {
  process.stderr.write(`${troubles.join("\n")}\n`);
  process.exit(1);
}
