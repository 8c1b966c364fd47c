// Asks again and again, and shows what came.

const EVERY = 2000, PATIENCE = 5000;

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
