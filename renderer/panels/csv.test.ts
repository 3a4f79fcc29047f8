import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

test('numbers as they are, text quoted where it must be and disarmed where a spreadsheet would run it', () => {
  expect(csvOf(['gene', 'log2 fold change'], [['MT-CO2', -1.5], ['a "b", c', Number.POSITIVE_INFINITY], ['=1+1', null], ['x\ny', Number.NaN]]))
    .toBe('gene,log2 fold change\r\nMT-CO2,-1.5\r\n"a ""b"", c",inf\r\n\'=1+1,\r\n"x\ny",\r\n');
});
