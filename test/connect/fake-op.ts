import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ConnectData } from './server.js';

/**
 * Puts a stand-in for `op`, version 2, on a PATH of its own. It is written after the documentation of
 * `op whoami`, `op item list` and `op item get`; the real one was not at hand.
 *
 * @param data What it reads; undefined: nobody is signed in.
 * @returns The PATH, and where it writes its arguments, a line a call.
 */
export function fakeOp(data: ConnectData | undefined): { PATH: string; log: string } {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-op-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  writeFileSync(join(folder, 'data.json'), JSON.stringify(data ?? null));
  const log = join(folder, 'log');
  writeFileSync(log, '');
  writeFileSync(join(bin, 'op'), script(join(folder, 'data.json'), log));
  chmodSync(join(bin, 'op'), 0o755);
  return { PATH: `${bin}:/usr/bin:/bin`, log };
}

function script(file: string, log: string): string {
  return `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, args.join(' ') + '\\n');
const data = JSON.parse(readFileSync(${JSON.stringify(file)}, 'utf8'));
const fail = (message) => {
  console.error('[ERROR] 2026/01/01 00:00:00 ' + message);
  process.exit(1);
};
if (!data) fail('account is not signed in');
const [noun, verb, id] = args;
if (noun === 'whoami') process.exit(0);
const asked = args.find((one) => one.startsWith('--vault='))?.slice(8);
const vault = data.vaults.find((one) => one.id === asked || one.name === asked);
if (!vault) fail(JSON.stringify(asked) + " isn't a vault in this account. Specify the vault with its ID or name.");
const items = data.items.filter((item) => item.vault === vault.name);
const short = ({ id, title, category = 'LOGIN' }) => ({ id, title, version: 1, vault, category });
if (verb === 'list') {
  console.log(JSON.stringify(items.map(short)));
} else {
  const item = items.find((one) => one.id === id);
  if (!item) fail(JSON.stringify(id) + " isn't an item");
  console.log(JSON.stringify({ ...short(item), fields: item.fields, files: item.files }));
}
`;
}
