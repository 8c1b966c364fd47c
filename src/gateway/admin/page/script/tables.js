// Tables that are sorted and filtered, and filled again in place.

// A row is made once for each key and filled again, so that what a reader
// has selected or marked stays.
const table = (id, made, fill, order) => {
  const body = $(id).tBodies[0], filter = $(`${id}-filter`), rows = new Map();
  let all = [], values = {};
  const show = () => {
    const sought = filter.value.trim().toLowerCase();
    const shown = all.filter((row) => !sought || row.text.includes(sought));
    if (order.key) {
      const of = (row) => row.value[order.key] ?? "";
      const way = order.down ? -1 : 1;
      shown.sort((a, b) => way * (typeof of(a) === "number" ? of(a) - of(b) : String(of(a)).localeCompare(String(of(b)), "en", { numeric: true })));
    }
    const wanted = shown.map((row) => row.tr);
    if (wanted.length !== body.rows.length || wanted.some((tr, i) => tr !== body.rows[i])) body.replaceChildren(...wanted);
    for (const th of $(id).tHead.rows[0].cells) {
      if (th.dataset.key === order.key) th.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
    values.note?.(shown.length, all.length);
  };
  for (const th of $(id).tHead.rows[0].cells) {
    const button = element("button", "", th.textContent);
    button.type = "button";
    button.addEventListener("click", () => {
      order.down = order.key === th.dataset.key ? !order.down : th.classList.contains("n") && th.dataset.key !== "seconds";
      order.key = th.dataset.key;
      show();
    });
    th.replaceChildren(button);
  }
  filter.addEventListener("input", show);
  filter.parentElement.hidden = false;
  return (items, keyOf, note) => {
    values = { note };
    const gone = new Set(rows.keys());
    all = items.map((item) => {
      const key = keyOf(item);
      gone.delete(key);
      let row = rows.get(key);
      if (!row) { row = { tr: made() }; rows.set(key, row); }
      row.value = fill(row.tr.cells, item);
      row.text = row.tr.textContent.toLowerCase();
      return row;
    });
    for (const key of gone) rows.delete(key);
    show();
  };
};
const cells = (...marks) => () => {
  const tr = document.createElement("tr");
  for (const mark of marks) tr.append(element("td", mark));
  return tr;
};

const MARKS = { listening: "good", not_bound: "bad", closed: "warn", running: "good", draining: "warn", starting: "warn" };
// Somebody should look at these.
const FAULTS = new Set(["bad_frame", "denied", "dial_failed", "handshake_failed", "oversize", "target_gone"]);
const target = (one) => {
  const made = element("span");
  made.append(element("span", one.up ? "good" : "bad", one.up ? "up" : "left alone"), ` ${one.address}, ${one.open} open`);
  if (one.error) made.append(`: ${one.error}`);
  return made;
};
const bridges = table("bridges", () => {
  const tr = cells("", "", "n", "n", "n", "n", "n", "wide dim")();
  tr.cells[0].append(element("b"), " ", element("span", "dim"), element("span", "way dim"), element("span", "why bad"), element("span", "targets dim"));
  tr.cells[1].append(element("span"));
  return tr;
}, (td, one) => {
  const [name, mode, way, why, targets] = td[0].children;
  say(name, one.name);
  say(mode, one.mode);
  say(way, `${one.listen} → ${one.connect}`);
  say(why, one.error ?? "");
  why.hidden = !one.error;
  targets.replaceChildren(...(one.targets ?? []).map(target));
  td[1].firstChild.className = `badge ${MARKS[one.state] ?? ""}`;
  say(td[1].firstChild, plain(one.state));
  const now = { to_target: latest(one.name, "to_target"), to_client: latest(one.name, "to_client") };
  const carried = one.to_target.bytes + one.to_client.bytes;
  const ended = Object.entries(one.ended).filter(([, n]) => n > 0);
  const words = ended.map(([word, n]) => element("span", FAULTS.has(word) ? "warn" : "", `${plain(word)} ${count.format(n)}`));
  say(td[2], count.format(one.open));
  say(td[3], count.format(one.waiting));
  say(td[4], pace(now.to_target));
  say(td[5], pace(now.to_client));
  say(td[6], bytes(carried));
  td[7].replaceChildren(...words.flatMap((word, i) => (i ? [", ", word] : [word])));
  return { ...one, ...now, carried, ended: ended.reduce((sum, [, n]) => sum + n, 0) };
}, { key: "", down: false });

const clients = table("clients", cells("wide", "wide", "", "n", "n", "n", "id"), (td, one) => {
  say(td[0], one.client);
  say(td[1], one.identity ?? "");
  say(td[2], one.bridge);
  say(td[3], age(one.seconds));
  say(td[4], bytes(one.bytes_to_target));
  say(td[5], bytes(one.bytes_to_client));
  say(td[6], one.id);
  return one;
}, { key: "seconds", down: false });
