import axe from "axe-core";

/**
 * Serious findings of axe, one line each. Contrast needs real pixels and is checked in the real window; the rules on
 * the page's landmarks need the whole page, which is what is given here.
 */
export async function seriousFindings(root: Element): Promise<string[]> {
  // jsdom weighs every rule of every sheet for every element; what is invisible here is so by attribute, not by sheet.
  for (const sheet of document.querySelectorAll("style")) sheet.textContent = "";
  const result = await axe.run(root, {
    rules: { "color-contrast": { enabled: false } },
    resultTypes: ["violations"],
    preload: false,
  });
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}
