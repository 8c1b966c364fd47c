// The last minutes, as the gateway has told them so far.

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
