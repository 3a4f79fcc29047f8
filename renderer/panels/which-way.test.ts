import { expect, test } from 'vitest';
import { wayQuestions, whichWay, type WayAnswers } from './which-way.ts';

test('at most five questions lead to one way to load, with the published rate and what it was measured on', () => {
  expect(wayQuestions.length).toBeLessThanOrEqual(5);
  const here = { place: 'here', memory: 'no', weights: 'no', files: 'h5ad' } as const;
  expect(whichWay(here)).toMatchObject({ way: 'h5ad', published: null });
  expect(whichWay({ ...here, weights: 'yes' })).toMatchObject({ way: 'h5ad, weighted', published: expect.stringMatching(/1,500 cells\/s .*ml\.g4dn\.2xlarge.*128/) });
  expect(whichWay({ ...here, files: 'parquet' })).toMatchObject({ way: 'Parquet, unweighted', published: expect.stringMatching(/9,000 cells\/s .*ml\.g4dn\.2xlarge/) });
  expect(whichWay({ ...here, memory: 'yes' })).toMatchObject({ way: 'in memory' });
  expect(whichWay({ ...here, place: 'region' })).toMatchObject({ way: 'in-region cloud', published: expect.stringMatching(/1,500/) });
  expect(whichWay({ ...here, place: 'far', memory: 'yes' }).why).toMatch(/^Download first/);
  // Every answer that can be given leads somewhere.
  const all = wayQuestions.reduce<Record<string, string>[]>((made, { id, answers }) => made.flatMap((one) => answers.map(({ value }) => ({ ...one, [id]: value }))), [{}]);
  expect(all).toHaveLength(3 * 2 * 2 * 2);
  for (const answers of all) expect(whichWay(answers as WayAnswers).why.length).toBeGreaterThan(20);
});
