// Shows what the node says of itself once a second, and tells what has changed since the last time. What nodes, sessions
// and users are called may be anything: it is put on the page as text alone.

const patience_ms = 5000;
const sessions_max = 500;
const events_max = 100;
const trend_max = 60;
const standing_lag_s = 5;

const at = (id) => document.getElementById(id);

const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};

const cell = (text, className) => element("td", text, className);

async function ask(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(patience_ms) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text.trim() || `the node answers ${answer.status}`);
  return JSON.parse(text);
}

const number = (n) => n.toLocaleString("en");
const events = (n) => `${number(n)} ${n === 1 ? "event" : "events"}`;

const bytes = (n) => {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  for (; n >= 1024 && unit + 1 < units.length; ++unit) n /= 1024;
  return `${unit === 0 ? n : n.toFixed(1)} ${units[unit]}`;
};

const time = (ms) =>
  ms < 1000 ? `${Math.round(ms)} ms` : ms < 60000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60000)} min`;

const trends = new Map();

function trend(name, value) {
  const values = trends.get(name) ?? [];
  values.push(value);
  if (values.length > trend_max) values.shift();
  trends.set(name, values);
  const most = Math.max(...values, 1);
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "trend");
  svg.setAttribute("viewBox", `0 0 ${trend_max} 20`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "polyline");
  line.setAttribute("points", values.map((v, i) => `${i},${19 - (18 * v) / most}`).join(" "));
  svg.append(line);
  return svg;
}

let lagging_since = null;

function show_counts(status) {
  const up = status.members.filter((m) => m.state === "up").length;
  const lag = status.members.reduce((sum, m) => sum + (m.replication?.lag_events ?? 0), 0);
  if (lag === 0) lagging_since = null;
  else lagging_since ??= Date.now();
  const stands = lagging_since !== null && Date.now() - lagging_since > standing_lag_s * 1000;
  const running = status.sessions?.hosts.reduce((sum, h) => sum + h.running, 0);
  const counts = [
    ["Nodes up", `${up} of ${status.members.filter((m) => m.state !== "left").length}`],
    ["Keys", number(status.keys)],
    ["Keys and values", bytes(status.bytes)],
    ["Not on all nodes yet", `${events(lag)}${stands ? `, for ${standing_lag_s} s and more` : ""}`, stands && "bad"],
    ["Sessions", running === undefined ? "none are hosted" : number(running)],
    ["Waiting writes", number(status.waiting_writes)],
  ];
  at("counts").replaceChildren(
    ...counts.map(([title, text, className]) => {
      const box = element("div");
      box.append(element("dt", title), element("dd", text, className || undefined));
      return box;
    }),
  );
}

function show_badges(status) {
  const own = status.sessions?.hosts[0];
  const badges = [
    status.in_service ? ["in service", "good"] : [`out of service: ${status.out_of_service}`, "bad"],
    status.caught_up ? ["has caught up with all nodes", "good"] : ["not caught up with all nodes", "odd"],
  ];
  if (status.sessions?.paused) badges.push(["paused: no majority", "bad"]);
  if (own?.draining) badges.push(["draining", "odd"]);
  if (own?.cordoned) badges.push(["cordoned", "odd"]);
  if (status.clock.doubt) badges.push([status.clock.doubt, "bad"]);
  at("badges").replaceChildren(...badges.map(([text, kind]) => element("span", text, `badge ${kind}`)));
}

const state_marks = { up: "●", down: "○", left: "–" };

function remarks(member, host) {
  const result = [];
  if (member.problem) result.push(member.problem);
  if (member.replication && !member.replication.caught_up) result.push("catching up");
  if (member.replication?.refusal) result.push(member.replication.refusal);
  if (host?.draining) result.push("draining");
  if (host?.cordoned) result.push("cordoned");
  return result.join(", ");
}

function show_nodes(status) {
  const hosts = new Map((status.sessions?.hosts ?? []).map((h) => [h.node, h]));
  at("nodes").replaceChildren(
    ...status.members.map((m) => {
      const row = element("tr");
      const is_own = m.name === status.node;
      const host = hosts.get(m.name);
      const name = element("th", is_own ? `${m.name} (this node)` : m.name);
      name.scope = "row";
      const state = cell(`${state_marks[m.state] ?? "?"} ${m.state}`, m.state === "up" ? "good" : m.state === "down" ? "bad" : "odd");
      const trip = cell(m.round_trip_us ? `${(m.round_trip_us / 1000).toFixed(1)} ms` : "");
      if (m.round_trip_us) trip.append(trend(m.name, m.round_trip_us));
      row.append(
        name, state, cell(m.address), cell(host ? number(host.running) : ""),
        cell(m.replication ? events(m.replication.lag_events) : ""), trip,
        cell(is_own || (m.state !== "up" && !m.last_contact_ms) ? "" : time(m.last_contact_ms)),
        cell(remarks(m, host), "long"),
      );
      return row;
    }),
  );
}

const places = new Map();
const moved_at = new Map();

function show_sessions(list) {
  const now = Date.now();
  const rows = list.sessions.map((s) => {
    const name = `${s.kind}/${s.id}`;
    const before = places.get(name);
    if (before !== undefined && before !== s.node) {
      moved_at.set(name, now);
      tell(`session ${name} went from ${before || "no node"} to ${s.node || "no node"}`);
    }
    places.set(name, s.node);
    const row = element("tr", undefined, now - (moved_at.get(name) ?? 0) < 3000 ? "moved" : undefined);
    const title = element("th", name);
    title.scope = "row";
    row.append(title, cell(s.node), cell(s.phase), cell(number(s.epoch)));
    return row;
  });
  at("sessions").replaceChildren(...rows);
  at("shown").textContent = list.complete ? `${number(rows.length)} in all` : `the first ${number(rows.length)}`;
}

function tell(text) {
  const entry = element("li");
  const now = new Date();
  const stamp = element("time", now.toLocaleTimeString());
  stamp.dateTime = now.toISOString();
  entry.append(stamp, text);
  at("events").prepend(entry);
  while (at("events").children.length > events_max) at("events").lastChild.remove();
}

let states = null;

function tell_changes(status) {
  const now = new Map(status.members.map((m) => [m.name, m.state]));
  if (states !== null) {
    for (const [name, state] of now) if (states.get(name) !== state) tell(`node ${name} is ${state}`);
    for (const name of states.keys()) if (!now.has(name)) tell(`node ${name} is forgotten`);
  }
  states = now;
}

function show_cut(reason) {
  at("cut").hidden = reason === null;
  at("cut").textContent = reason === null ? "" : `What is shown is old: ${reason}. Trying again every second.`;
}

let is_asking = false;

async function show_sessions_of(status) {
  if (!status.sessions || is_asking) return;
  is_asking = true;
  try {
    show_sessions(await ask(`/api/v1/sessions?limit=${sessions_max}&prefix=${encodeURIComponent(at("prefix").value)}`));
  } catch {
    // If the node does not answer, its stream says so.
  }
  is_asking = false;
}

let last = null;

function show(status) {
  if (status.error) return show_cut(status.error);
  last = status;
  at("cluster").textContent = status.cluster;
  at("viewpoint").textContent = `seen from node ${status.node}`;
  document.title = `${status.cluster} · Ariadne`;
  show_cut(null);
  tell_changes(status);
  show_badges(status);
  show_counts(status);
  show_nodes(status);
  show_sessions_of(status);
}

let stream = null;
let heard_at = 0;

function close_stream() {
  stream?.close();
  stream = null;
}

function open_stream() {
  close_stream();
  heard_at = Date.now();
  stream = new EventSource("/api/v1/events");
  stream.addEventListener("status", (message) => {
    heard_at = Date.now();
    show(JSON.parse(message.data));
  });
  stream.onerror = () =>
    show_cut(stream.readyState === EventSource.CLOSED ? "the node takes no further viewers" : "the node does not answer");
}

setInterval(() => {
  // Nobody looks at a page in the background.
  if (document.hidden) return close_stream();
  const is_silent = Date.now() - heard_at > patience_ms;
  if (stream !== null && is_silent) show_cut("the node does not answer");
  // A browser tries again by itself, but not where it is refused, or hears nothing.
  if (stream === null || stream.readyState === EventSource.CLOSED || is_silent) open_stream();
}, 1000);
document.addEventListener("visibilitychange", () => (document.hidden ? close_stream() : open_stream()));
at("prefix").addEventListener("input", () => last && show_sessions_of(last));
open_stream();
