// Draws the past.

const ceiling = (most, base) => {
  const unit = most > 1 ? base ** Math.floor(Math.log(most) / Math.log(base)) : 1;
  const nice = [1, 2, 4, 5, 8, 10, 20, 50, 100, 200, 500, 1000].find((step) => step * unit >= most);
  return nice ? nice * unit : base * unit;
};
const chart = (id, base, format, lines) => {
  const svg = $(id), said = $(`${id}-said`);
  let cursor = null;
  const draw = () => {
    const width = svg.clientWidth, height = svg.clientHeight, foot = 18, head = 14;
    if (!width) return;
    const drawn = lines.map(([mark, key]) => [mark, line($("which").value, key)]);
    const peak = Math.max(0, ...drawn.flatMap(([, values]) => values));
    const top = ceiling(Math.max(peak, base === 1024 ? 1024 : 1), base);
    const x = (back) => width - 1 - back * (width - 2) / (past.kept - 1);
    const y = (value) => height - foot - value / top * (height - foot - head);
    const parts = [];
    for (const share of [0, .5, 1]) {
      const at = Math.round(y(top * share)) + .5;
      parts.push(stroke("line", { class: "grid", x1: 0, x2: width, y1: at, y2: at }));
      if (share) parts.push(stroke("text", { x: 0, y: at - 3 }, format(top * share)));
    }
    const minutes = Math.round(past.kept * past.every / 60);
    for (let ago = 0; ago <= minutes; ago += 1) {
      const text = ago ? `${ago} min` : "now";
      const anchor = ago === 0 ? "end" : ago === minutes ? "start" : "middle";
      const at = ago === minutes ? 0 : x(ago * 60 / past.every);
      parts.push(stroke("text", { x: at, y: height - 4, "text-anchor": anchor }, text));
    }
    for (const [mark, values] of drawn) {
      if (!values.length) continue;
      const points = values.map((value, i) => `${x(values.length - 1 - i).toFixed(1)},${y(value).toFixed(1)}`);
      const ground = y(0).toFixed(1);
      const area = `M${x(values.length - 1).toFixed(1)},${ground}L${points.join("L")}L${x(0).toFixed(1)},${ground}Z`;
      parts.push(stroke("path", { class: `under ${mark}`, d: area }));
      parts.push(stroke("path", { class: `drawn ${mark}`, d: `M${points.join("L")}` }));
    }
    if (cursor !== null) {
      parts.push(stroke("line", { class: "cursor", x1: x(cursor), x2: x(cursor), y1: head, y2: y(0) }));
    }
    svg.replaceChildren(...parts);
    const values = (back) => drawn.map(([, all]) => format(all.at(-1 - back) ?? 0)).join(" · ");
    say(said, cursor === null ? `peak ${format(peak)}` : `${age(cursor * past.every)} ago: ${values(cursor)}`);
    svg.setAttribute("aria-label", `${svg.dataset.title}: now ${values(0)}, peak ${format(peak)}`);
  };
  const point = (back) => {
    cursor = back === null ? null : Math.min(past.kept - 1, Math.max(0, Math.round(back)));
    draw();
  };
  svg.dataset.title = svg.getAttribute("aria-label");
  svg.addEventListener("pointermove", (event) => {
    const from = svg.getBoundingClientRect();
    point((from.right - event.clientX) / from.width * (past.kept - 1));
  });
  svg.addEventListener("pointerleave", () => point(null));
  svg.addEventListener("blur", () => point(null));
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: 1, ArrowRight: -1, PageUp: 30, PageDown: -30 }[event.key];
    if (event.key === "Escape") return point(null);
    if (!step) return undefined;
    event.preventDefault();
    return point(cursor === null ? 0 : cursor + step);
  });
  new ResizeObserver(draw).observe(svg);
  return draw;
};
const drawBytes = chart("bytes", 1024, pace, [["target", "to_target"], ["client", "to_client"]]);
const drawConnections = chart("connections", 10, (n) => `${count.format(n)}/s`, [["new", "connections"]]);
