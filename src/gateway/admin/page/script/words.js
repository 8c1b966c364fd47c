"use strict";
// Refreshes what the server has written, and draws. The files of this folder
// are one script, in the order that page.rs says.

// Words and elements. Every text from outside goes in as text, never as HTML.

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

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
