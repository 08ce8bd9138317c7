/**
 * What a reader sees of a page in Chromium: runs inside the page and tells which words are too small, out of reach, covered,
 * not told from what lies behind them, or not in the order in which they are written.
 */

/** Each word that is not seen where it is written, with the reason. */
export function unseenWords(): string[] {
  const found: string[] = [];
  const luminance = (colour: string): number => {
    const [red, green, blue] = (colour.match(/[\d.]+/g) ?? []).map((level) => {
      const share = Number(level) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const isPainted = (element: Element) => getComputedStyle(element).backgroundColor !== 'rgba(0, 0, 0, 0)';
  const holds = (element: Element, x: number, y: number) =>
    [...element.getClientRects()].some(
      ({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom,
    );
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  // Between words of both directions order is another thing.
  const ordered = !/[\u0590-\u08ff]/.test(document.body.textContent ?? '');
  let last: DOMRect | null = null;
  for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
    const parent = node.parentElement!;
    if (parent.closest('style,script,template,title,rp')) continue;
    for (const { 0: word, index } of node.nodeValue!.matchAll(/[\p{L}\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      window.scrollTo(0, 0);
      const rects = range.getClientRects();
      const first = rects[0];
      if (first === undefined || first.width < 1 || first.height < 7) {
        found.push(`${word}: no size`);
        continue;
      }
      const { left, right, top, bottom } = first;
      // Where a page ends, nothing can be scrolled to.
      const { scrollWidth } = document.scrollingElement!;
      if (left < 0 || right > scrollWidth + 1) found.push(`${word}: outside`);
      const turned = getComputedStyle(parent).direction === 'rtl' || parent.closest('ruby,[dir]') !== null;
      if (last !== null && ordered && !turned) {
        const shared = Math.min(bottom, last.bottom) - Math.max(top, last.top);
        const besides = shared > Math.min(first.height, last.height) / 2;
        if (bottom <= last.top + 1 || (besides && left < last.right - 1)) found.push(`${word}: out of order`);
      }
      last = turned ? null : rects[rects.length - 1]!;
      if (right > window.innerWidth || bottom > window.innerHeight) window.scrollTo(left - 100, top - 100);
      const box = range.getClientRects()[0]!;
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const pile = document.elementsFromPoint(x, y);
      // What lies over a word hides it where it is painted.
      const covers = pile.slice(0, pile.indexOf(parent) < 0 ? 1 : pile.indexOf(parent));
      if (covers.some((over) => !over.contains(parent) && isPainted(over) && holds(over, x, y)))
        found.push(`${word}: covered`);
      const ground = pile.find((under) => isPainted(under) && holds(under, x, y));
      const [dark, light] = [
        luminance(getComputedStyle(parent).color),
        luminance(ground === undefined ? 'rgb(255, 255, 255)' : getComputedStyle(ground).backgroundColor),
      ].sort((one, other) => one - other);
      if ((light! + 0.05) / (dark! + 0.05) < 4.45) found.push(`${word}: faint`);
    }
  }
  return found;
}
