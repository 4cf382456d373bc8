// A picture of flows whose arrows and pods are buttons. Python sends SVG text, an explanation and
// details; this sends back which part was chosen. It knows nothing of policies. Both speak through a
// core widget, the `exchange`: anywidget's own model can go deaf (see traffic_map.py).

const HINT = "Choose an arrow or a pod to read why. With the keyboard: Tab, arrow keys, Enter.";
const SILENT = "Waiting for Python. If the kernel was restarted, run the notebook again.";
const GLOW_MS = 1200;
const SILENCE_MS = 3000;
const MARKUP = /^(SPAN|P|PRE|MARK|INS)$/; // what details are made of, and its attributes
const ATTRIBUTES = ["class", "role", "tabindex", "aria-label", "aria-hidden"];

async function render({ model: own, el }) {
  const model = await own.widget_manager.get_model(own.get("exchange").replace("IPY_MODEL_", ""));
  const picture = make("div", "nl-picture");
  const tip = make("div", "nl-tip", { "aria-hidden": "true" }); // the part's own label says it
  const why = make("div", "nl-why", { role: "status", "aria-live": "polite" });
  const reasons = make("div", "nl-reasons"); // not announced: it is long, and there to be read
  const said = make("div", "nl-said", { role: "status" }); // for ears only: the new numbers
  const ended = new AbortController();
  const timers = new Map();
  let stop = null; // the part that Tab reaches; the arrow keys move on from there
  let silence = 0;

  picture.append(tip);
  el.classList.add("nl-traffic-map");
  el.append(picture, why, reasons, said);

  const svg = () => picture.querySelector(":scope > svg");
  const parts = () => [...(svg()?.querySelectorAll("[data-key]") ?? [])];
  const part = (key) => parts().find((node) => node.dataset.key === key);
  const partAt = (target) => target.closest?.("[data-key]");

  function draw() {
    const fresh = parse(model.get("svg"));
    if (!fresh) return;
    const before = new Map(parts().map((node) => [node.dataset.key, node.dataset.verdict]));
    if (svg()) {
      patch(svg(), fresh);
      said.textContent = fresh.getAttribute("aria-label");
    } else picture.prepend(document.importNode(fresh, true));
    mark();
    for (const node of parts()) {
      const was = before.get(node.dataset.key);
      if (was !== undefined && was !== node.dataset.verdict) glow(node);
    }
  }

  function glow(node) {
    clearTimeout(timers.get(node));
    node.classList.add("changed");
    timers.set(node, setTimeout(() => fade(node), GLOW_MS));
  }

  function fade(node) {
    timers.delete(node);
    node.classList.remove("changed");
  }

  // What a redraw must not take away: the chosen part, and the one tab stop.
  function mark() {
    const chosen = model.get("selected");
    if (!part(stop)) stop = part(chosen) ? chosen : parts()[0]?.dataset.key;
    for (const node of parts()) {
      write(node, "aria-pressed", String(node.dataset.key === chosen));
      write(node, "tabindex", node.dataset.key === stop ? "0" : "-1");
    }
  }

  function choose(key) {
    if (key === model.get("selected")) return;
    model.set("selected", key);
    model.save_changes();
    clearTimeout(silence);
    if (key) silence = setTimeout(beSilent, SILENCE_MS);
    else explain("");
  }

  function beSilent() {
    why.textContent = SILENT;
    reasons.replaceChildren();
  }

  function detail() {
    const page = new DOMParser().parseFromString(model.get("details") ?? "", "text/html");
    reasons.replaceChildren(...[...page.body.childNodes].flatMap(known));
  }

  function explain(text) {
    clearTimeout(silence);
    why.replaceChildren(...(text || HINT).split("\n").map(line));
    why.classList.toggle("nl-hint", !text);
  }

  // The part under the pointer or with the focus stands out, a pod together with its arrows.
  function point(node, x, y) {
    const pod = node?.dataset.pod;
    const { source, destination } = node?.dataset ?? {};
    for (const other of parts()) {
      const ends = [other.dataset.source, other.dataset.destination];
      const near = pod ? ends.includes(pod) : [source, destination].includes(other.dataset.pod);
      other.toggleAttribute("data-near", Boolean(node) && (other === node || near));
    }
    picture.classList.toggle("nl-pointing", Boolean(node));
    tip.textContent = node?.dataset.label ?? "";
    tip.hidden = !tip.textContent;
    if (node) place(tip, picture, x, y);
  }

  // A click says it with the pointer already; the keyboard needs the same tip.
  function pointAtFocus() {
    const node = picture.querySelector("[data-key]:focus-visible");
    const box = (node?.querySelector(".nl-line") ?? node)?.getBoundingClientRect();
    point(node, box?.left + box?.width / 2, node?.dataset.pod ? box.bottom : box?.top + box?.height / 2);
  }

  function walk(step) {
    const all = parts();
    const at = all.findIndex((node) => node.dataset.key === stop);
    const to = { first: 0, last: all.length - 1 }[step] ?? (at + step + all.length) % all.length;
    all[to]?.focus();
  }

  const keys = {
    Enter: (node) => choose(node.dataset.key),
    " ": (node) => choose(node.dataset.key),
    Escape: () => (point(null), choose("")),
    ArrowRight: () => walk(1),
    ArrowDown: () => walk(1),
    ArrowLeft: () => walk(-1),
    ArrowUp: () => walk(-1),
    Home: () => walk("first"),
    End: () => walk("last"),
  };

  function on(target, type, handle, capture = false) {
    target.addEventListener(type, handle, { capture, signal: ended.signal });
  }
  on(picture, "click", (event) => choose(partAt(event.target)?.dataset.key ?? ""));
  on(picture, "keydown", (event) => {
    const node = partAt(event.target);
    if (!node || !keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key](node);
  });
  on(picture, "focusin", (event) => {
    stop = partAt(event.target)?.dataset.key ?? stop;
    mark();
    pointAtFocus();
  });
  on(reasons, "keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    part(stop)?.focus();
    choose("");
  });
  on(picture, "focusout", () => point(null));
  on(picture, "pointermove", (event) => point(partAt(event.target), event.clientX, event.clientY));
  on(picture, "pointerleave", pointAtFocus);

  // JupyterLab takes a letter typed on a control inside an output as a command on the cell: `b`
  // adds one, `m` turns it into text. The attribute it respects has to be on the focused element
  // itself; while Ctrl or Cmd is down it is taken off, so that Ctrl+S still saves.
  const home = () => el.closest(".jp-OutputArea-output") ?? el.closest(".nl-board") ?? el;
  function guard(event) {
    if (!(event.target instanceof Element) || !home().contains(event.target)) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !(event.ctrlKey || event.metaKey));
  }
  for (const type of ["focusin", "keydown", "keyup"]) on(window, type, guard, true);

  keepNaming();
  // The same details may belong to another explanation, and then say nothing of themselves.
  const told = () => (explain(model.get("explanation")), detail());
  const listeners = { svg: draw, selected: mark, explanation: told, details: detail };
  for (const [trait, listen] of Object.entries(listeners)) model.on(`change:${trait}`, listen);
  draw();
  told();
  point(null);

  return () => {
    for (const [trait, listen] of Object.entries(listeners)) model.off(`change:${trait}`, listen);
    for (const timer of [...timers.values(), silence]) clearTimeout(timer);
    ended.abort();
  };
}

