"use strict";
// The live page of a run: what /v1 shows, and what it takes.  No framework, nothing from elsewhere.

const LINES_MAX = 500; // of the conversation
const $ = (id) => document.getElementById(id);
let token = sessionStorage.getItem("token") || "";
let chosen = ""; // the modem that is shown
let journals = 0; // which reading of a journal is the last
const sockets = new Map(); // of the chosen modem, by what its lines begin with

function say(text) { $("said").textContent = text; $("wrong").textContent = ""; }
function complain(text) { $("wrong").textContent = text; $("said").textContent = ""; }
function headers() { return token ? { Authorization: `Bearer ${token}` } : {}; }

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

async function call(method, path, body) {
  const answer = await fetch(`/v1${path}`, { method, headers: headers(), body: body && JSON.stringify(body) });
  if (answer.status === 401) { ask(); throw new Error("The token is missing or wrong."); }
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error);
  return json;
}

const path = (tail = "") => `/modems/${encodeURIComponent(chosen)}${tail}`;

// ---- who may ----

function ask() {
  $("all").hidden = true;
  $("entry").hidden = false;
  $("token").focus();
}

$("entry").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  sessionStorage.setItem("token", token);
  begin();
});

// ---- modems ----

function network_of(modem) {
  if (!modem.on) return "off";
  return modem.registered ? modem.registration : `not registered (${modem.registration})`;
}

function set_text(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

function make_row(name) {
  const row = document.createElement("tr");
  const button = element("button", name, { type: "button" });
  button.addEventListener("click", () => choose(name, true).catch((error) => complain(error.message)));
  row.append(document.createElement("td"), ...Array.from({ length: 4 }, () => document.createElement("td")));
  row.firstElementChild.append(button);
  return row;
}

// Only what has changed is touched: who reads or stands there is not disturbed.
function show_modems(modems) {
  const names = modems.map((modem) => modem.name);
  const there = [...$("modems").querySelectorAll("button")].map((button) => button.textContent);
  if (names.join("\n") !== there.join("\n")) $("modems").replaceChildren(...names.map(make_row));
  modems.forEach((modem, index) => {
    const cells = $("modems").rows[index].cells;
    cells[0].firstElementChild.setAttribute("aria-current", String(modem.name === chosen));
    [`${modem.maker} ${modem.product}`, network_of(modem), modem.signal, modem.ports.map((port) => port.place).join(", ")]
      .forEach((text, cell) => set_text(cells[cell + 1], text));
  });
}

function fill(id, value) {
  if (document.activeElement !== $(id)) $(id).value = value;
}

function show_modem(modem) {
  const facts = { Network: network_of(modem), Operator: `${modem.operator} (${modem["operator-code"]})`, SIM: modem.sim,
    Attached: modem.attached ? "yes" : "no", Contexts: modem.contexts.join(", ") || "none", Call: modem.call.state,
    Messages: `${modem.messages}, ${modem.unread} unread`, Clock: modem.clock };
  if ($("facts").childElementCount === 0) {
    $("facts").replaceChildren(...Object.keys(facts).map((name) => {
      const pair = document.createElement("div");
      pair.append(element("dt", name), document.createElement("dd"));
      return pair;
    }));
  }
  Object.values(facts).forEach((value, index) => set_text($("facts").children[index].lastElementChild, value));
  set_text($("link-now"), modem.link || "none");
  for (const id of ["registration", "signal", "operator", "sim"]) fill(id, modem[id]);
}

let shown_faults = "";

function show_faults(faults) {
  if (JSON.stringify(faults) === shown_faults) return;
  shown_faults = JSON.stringify(faults);
  $("faults").replaceChildren(...faults.map((fault) => {
    const item = element("li", `${fault.words}: struck ${fault.struck} of ${fault.seen} `);
    const button = element("button", "Remove", { type: "button", "aria-label": `Remove ${fault.words}` });
    button.addEventListener("click", () => act("Removed.", "DELETE", path(`/faults?number=${fault.number}`)));
    item.append(button);
    return item;
  }));
}

async function refresh() {
  const { modems } = await call("GET", "/modems");
  if (!modems.some((modem) => modem.name === chosen)) {
    await choose(modems[0].name, false);
    return;
  }
  show_modems(modems);
  show_modem(modems.find((modem) => modem.name === chosen));
  show_faults((await call("GET", path("/faults"))).faults);
}

// ---- the conversation, and what it tells of sockets ----

const MARKS = { command: "> ", host: "> ", prompt: "< ", answer: "< " };

function show_entry(entry) {
  note_socket(entry);
  if (!(entry.kind in MARKS) && !["control", "message"].includes(entry.kind) && !$("details").checked) return;
  const list = $("conversation");
  const stays = $("pause").checked || list.scrollTop + list.clientHeight < list.scrollHeight - 40;
  const kind = entry.kind === "log" ? entry.level : entry.kind;
  const text = entry.kind === "message" ? `message to ${entry.to}: ${entry.text} (${entry.outcome})` : entry.text;
  const mark = MARKS[entry.kind] || `${kind}: `;
  list.append(element("li", `${entry.time.slice(11, 23)} ${mark}${text}`, { class: kind }));
  while (list.childElementCount > LINES_MAX) list.firstElementChild.remove();
  if (!stays) list.scrollTop = list.scrollHeight;
}

function socket_of(name) {
  if (!sockets.has(name)) sockets.set(name, { to: "", state: "", tls: "", certificates: [], failure: "" });
  return sockets.get(name);
}

// What TLS says of a connection, as what all say of it, begins with its name.
function note_tls(socket, text) {
  if (text.startsWith("start with")) Object.assign(socket, { tls: "", certificates: [] });
  else if (text.startsWith("certificate ")) socket.certificates.push(text);
  else if (text.startsWith("done: ")) socket.tls = text.slice(6);
}

function note_state(socket, text) {
  const dial = /^to (.+ port \d+.*)$/.exec(text);
  const state = /^CONNECTION_\w+ -> CONNECTION_(\w+)$/.exec(text);
  if (dial) Object.assign(socket, { to: dial[1], tls: "", certificates: [] });
  if (state) socket.state = state[1].toLowerCase();
  if (state && socket.state === "open") socket.failure = "";
}

function note_socket(entry) {
  const begun = entry.kind === "socket" && /^([^:]+): (to .+ port \d|CONNECTION_)/.exec(entry.text);
  if (begun) socket_of(begun[1]);
  const name = [...sockets.keys()].find((known) => entry.text.startsWith(`${known}: `));
  if (name === undefined) return;
  const text = entry.text.slice(name.length + 2);
  if (entry.kind === "tls") note_tls(sockets.get(name), text);
  else if (entry.kind === "socket") note_state(sockets.get(name), text);
  else if (entry.kind === "log" && text.startsWith("cannot open")) sockets.get(name).failure = text;
  else return;
  show_sockets();
}

function show_sockets() {
  $("sockets").replaceChildren(...[...sockets].map(([name, socket]) => {
    const row = document.createElement("tr");
    const tls = element("td", socket.tls);
    for (const certificate of socket.certificates) tls.append(element("div", certificate));
    row.append(element("th", name, { scope: "row" }), element("td", socket.to), element("td", socket.state), tls, element("td", socket.failure));
    return row;
  }));
}

async function show_journal() {
  const reading = ++journals;
  sockets.clear();
  $("conversation").replaceChildren();
  const { entries } = await call("GET", path("/journal"));
  if (reading !== journals) return;
  entries.forEach(show_entry);
  show_sockets();
}

async function choose(name, moves) {
  chosen = name;
  $("name").textContent = name;
  await show_journal();
  await refresh();
  if (moves) $("modem").focus();
}

async function follow() {
  const answer = await fetch("/v1/events", { headers: headers() });
  if (!answer.ok) throw new Error((await answer.json()).error);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let due = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("The run has ended, or this page was too slow.");
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data: ")) continue;
      const entry = JSON.parse(line.slice(6));
      if (entry.modem === chosen) show_entry(entry);
    }
    clearTimeout(due); // what has changed is asked for once they stand still
    due = setTimeout(() => refresh().catch((error) => complain(error.message)), 150);
  }
}

