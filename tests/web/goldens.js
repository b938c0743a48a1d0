// What NumPy has read, from the files that GOLDENS names; and how far numbers are apart.
import assert from "node:assert/strict";
import fs from "node:fs";

const folder = process.env.GOLDENS;
if (!folder) throw new Error("GOLDENS is not set: run pytest tests/test_explorer_engine.py, which writes them");

/** @param {string} name */
export function golden(name) {
  return JSON.parse(fs.readFileSync(`${folder}/${name}.json`, "utf8"));
}

/** The largest difference of two nestings of numbers, of each number that is above 1 as a share of it. */
export function apart(found, wanted) {
  if (typeof wanted === "number") return Math.abs(found - wanted) / Math.max(1, Math.abs(wanted));
  assert.equal(found.length, wanted.length);
  let most = 0;
  wanted.forEach((value, place) => {
    const gap = apart(found[place], value);
    most = Number.isNaN(gap) ? Infinity : Math.max(most, gap);
  });
  return most;
}

/** Fails unless every number is as near as that. */
export function assertNear(found, wanted, most, what) {
  const gap = apart(found, wanted);
  assert.ok(gap <= most, `${what}: ${gap} apart, at most ${most}`);
  return gap;
}