// What JupyterLab and core widgets leave without a name gets one. Radio buttons are single ones to
// the keyboard and to screen readers until they are a group; a picture that is an output of its
// own is an <img> without words.
const NAMELESS = {
  ".jp-OutputArea-output:has(.nl-traffic-map) .widget-radio-box:not([role])": group,
  ".nl-task select[title]:not([aria-label])": (list) => list.setAttribute("aria-label", list.title),
  '.jp-RenderedSVG > img[src*="nl-map"]:not([alt])': describe,
};

// Once for a page, however many widgets are on it, and whatever comes to the page later.
function nameAll() {
  for (const [selector, name] of Object.entries(NAMELESS)) {
    document.querySelectorAll(selector).forEach(name);
  }
}
function keepNaming() {
  if (document.documentElement.dataset.nlNames) return;
  document.documentElement.dataset.nlNames = "kept";
  let asked = 0;
  const soon = () => (asked ||= requestAnimationFrame(() => ((asked = 0), nameAll())));
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
}

// Named by its own label, or by the line that its box begins with.
function group(box) {
  const label = box.parentElement.querySelector(":scope > .widget-label");
  const hidden = !label || label.style.display === "none";
  const words = hidden ? box.parentElement.parentElement.firstElementChild : label;
  box.setAttribute("role", "radiogroup");
  box.setAttribute("aria-label", words.textContent.trim());
  const name = `nl-${Math.random()}`;
  for (const button of box.querySelectorAll("input")) button.name = name;
}

