// What the page says of the runs that it holds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { tellRounding } from "../../nlp_lstm/explorer/web/share.js";

test("a line says what rounding moves, and on which text, or that it is not known", () => {
  const rounding = { total_variation: 0.00412, same_top: 0.9921, sentences: 50, data: "stories" };
  const told = tellRounding({ name: "a", rounding }).replaceAll("\u00a0", " ");
  assert.equal(told, "a: rounding moves 0.41 % of the probability to other answers, on average, and the first answer stays the same "
    + "after 99.2 % of the words, in 50 sentences of stories.");
  assert.match(tellRounding({ name: "a", rounding: { ...rounding, total_variation: null } }), /^a: .* is not measured\.$/);
});
