// Plays a person with a keyboard at the live page: control_page.mjs PORT TOKEN.  One line of JSON on standard output
// says what was seen; an error ends it with status 1.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PLAYWRIGHT_FOLDER}/`);
const { chromium } = require("playwright-core");
const [port, token] = process.argv.slice(2);
const origin = `http://127.0.0.1:${port}`;
const limit = { timeout: 30000 };

function check(holds, what) {
  if (!holds) throw new Error(what);
}

async function has_text(page, selector, text) {
  await page.waitForFunction(([where, words]) => document.querySelector(where).textContent.includes(words), [selector, text], limit);
}

// Tab by tab through all of the page: what has the focus, by role and name.
async function walk(page) {
  const seen = [];
  await page.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press("Tab");
    const id = await page.evaluate(() => {
      const at = document.activeElement;
      if (at === document.body) return null;
      at.dataset.walked = "yes";
      const outline = getComputedStyle(at).outlineStyle;
      return `${at.tagName} ${at.id || at.textContent} ${outline}`;
    });
    if (id === null) break;
    check(!id.endsWith(" none"), `the focus is not seen on ${id}`);
    seen.push(id);
  }
  return seen;
}

// What a screen reader would have no name for, or a keyboard cannot reach.
async function faults_of(page) {
  return page.evaluate(() => {
    const found = [];
    const visible = (node) => node.offsetParent !== null;
    for (const node of document.querySelectorAll("input, select, button, output")) {
      if (!visible(node) || node.tagName === "OUTPUT") continue;
      const name = node.getAttribute("aria-label") || (node.labels && node.labels.length > 0 && node.labels[0].textContent) || (node.tagName === "BUTTON" && node.textContent);
      if (!name || !name.trim()) found.push(`no name: ${node.outerHTML}`);
      if (!node.dataset.walked) found.push(`not reached: ${node.outerHTML}`);
    }
    const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
    if (new Set(ids).size !== ids.length) found.push("an id comes twice");
    for (const node of document.querySelectorAll("[aria-labelledby], [aria-describedby]"))
      for (const id of (node.getAttribute("aria-labelledby") || node.getAttribute("aria-describedby")).split(" "))
        if (!document.getElementById(id)) found.push(`labelled by nothing: ${id}`);
    for (const table of document.querySelectorAll("table"))
      if (!table.caption || !table.querySelector("th[scope]")) found.push("a table without caption or headers");
    let level = 0;
    for (const heading of document.querySelectorAll("#all h2, #all h3, h1")) {
      const now = Number(heading.tagName[1]);
      if (now > level + 1) found.push(`a heading too deep: ${heading.textContent}`);
      level = now;
    }
    if (!document.documentElement.lang || !document.title) found.push("no language, or no title");
    return found;
  });
}

async function enter(page, problems) {
  await page.goto(`${origin}/`, limit);
  await page.getByLabel(/^Token/).waitFor(limit);
  check(await page.evaluate(() => document.activeElement.id === "token"), "the token is not asked for at once");
  await page.keyboard.type("no such token at all");
  await page.keyboard.press("Enter");
  await has_text(page, "[role=alert]", "token is missing or wrong");
  await page.getByLabel(/^Token/).fill(token);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "m95", exact: true }).waitFor(limit);
  await page.getByRole("button", { name: "he910" }).waitFor(limit); // all is there
  await has_text(page, "#facts", "Network");
  problems.length = 0; // the browser tells of each 401
}

async function use(page) {
  await has_text(page, "#conversation", "> AT+CSQ");
  await has_text(page, "#conversation", "< OK");
  await page.getByLabel("Registration").focus();
  await page.keyboard.type("den");
  await page.getByRole("button", { name: "Set the network" }).press("Enter");
  await has_text(page, "[role=status]", "The network is set.");
  await has_text(page, "#facts", "not registered (denied)");
  await page.getByLabel("Signal").fill("77");
  await page.getByRole("button", { name: "Set the network" }).press("Enter");
  await has_text(page, "[role=alert]", "allowed: 0 to 31, 99");
  await page.getByRole("button", { name: "Reset all" }).press("Enter");
  await has_text(page, "#facts", "home");
  await page.getByLabel("Radio").selectOption("gprs");
  await page.getByRole("button", { name: "Set the link" }).press("Space");
  await has_text(page, "#link-now", "gprs");
  await page.getByLabel("What goes wrong").selectOption("latency");
  await page.getByLabel("How, and when").fill("latency=2000 socket=1 command=\"AT+Q *\"");
  await page.keyboard.press("Enter");
  await has_text(page, "#faults", "latency latency=2000");
  await page.getByRole("button", { name: /^Remove latency/ }).press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("#faults li").length === 0, null, limit);
  await page.getByLabel("Message from").fill("+49170");
  await page.getByLabel("Text").fill("hello");
  await page.keyboard.press("Enter");
  await has_text(page, "#facts", "1, 1 unread");
  await page.getByRole("button", { name: "Power off" }).press("Enter");
  await has_text(page, "#facts", "off");
  await page.getByRole("button", { name: "Power on" }).press("Enter");
  await has_text(page, "#facts", "home");
}

async function look_at_sockets(page) {
  await page.getByRole("button", { name: "he910" }).press("Enter");
  await page.getByRole("heading", { name: "he910", exact: true }).waitFor(limit);
  await page.waitForFunction(() => document.activeElement.id === "modem", null, limit); // the focus goes along
  await has_text(page, "#sockets", "certificate 1 of 1: CN=");
  return page.locator("#sockets").innerText();
}

// Two that shook hands side by side.
async function look_at_two(page) {
  await page.getByRole("button", { name: "m95two" }).press("Enter");
  await page.getByRole("heading", { name: "m95two", exact: true }).waitFor(limit);
  await has_text(page, "#sockets", "elsewhere.test");
  return page.locator("#sockets").innerText();
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  const problems = [];
  page.setDefaultTimeout(limit.timeout);
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) problems.push(message.text()); });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => { if (!request.url().startsWith(`${origin}/`)) problems.push(request.url()); });
  await enter(page, problems);
  const walked = await walk(page);
  const faults = await faults_of(page);
  await use(page);
  problems.splice(0, problems.length, ...problems.filter((text) => !text.includes("status of 400")));
  const sockets = await look_at_sockets(page);
  const two = await look_at_two(page);
  if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE, fullPage: true });
  console.log(JSON.stringify({ walked, faults, problems, sockets, two }));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await browser.close();
}
