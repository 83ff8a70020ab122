/* Check the colours of each look on the page that is not among `known`, one per line, and return axe's result with the looks that hold.

A look is all that axe computes the contrast of a text from: its own style, and what its ancestors paint behind it. Tables and
frames of pages repeat theirs hundreds of times. At first one element stands for each look. Where axe could not judge it, for
example because something covers it, all elements with that look follow. A look counts as known only after it has passed. */
async ([rules, known]) => {
  const NOTHING = "rgba(0, 0, 0, 0) none 1 none normal";
  const FIELDS = "select, textarea, input:not([type=checkbox], [type=radio], [type=hidden], [type=file], [type=range])";
  const chains = new Map([[null, ""]]);

  function behind(element) {
    if (!chains.has(element)) {
      const style = getComputedStyle(element);
      const own = `${style.backgroundColor} ${style.backgroundImage} ${style.opacity} ${style.filter} ${style.mixBlendMode}`;
      chains.set(element, (own === NOTHING ? "" : `/${own}`) + behind(element.parentElement));
    }
    return chains.get(element);
  }

  function letters(element) {
    const style = getComputedStyle(element);
    return `${style.color} ${style.fontSize} ${style.fontWeight} ${style.textShadow} ${style.textDecorationLine}`;
  }

  const hasText = (element) => Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim());

  function look(element) {
    const link = element.closest("a[href]"); // is distinguished from the text around it
    const around = link?.parentElement;
    const beside = link ? ` in ${around.localName} ${hasText(around)} ${letters(around)}` : "";
    return letters(element) + beside + behind(element);
  }

  function isShown(element) {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      && box.width > 1 && box.right > 0
      && !element.closest(":disabled, [aria-disabled=true], svg");
  }

  const isKnown = new Set(known.split("\n"));
  const unknown = new Map();
  for (const element of document.body.querySelectorAll("*")) {
    if (!(hasText(element) && element.localName !== "option" || element.matches(FIELDS)) || !isShown(element)) continue;
    const its = look(element);
    if (!isKnown.has(its)) unknown.set(its, [...(unknown.get(its) ?? []), element]);
  }

  axe.configure({ rules: Object.entries(rules).map(([id, kind]) => ({ id, selector: `${kind}[data-look]` })) });
  const held = [];
  let violations = [];
  for (const most of [1, Infinity]) {
    const chosen = new Map(Array.from(unknown).flatMap(([its, all]) => all.splice(0, most).map((one) => [one, its])));
    if (!chosen.size || violations.length) break;
    const marked = Array.from(chosen.keys()).flatMap((one) => [one, one.closest("a[href]") ?? one]);
    marked.forEach((one) => one.setAttribute("data-look", ""));
    const result = await axe.run({ runOnly: Object.keys(rules), resultTypes: ["violations", "passes"], elementRef: true });
    marked.forEach((one) => one.removeAttribute("data-look"));
    violations = result.violations;
    for (const { element } of result.passes.find(({ id }) => id === "color-contrast")?.nodes ?? []) {
      if (!chosen.has(element)) continue; // a link around it
      held.push(chosen.get(element));
      unknown.delete(chosen.get(element));
    }
  }
  return { violations, held };
}
