// The editor of a rule file: it checks and saves as one types, jumps to mistakes, and completes
// words. Without this script the same form works by its buttons.

const PAUSE = 300; // milliseconds without a key
const form = document.querySelector("[data-editor]");
const areas = [...form.querySelectorAll("textarea[data-file]")];
const version = form.elements.version;
let waiting = 0;
let unsaved = false;
let asked = 0;

// An answer is parsed as a document of its own, which runs nothing.
function ask(fields, take) {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.responseType = "document";
  request.addEventListener("loadend", () => take(request.response, request.status));
  request.send(new URLSearchParams(fields));
}

function fields(what) {
  return { ...Object.fromEntries(new FormData(form)), do: what };
}

function check() {
  const number = ++asked;
  const sent = areas.map((area) => area.value);
  ask(fields("live"), (answer, status) => {
    const panel = answer && answer.querySelector("#panel");
    if (number !== asked) return later();
    if (status !== 200 || !panel) return say(form.dataset.unsaved);
    if (panel.dataset.notice === "saved elsewhere") return say(form.dataset.elsewhere);
    version.value = panel.dataset.version;
    unsaved = areas.some((area, place) => area.value !== sent[place]);
    say(form.dataset.saved);
    show(panel);
  });
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(check, PAUSE);
}

function say(words) {
  document.querySelector("#saved").textContent = words;
}

function show(panel) {
  const open = [...document.querySelectorAll("#panel details[open] > summary")].map((one) => one.textContent);
  const fresh = document.importNode(panel, true);
  for (const one of fresh.querySelectorAll("details")) {
    if (open.includes(one.querySelector("summary").textContent)) one.open = true;
  }
  document.querySelector("#panel").replaceWith(fresh);
  placesBecomeButtons();
}

function placesBecomeButtons() {
  for (const item of document.querySelectorAll("#panel li[data-line]")) {
    const area = areas.find((one) => one.dataset.file === item.dataset.file);
    const words = item.querySelector(".place");
    if (!area || !words) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "place";
    button.textContent = words.textContent;
    button.addEventListener("click", () => jump(area, +item.dataset.line, +item.dataset.column));
    words.replaceWith(button);
  }
}

function jump(area, line, column) {
  const before = area.value.split("\n").slice(0, line - 1);
  const at = before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  area.focus();
  area.setSelectionRange(at, at);
  const height = parseFloat(getComputedStyle(area).lineHeight);
  const top = area.getBoundingClientRect().top + scrollY + (line - 1) * height;
  scrollTo({ top: top - innerHeight / 3 });
}

function number(area) {
  const lines = Math.max(area.value.split("\n").length, 8);
  const numbers = area.parentElement.querySelector(".numbers");
  if (area.rows === lines && numbers.dataset.lines) return;
  area.rows = lines;
  numbers.dataset.lines = lines;
  numbers.textContent = Array.from({ length: lines }, (_, place) => place + 1).join("\n");
}

// Words that may stand at the cursor.
const hints = document.createElement("ul");
hints.className = "hints";
hints.id = "hints";
hints.hidden = true;
hints.setAttribute("role", "listbox");
hints.setAttribute("aria-label", form.dataset.hints);
document.body.append(hints);
let writing = null;
let chosen = -1;

function complete(area) {
  const at = area.selectionStart;
  const before = area.value.slice(0, at);
  const place = { text: area.value, line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
  ask({ ...place, field: area.name, do: "complete", version: version.value }, (answer) => {
    const found = answer ? [...answer.querySelectorAll("li")] : [];
    // An answer that comes late speaks of another place, and must not hide what is offered here.
    if (document.activeElement !== area || area.selectionStart !== at) return;
    if (!found.length) return hide();
    writing = area;
    hints.replaceChildren(...found.map((one) => document.importNode(one, true)));
    put(area, place);
    hints.hidden = false;
    area.setAttribute("aria-controls", "hints");
    choose(0);
  });
}

function put(area, place) {
  const style = getComputedStyle(area);
  const height = parseFloat(style.lineHeight);
  const box = area.getBoundingClientRect();
  const letter = parseFloat(style.fontSize) * 0.602;
  const left = box.left + scrollX + parseFloat(style.paddingLeft) + (place.column - 1) * letter - area.scrollLeft;
  hints.style.top = `${box.top + scrollY + place.line * height + 10}px`;
  hints.style.left = `${Math.max(8, Math.min(left, innerWidth - 300))}px`;
}

function choose(place) {
  const items = [...hints.children];
  chosen = (place + items.length) % items.length;
  items.forEach((one, number) => one.setAttribute("aria-selected", String(number === chosen)));
  items[chosen].scrollIntoView({ block: "nearest" });
  writing.setAttribute("aria-activedescendant", items[chosen].id);
}

function hide() {
  hints.hidden = true;
  if (writing) writing.removeAttribute("aria-activedescendant");
}

// Typed as by hand, so that the browser can undo it.
function type(area, from, to, text) {
  area.setSelectionRange(from, to);
  document.execCommand("insertText", false, text);
}

function accept() {
  const { insert, back } = hints.children[chosen].dataset;
  const end = writing.selectionStart;
  hide();
  type(writing, end - Number(back), end, insert);
}

function key(event) {
  const area = event.currentTarget;
  if (!hints.hidden) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) choose(chosen + moves[event.key]);
    else if (event.key === "Enter" || event.key === "Tab") accept();
    else if (event.key === "Escape") hide();
    else return;
    event.preventDefault();
  } else if (event.key === " " && event.ctrlKey) {
    event.preventDefault();
    complete(area);
  } else if (event.key === "Enter" && !event.ctrlKey) {
    // The next line begins below this one.
    const line = area.value.slice(0, area.selectionStart).split("\n").pop();
    event.preventDefault();
    type(area, area.selectionStart, area.selectionEnd, `\n${line.match(/^ */)[0]}`);
  }
}

for (const area of areas) {
  number(area);
  area.addEventListener("input", (event) => {
    unsaved = true;
    number(area);
    later();
    if (/^[a-z_.-]$/.test(event.data || "")) complete(area);
    else hide();
  });
  area.addEventListener("keydown", key);
  area.addEventListener("blur", () => setTimeout(hide, 200));
}
hints.addEventListener("mousedown", (event) => {
  const item = event.target.closest("li");
  event.preventDefault();
  if (item) {
    chosen = [...hints.children].indexOf(item);
    accept();
  }
});
form.addEventListener("submit", () => {
  clearTimeout(waiting);
  unsaved = false;
});
addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
// A person may have typed before this script was here.
if (areas.some((area) => area.value !== area.defaultValue)) {
  unsaved = true;
  later();
}
placesBecomeButtons();
