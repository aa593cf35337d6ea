import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Runs in the page: two frames, so that what the new theme sets in motion has begun; then until all of it has ended. */
const settled = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))).then(() =>
  Promise.all(document.getAnimations().map(({ effect, finished }) =>
    effect.getComputedTiming().iterations === Infinity || finished.catch(() => {}))))`;

/** What a theme can change: all else was looked at in the first. */
const ofColours = `{ runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }`;

/** Nothing that axe-core can find is wrong with the page as it stands, in either theme. */
export async function assertAccessible(page: Page): Promise<void> {
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(axe);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor({ state: 'attached' });
    // A colour that is on its way to another has no contrast to speak of.
    await page.evaluate(settled);
    const options = colorScheme === 'light' ? '{}' : ofColours;
    const { violations } = await page.evaluate<AxeResults>(`axe.run(${options})`);
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, any: [reason] }) => `${colorScheme}: ${id} at ${target.join(' ')}: ${reason?.message}`),
    );
    assert.deepEqual(found, []);
  }
}

/** The page fits its width: nothing makes it scroll sideways. */
export async function assertFits(page: Page): Promise<void> {
  const root = 'document.documentElement';
  const [content, width] = await page.evaluate<[number, number]>(`[${root}.scrollWidth, ${root}.clientWidth]`);
  assert.ok(content <= width, `${content} px of content in ${width} px`);
}
