/** Decoders of stored bytes, one per file. They throw plain Errors: whoever knows file, dataset and chunk wraps them. */
export { inflate, inflatedBytesLimit } from './inflate.ts';
export { inflatePrefix, prefixBytesFor } from './inflate.prefix.ts';
export { decodeLzf, lzfBytesLimit } from './lzf.ts';
export { unshuffle } from './shuffle.ts';
export { checkFletcher32, fletcher32 } from './fletcher32.ts';
export { threadInflater } from './wasm/inflater.ts';
export { announcedBytes, checkCrc32c, unpackFresh, unpackInto, type Compressor } from './whole.ts';
export { bloscCompressors } from './blosc.ts';