function describe(image) {
  const text = decodeURIComponent(image.src.slice(image.src.indexOf(",") + 1));
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const words = [svg.getAttribute("aria-label"), svg.querySelector(":scope > desc")?.textContent];
  image.alt = words.filter(Boolean).join(". ");
}

function make(name, className, attributes = {}) {
  const node = Object.assign(document.createElement(name), { className });
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

// A copy of markup with nothing in it but known elements and attributes, and text.
function known(node) {
  if (node instanceof Text) return [node.data];
  const within = [...node.childNodes].flatMap(known);
  if (!MARKUP.test(node.nodeName)) return within;
  const copy = document.createElement(node.nodeName);
  for (const name of ATTRIBUTES) {
    if (node.hasAttribute(name)) copy.setAttribute(name, node.getAttribute(name));
  }
  copy.append(...within);
  return [copy];
}

// A line of text that, where it wraps, stays to the right of its first word.
function line(text) {
  const node = Object.assign(make("div", "nl-words"), { textContent: text });
  node.style.setProperty("--nl-hang", `${text.match(/^ *(\S+ {2,})?/)[0].length}ch`);
  return node;
}

// The SVG as elements that are not in the page yet, with its parts dressed as buttons.
function parse(text) {
  if (!text) return null;
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (root.nodeName !== "svg") return null;
  root.setAttribute("role", "group"); // the children of an img would be hidden from screen readers
  root.querySelectorAll("title").forEach((node) => node.remove()); // a second tip; aria-label stays
  for (const node of root.querySelectorAll("[data-key]")) {
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", nameOf(node));
    // Shows the focus: a ring under an arrow, a rim over a cell of a grid.
    const ring = node.querySelector(".nl-hit")?.cloneNode();
    const arrow = ring?.nodeName === "path";
    ring?.setAttribute("class", arrow ? "nl-ring" : "nl-rim");
    if (ring) node[arrow ? "prepend" : "append"](ring);
  }
  return root;
}

// The words that are painted on a part, then its label: who speaks to the page says what they see.
function nameOf(node) {
  const painted = [...node.querySelectorAll("text")].filter((text) => !text.closest('[visibility="hidden"]'));
  for (const text of painted) text.after(" "); // else the last word of one and the first of the next are one
  const words = painted.map((text) => text.textContent).join(", ");
  return [words, node.dataset.label ?? node.dataset.key].filter(Boolean).join("; ");
}

// Make `old` like `fresh` by writing only what differs, so that focus and transitions survive.
function patch(old, fresh) {
  if (old.nodeName !== fresh.nodeName || old.dataset?.key !== fresh.dataset?.key) {
    old.replaceWith(document.importNode(fresh, true));
    return;
  }
  if (!(old instanceof Element)) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  const kept = new Set(["aria-pressed", "tabindex", "data-near"]); // render's own
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !kept.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) write(old, name, value);
  const keyed = new Map([...old.children].map((child) => [child.dataset.key, child]));
  const wanted = [...fresh.childNodes];
  wanted.forEach((child, index) => {
    const key = child.dataset?.key;
    const here = old.childNodes[index];
    const match = (key && keyed.get(key)) ?? here;
    if (!match) old.append(document.importNode(child, true));
    else {
      if (match !== here) old.insertBefore(match, here ?? null);
      patch(match, child);
    }
  });
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
}

function write(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

// Beside the pointer, but inside the picture.
function place(tip, picture, x, y) {
  const box = picture.getBoundingClientRect();
  const left = Math.min(Math.max(x - box.left + 14, 4), box.width - tip.offsetWidth - 4);
  const below = y - box.top + 18;
  const top = below + tip.offsetHeight < box.height ? below : y - box.top - tip.offsetHeight - 12;
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}

export default { render };
