import type { Page } from "playwright-core";

/**
 * Each visible text of the page whose contrast with its background is below WCAG 2.2 AA (4.5, or 3 from 24 px on): its words,
 * the two colours and the ratio. Runs in the page.
 */
export function lowContrast(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(/* js */ `(() => {
    const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const backgroundOf = (element) => {
      for (let e = element; e !== null; e = e.parentElement) {
        const colour = parse(getComputedStyle(e).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const low = [];
    for (const element of document.body.querySelectorAll("*:not(script, option, .unseen)")) {
      const words = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join(" ").trim();
      if (words === "" || !element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
      const style = getComputedStyle(element);
      const [text, behind] = [parse(style.color), backgroundOf(element)];
      const [light, dark] = [luminance(text), luminance(behind)].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) {
        low.push(words + ": " + style.color + " on rgb(" + behind.join(", ") + ") is " + ratio.toFixed(2));
      }
    }
    return low;
  })()`);
}
