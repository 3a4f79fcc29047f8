/** The public door: adding or removing a name here is a decision, not an accident. */
import { expect, test } from 'vitest';
import * as codecs from '../codecs/index.ts';
import * as hdf5 from './index.ts';

test('public names', () => {
  expect(Object.keys(hdf5).sort()).toEqual(['openArray', 'openStructure', 'prepareForeign']);
  expect(Object.keys(codecs).sort()).toEqual([
    'announcedBytes', 'bloscCompressors', 'checkCrc32c', 'checkFletcher32', 'decodeLzf', 'fletcher32', 'inflate', 'inflatePrefix', 'inflatedBytesLimit', 'lzfBytesLimit', 'prefixBytesFor',
    'threadInflater', 'unpackFresh', 'unpackInto', 'unshuffle',
  ]);
});
