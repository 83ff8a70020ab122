// Markdown of a reply in progress. It looks as the server's final rendering will, because the server uses the port of this renderer.

import "../vendor/markdown-it-14.3.3.min.js";

const DEEPEST = 50; // levels of quotes and lists; deeper nesting is left out, as the server does
const MOST_CELLS = 5000; // the limit on the cells of all tables in a text
const HEADINGS_BELOW_THE_PAGES = 3;
const ALLOWED = "P BR HR PRE BLOCKQUOTE UL OL LI H1 H2 H3 H4 H5 H6 A CODE EM STRONG S TABLE THEAD TBODY TR TH TD".split(" ");
const LINKS = /^(https?|mailto):/i;
const BEGUN_LINE = /(^|\n)[ \t]*(?:[-=*+_#>|`~ \t]+|\d+[.)]?)$/;
const FENCE = /^[ \t]*(?:[-*+>]|\d+[.)])?[ \t]*(?:`{3}|~{3})/gm;

const withTables = makeRenderer("table");
const withoutTables = makeRenderer();

/** Show `text` in `element`, changing only what differs, so that a selection and the scrolling of code stay. */
export function showMarkdown(element, text) {
  const renderer = countCells(text) <= MOST_CELLS ? withTables : withoutTables;
  const rendered = new DOMParser().parseFromString(renderer.render(settled(text)), "text/html").body;
  update(element, cleaned(rendered));
}

function makeRenderer(...rules) {
  const renderer = globalThis.markdownit("commonmark", { html: false, breaks: true, maxNesting: DEEPEST });
  return renderer.enable(["strikethrough", ...rules]).disable("image");
}

/** Return the text without a line of marks that may still become anything, and with open code and emphasis closed, so that nothing
 * jumps when the rest arrives. */
function settled(text) {
  const isInCode = (text.match(FENCE) ?? []).length % 2 === 1;
  return isInCode ? text : closed(text.replace(BEGUN_LINE, "$1"));
}

function closed(text) {
  const last = text.slice(text.lastIndexOf("\n\n") + 1).replace(/\\./gs, "");
  if (count(last, "`") % 2 === 1) return close(text, "`");
  return count(last.replace(/`[^`]*`/g, ""), "**") % 2 === 1 ? close(text, "**") : text;
}

/** Close what `mark` has opened, or leave out the mark if nothing follows it yet. */
function close(text, mark) {
  return text.endsWith(mark) ? text.slice(0, -mark.length) : `${text.replace(/\*$/, "").trimEnd()}${mark}`;
}

function count(text, mark) {
  return text.split(mark).length - 1;
}

/** Return an upper bound on the number of cells in the text's tables. Rows are padded to the header's width, so a short text can
 * have very many. */
function countCells(text) {
  const cells = (line) => count(line, "|") + 1;
  const blocks = text.split("\n\n").map((block) => block.split("\n"));
  return blocks.reduce((sum, lines) => sum + lines.length * Math.max(...lines.map(cells)), 0);
}

/** Reduce rendered Markdown to the server's list of elements and attributes. The renderer yields no others; this makes sure. */
function cleaned(part) {
  for (const node of [...part.querySelectorAll("*")]) {
    if (ALLOWED.includes(node.tagName)) clean(node);
    else node.replaceWith(...node.childNodes);
  }
  return part;
}

function clean(node) {
  const { tagName } = node;
  const href = node.getAttribute("href");
  const start = node.getAttribute("start");
  for (const name of node.getAttributeNames()) node.removeAttribute(name);
  if (tagName === "A" && LINKS.test(href)) {
    node.setAttribute("href", href);
    node.setAttribute("rel", "noopener nofollow");
  }
  if (tagName === "OL" && start) node.setAttribute("start", start);
  if (/^H[1-6]$/.test(tagName)) lower(node);
}

/** Demote a heading below the page's own. */
function lower(heading) {
  const level = Math.min(6, Number(heading.tagName[1]) + HEADINGS_BELOW_THE_PAGES);
  const lowered = document.createElement(`h${level}`);
  lowered.append(...heading.childNodes);
  heading.replaceWith(lowered);
}

/** Make the children of `shown` equal to those of `next`, keeping every node that is the same or only grows. */
function update(shown, next) {
  const now = [...shown.childNodes];
  const wanted = [...next.childNodes];
  wanted.forEach((node, index) => (now[index] ? adapt(now[index], node) : shown.append(node)));
  for (const node of now.slice(wanted.length)) node.remove();
}

function adapt(shown, next) {
  if (shown.isEqualNode(next)) return;
  if (!shown.cloneNode(false).isEqualNode(next.cloneNode(false)) && !areTexts(shown, next)) shown.replaceWith(next);
  else if (!areTexts(shown, next)) update(shown, next);
  else if (next.data.startsWith(shown.data)) shown.appendData(next.data.slice(shown.length));
  else shown.data = next.data;
}

function areTexts(...nodes) {
  return nodes.every((node) => node.nodeType === Node.TEXT_NODE);
}
