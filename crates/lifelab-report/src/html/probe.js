<script>
addEventListener("load", () => {
  const trouble = [];
  const inside = (inner, outer) =>
    inner.left >= outer.left - 1 && inner.right <= outer.right + 1 &&
    inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  const meet = (one, other) =>
    one.left < other.right - 1 && other.left < one.right - 1 &&
    one.top < other.bottom - 2 && other.top < one.bottom - 2;
  const charts = document.querySelectorAll(".chart svg");
  for (const chart of charts) {
    const name = chart.getAttribute("aria-label");
    const box = chart.getBoundingClientRect();
    if (!(box.width > 100 && box.height > 50)) trouble.push(`${name}: no size`);
    if (!name) trouble.push("a chart has no label");
    const texts = [...chart.querySelectorAll("text")];
    const boxes = texts.map((text) => text.getBoundingClientRect());
    texts.forEach((text, i) => {
      if (!inside(boxes[i], box)) trouble.push(`${name}: "${text.textContent}" leaves its chart`);
      for (let j = 0; j < i; j++) {
        if (meet(boxes[i], boxes[j])) {
          trouble.push(`${name}: "${text.textContent}" overlaps "${texts[j].textContent}"`);
        }
      }
    });
    for (const mark of chart.querySelectorAll(".mark, .bar, .cross")) {
      if (!inside(mark.getBoundingClientRect(), box)) trouble.push(`${name}: a mark leaves its chart`);
    }
    if (/NaN|Infinity|undefined/.test(chart.outerHTML)) trouble.push(`${name}: not a number`);
  }
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth + 1) trouble.push(`the page is ${page.scrollWidth} wide`);
  for (const fetched of performance.getEntriesByType("resource")) trouble.push(`fetched ${fetched.name}`);
  const found = document.createElement("pre");
  found.id = "probe";
  found.textContent = [`charts: ${charts.length}`, ...trouble].join("\n");
  document.body.append(found);
});
</script>
