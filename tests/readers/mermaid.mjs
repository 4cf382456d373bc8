// Read Mermaid flowcharts with Mermaid's own parser: a JSON list of texts on standard input, and
// for each what was understood, or the parser's complaint, on standard output.

import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM(""); // labels are cleaned by a library that wants a document
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

// Mermaid keeps codes such as #34; in a form of its own until it draws.
const decoded = (words) =>
  words?.replace(/ﬂ°°(\d+)¶ß/g, (_, code) => String.fromCodePoint(code));

async function read(text) {
  try {
    await mermaid.parse(text);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    return {
      nodes: Object.fromEntries([...db.getVertices()].map(([id, { text }]) => [id, decoded(text)])),
      edges: db
        .getEdges()
        .map(({ start, end, type, text, stroke }) => [start, end, type, stroke, decoded(text)]),
      groups: db.getSubGraphs().map(({ title, nodes }) => [decoded(title), nodes]),
    };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
}

const found = [];
for (const text of JSON.parse(readFileSync(0, "utf-8"))) found.push(await read(text)); // one at a time
console.log(JSON.stringify(found));