// ---- by hand ----

async function act(done, method, where, body) {
  try {
    await call(method, where, body);
    say(done);
    await refresh();
  } catch (error) {
    complain(error.message);
  }
}

function on_submit(id, handle) {
  $(id).addEventListener("submit", (event) => { event.preventDefault(); handle(); });
}

on_submit("network", () => act("The network is set.", "PATCH", path(), { registration: $("registration").value, signal: Number($("signal").value),
  operator: $("operator").value, sim: $("sim").value }));
on_submit("ring", () => act("It rings.", "POST", path("/ring"), $("caller").value ? { caller: $("caller").value } : {}));
on_submit("sms", () => act("The message is there.", "POST", path("/sms"), { from: $("from").value, text: $("text").value }));
on_submit("advance", () => act("The clock is put on.", "PATCH", path(), { clock: { advance: $("by").value } }));
on_submit("link", () => {
  const body = {};
  if ($("profile").value) body.name = $("profile").value;
  for (const key of ["rtt", "loss"]) if ($(key).value !== "") body[key] = Number($(key).value);
  act("The link is set.", "PUT", path("/link"), body);
});
on_submit("fault", () => {
  const body = { type: $("type").value, attributes: {}, when: {} };
  for (const word of $("words").value.match(/\S+=("[^"]*"|\S*)/g) || []) {
    const [name, ...value] = word.split("=");
    const text = value.join("=").replace(/^"(.*)"$/, "$1");
    if (["command", "socket", "phase"].includes(name)) body.when[name] = text;
    else if (["stream", "toxicity", "after", "count", "every", "seed"].includes(name)) body[name] = text;
    else body.attributes[name] = text;
  }
  act("The fault is there.", "POST", path("/faults"), body);
});
$("ring-end").addEventListener("click", () => act("The call has ended.", "POST", path("/ring-end")));
$("context-lost").addEventListener("click", () => act("The contexts are lost.", "POST", path("/context-lost"), {}));
$("reset").addEventListener("click", () => act("All modems are as they were.", "POST", "/reset"));
$("link-none").addEventListener("click", () => act("There is no link.", "DELETE", path("/link")));
for (const button of $("power").querySelectorAll("button")) {
  button.addEventListener("click", () => act("Done.", "POST", path("/power"), { do: button.dataset.do }));
}
$("details").addEventListener("change", () => show_journal().catch((error) => complain(error.message)));

// ---- the beginning ----

function offer(id, words) {
  $(id).replaceChildren(...words.map((word) => element("option", word, { value: word })));
}

async function begin() {
  try {
    const page = await call("GET", "/openapi.json");
    const { Settings, Link, Fault } = page.components.schemas;
    offer("registration", Settings.properties.registration.enum);
    offer("sim", Settings.properties.sim.enum);
    offer("profile", ["", ...Link.properties.name.enum]);
    offer("type", Fault.properties.type.enum);
    $("entry").hidden = true;
    $("all").hidden = false;
    await refresh();
    follow().catch((error) => complain(error.message));
  } catch (error) {
    complain(error.message);
  }
}

begin();
