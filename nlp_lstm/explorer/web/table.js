// Small pieces of HTML that the panels share: elements, and the table below each picture.

/**
 * Make an HTML element. Words become text.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} inside
 * @returns {HTMLElementTagNameMap[K]}
 */
export function html(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

/**
 * A button that does one thing.
 * @param {string} words
 * @param {() => void} press
 * @param {Record<string, string>} attributes
 */
export function button(words, press, attributes = {}) {
  const element = html("button", { type: "button", ...attributes }, words);
  element.addEventListener("click", press);
  return element;
}

/**
 * A choice of one from several, with its label.
 * @param {string} label
 * @param {{value: string, words: string}[]} options
 * @param {(value: string) => void} choose
 */
export function choice(label, options, choose) {
  const select = html("select");
  offer(select, options);
  select.addEventListener("change", () => choose(select.value));
  return { element: html("label", { class: "choice" }, html("span", {}, label), select), select };
}

/**
 * Fill a choice anew if its options have changed.
 * @param {HTMLSelectElement} select
 * @param {{value: string, words: string}[]} options
 */
export function offer(select, options) {
  const now = JSON.stringify(options);
  if (select.dataset.options === now) return;
  select.dataset.options = now;
  select.replaceChildren(...options.map(({ value, words }) => html("option", { value }, words)));
}

/**
 * The table below a picture, folded.
 * @param {string} summary
 * @returns {{element: HTMLDetailsElement, fill: (columns: string[], rows: string[][]) => void}}
 */
export function tableBelow(summary) {
  const table = html("table", { class: "numbers" });
  const scroll = html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": summary }, table);
  const element = html("details", { class: "table" }, html("summary", {}, summary), scroll);
  /** @type {() => void} */
  let refill = () => {};
  element.addEventListener("toggle", () => element.open && refill());
  return {
    element,
    fill(columns, rows) {
      refill = () => {
        const names = columns.map((name) => html("th", { scope: "col" }, name));
        const lines = rows.map(([first, ...rest]) =>
          html("tr", {}, html("th", { scope: "row" }, first), ...rest.map((cell) => html("td", {}, cell))));
        table.replaceChildren(html("thead", {}, html("tr", {}, ...names)), html("tbody", {}, ...lines));
      };
      if (element.open) refill();
    },
  };
}

const AFTER_DRAWING = 200; // milliseconds

/**
 * Scroll to an element. Panels are drawn when they come near, and have their height then: so this is done twice.
 * @param {Element | null} element
 * @param {ScrollLogicalPosition} block where it then stands
 */
export function arriveAt(element, block = "start") {
  const arrive = () => element?.scrollIntoView({ block });
  arrive();
  setTimeout(arrive, AFTER_DRAWING);
}

const IDLE = 1200; // milliseconds after the last change

/**
 * Have what changes read out only while the reader is there: one change is told once, not by every panel.
 * @param {HTMLElement} where
 * @param {Element} said
 */
export function tellWhere(where, said) {
  said.setAttribute("aria-live", "off");
  where.addEventListener("focusin", () => said.setAttribute("aria-live", "polite"));
  where.addEventListener("focusout", () => said.setAttribute("aria-live", "off"));
}

/**
 * Draw a panel only while it is near the screen, so that a key pressed draws no more than what is seen; again when
 * its width changes; and once the reader rests or prints, so that paper shows all panels.
 * @template V
 * @param {HTMLElement} element
 * @param {(view: V) => void} draw
 * @returns {(view: V) => void}
 */
export function whenSeen(element, draw) {
  /** @type {V | undefined} */
  let last;
  let seen = false, late = false, width = 0, rest = 0;
  const catchUp = () => {
    if (!late || last === undefined) return;
    late = false;
    draw(last);
  };
  const observer = new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    if (seen) catchUp();
  }, { rootMargin: "300px" });
  observer.observe(element);
  for (const said of element.querySelectorAll("[aria-live]")) tellWhere(element, said);
  window.addEventListener("beforeprint", catchUp);
  new ResizeObserver(() => {
    late ||= width !== element.clientWidth;
    width = element.clientWidth;
    if (seen) catchUp();
  }).observe(element);
  return (view) => {
    [last, late] = [view, true];
    clearTimeout(rest);
    if (seen) catchUp();
    else rest = window.setTimeout(catchUp, IDLE);
  };
}
