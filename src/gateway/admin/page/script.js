"use strict";
// Refreshes what the server has written, and draws. Every text from outside
// goes in as text, never as HTML.
(() => {
  const EVERY = 2000, PATIENCE = 5000;
  const $ = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";

  // -- words ---------------------------------------------------------------
  const count = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
  const bytes = (n) => {
    const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let i = 0;
    while (n >= 1024 && i < 6) { n /= 1024; i += 1; }
    return `${i ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
  };
  const pace = (n) => `${bytes(n)}/s`;
  const age = (seconds) => {
    let left = Math.floor(seconds);
    const said = [];
    for (const [unit, length] of [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]]) {
      if (left >= length || (unit === "s" && !said.length)) said.push(Math.floor(left / length) + unit);
      left %= length;
    }
    return said.slice(0, 2).join(" ");
  };
  const plain = (word) => word.replace(/_/g, " ");

  // -- elements ------------------------------------------------------------
  const element = (tag, mark, text) => {
    const made = document.createElement(tag);
    if (mark) made.className = mark;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const say = (node, text) => { if (node.textContent !== text) node.textContent = text; };
  const stroke = (tag, attributes, text) => {
    const made = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // -- the past ------------------------------------------------------------
  const LINES = ["to_target", "to_client", "connections"];
  const past = { epoch: 0, next: 0, kept: 150, every: 2, bridges: new Map() };
  const remember = (news) => {
    const again = news.epoch !== past.epoch || news.next < past.next;
    if (again) past.bridges.clear();
    const before = past.bridges;
    past.bridges = new Map(news.bridges.map((one) => {
      const old = before.get(one.name);
      const lines = {};
      for (const key of LINES) lines[key] = (old ? old[key] : []).concat(one[key]).slice(-news.kept);
      return [one.name, lines];
    }));
    Object.assign(past, { epoch: news.epoch, next: news.next, kept: news.kept, every: news.every_seconds });
  };
  const line = (name, key) => {
    if (name) return past.bridges.get(name)?.[key] ?? [];
    const sum = [];
    for (const one of past.bridges.values()) {
      const from = one[key].length;
      for (let back = 1; back <= from; back += 1) sum[back] = (sum[back] ?? 0) + one[key][from - back];
    }
    return sum.slice(1).reverse();
  };
  const latest = (name, key) => line(name, key).at(-1) ?? 0;

  // -- charts --------------------------------------------------------------
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

  // -- tables --------------------------------------------------------------
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

  // -- the rest ------------------------------------------------------------
  const certificates = (identities) => {
    const rows = identities.map((one) => {
      const mark = one.days_left < 0 ? "bad" : one.days_left < 14 ? "warn" : "good";
      const tr = cells("", "", `n ${mark}`)();
      [one.name, one.not_after.replace("T", " "), String(one.days_left)].forEach((text, i) => say(tr.cells[i], text));
      return tr;
    });
    $("certificates").tBodies[0].replaceChildren(...rows);
  };
  const reload = (last) => {
    const parts = last
      ? [element("span", `badge ${last.error ? "bad" : "good"}`, last.error ? "failed" : "in force"), ` ${last.trigger}, `,
        element("time", "", last.at.replace("T", " ")), ...(last.error ? [element("p", "why bad", last.error)] : [])]
      : [element("span", "dim", "none since the start")];
    $("reload").replaceChildren(...parts);
  };
  const choices = (names) => {
    const select = $("which"), have = [...select.options].slice(1).map((option) => option.value);
    if (have.join("\n") === names.join("\n")) return;
    const chosen = select.value;
    select.replaceChildren(select.options[0], ...names.map((name) => new Option(name, name)));
    select.value = names.includes(chosen) ? chosen : "";
  };
  const tiles = (status) => {
    const sum = (key) => status.bridges.reduce((all, one) => all + one[key], 0);
    say($("open"), count.format(sum("open")));
    say($("waiting"), count.format(sum("waiting")));
    say($("new"), count.format(latest("", "connections")));
    say($("to-target"), pace(latest("", "to_target")));
    say($("to-client"), pace(latest("", "to_client")));
  };
  const show = (news) => {
    const { status } = news;
    remember(news.history);
    $("state").className = `badge ${MARKS[status.state] ?? ""}`;
    say($("state"), status.state);
    document.title = status.state === "running" ? "pipeferry" : `${status.state} - pipeferry`;
    say($("version"), status.version);
    say($("uptime"), age(status.uptime_seconds));
    tiles(status);
    $("rates").hidden = false;
    choices([...new Set(status.bridges.map((one) => one.name))]);
    drawBytes();
    drawConnections();
    bridges(status.bridges, (one) => `${one.name} ${one.listen}`, (shown, of) => {
      say($("bridges-note"), shown < of ? `${shown} of ${of} shown` : "");
    });
    clients(news.connections.shown, (one) => `${one.bridge} ${one.id}`, (shown, of) => {
      say($("clients-note"), shown < of ? `${shown} of ${of} rows shown. ${news.note}` : news.note);
    });
    certificates(status.identities);
    reload(status.last_reload);
  };

  // -- the clock -----------------------------------------------------------
  let timer = 0, paused = false, asking = false;
  const refresh = async () => {
    clearTimeout(timer);
    if (paused || document.hidden || asking) return;
    asking = true;
    try {
      const since = past.epoch ? `?since=${past.epoch}.${past.next}` : "";
      const answer = await fetch(`/page.json${since}`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      show(await answer.json());
      document.body.classList.remove("stale");
      say($("trouble"), "");
      say($("fresh"), `as of ${new Date().toLocaleTimeString()}`);
    } catch (error) {
      document.body.classList.add("stale");
      say($("trouble"), `No answer from the gateway, so what is below is old. Trying again. (${error.message})`);
    }
    asking = false;
    timer = setTimeout(refresh, EVERY);
  };
  $("which").addEventListener("change", () => { drawBytes(); drawConnections(); });
  $("pause").addEventListener("click", () => {
    paused = !paused;
    $("pause").setAttribute("aria-pressed", String(paused));
    say($("pause"), paused ? "Go on" : "Pause");
    refresh();
  });
  document.addEventListener("visibilitychange", refresh);
  $("fresh").hidden = $("pause").hidden = false;
  refresh();
})();
