/** Our side of `download`: all files of a list into a folder, each verified. */
import { readFileSync } from 'node:fs';
import { fetchFiles } from '../../main/datasets/sources/fetch-files.ts';

const [list, folder, digest] = process.argv.slice(2) as [string, string, 'sha256' | 'md5'];
const files = JSON.parse(readFileSync(list, 'utf8')) as { name: string; url: string; size: number; sha256: string; md5: string }[];
const start = performance.now();
const done = await fetchFiles(files.map((file) => ({ name: file.name, url: file.url, size: file.size, revision: '1', digests: { [digest]: file[digest] } })), folder, { parallel: 4 });
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ ok: true, seconds, bytes: done.reduce((sum, { size }) => sum + size, 0), verified: done.filter(({ verified }) => verified.includes(digest)).length }));
