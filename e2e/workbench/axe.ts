/** What axe finds wrong on the page as it stands, light and dark. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** One line per serious or critical fault, empty when there is none. Dark differs from light in colours only, so only those are looked at again. */
export async function axeFaults(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    // In the page itself and without lists of what passed: a page of its own for every look takes longer than the look.
    const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
    const { violations } = await (scheme === 'light' ? axe : axe.withRules('color-contrast')).analyze();
    const serious = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
    found.push(...serious.flatMap((one) => one.nodes.map((node) => `${scheme} ${name} ${one.id}: ${node.html.slice(0, 140)}`)));
  }
  return found;
}
